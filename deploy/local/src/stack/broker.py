"""A real Kafka broker of one node as a child process: the data stays through stop, kill and restart."""

import base64
import secrets
import subprocess
from collections.abc import Mapping
from pathlib import Path

from chassis.kafka import wait_for_broker
from stack.children import MINIMAL_ENVIRONMENT, Child, Children, must_run
from stack.errors import StackError
from stack.ports import LOOPBACK, refuse_if_busy
from stack.toolbox import Toolbox
from stack.waiting import until

START_SECONDS = 60.0
SINGLE_COPY = "The embedded Kafka keeps a single copy of every record: right for a demo, never for a country."

# A short-lived small broker starts sooner without the optimising compiler's second tier and parallel collectors.
JVM = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
LOGGING = [
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX",
]


class Broker:
    """One node, broker and controller at once, on loopback."""

    def __init__(
        self,
        children: Children,
        tools: Toolbox,
        folder: Path,
        port: int,
        controller_port: int,
        name: str = "kafka",
        changes: Mapping[str, str] | None = None,
    ) -> None:
        """`folder` takes the settings and the data; a folder that holds an earlier broker's data carries it on.
        `changes`: broker settings that win over the usual ones."""
        self.bootstrap = f"{LOOPBACK}:{port}"
        self.name = name
        self._children = children
        self._tools = tools
        self._folder = folder
        self._port = port
        self._controller_port = controller_port
        self._changes = dict(changes or {})
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """Its process; StackError before the first start."""
        if self._child is None:
            raise StackError(f"{self.name} was not started.")
        return self._child

    def start(self, seconds: float = START_SECONDS) -> None:
        """Returns when the broker answers clients; raises StackError for a busy port, or with the end of its log."""
        refuse_if_busy({f"{self.name}'s port": self._port, f"{self.name}'s controller port": self._controller_port})
        settings = self._prepare()
        self._child = self._children.start(self.name, [*self._java(), "kafka.Kafka", str(settings)])
        self.wait(seconds)

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Returns when the broker answers clients."""

        def answers() -> bool:
            must_run(self.child, "starting")
            return wait_for_broker(self.bootstrap, 0)

        until(answers, f"The first answer of {self.name} on {self.bootstrap}", seconds)

    def stop(self) -> None:
        """Polite: the broker closes its logs first."""
        self.child.stop(30)

    def restart(self, seconds: float = START_SECONDS) -> None:
        """Stops it, whatever its state, and starts it on the same port with the same data."""
        self.stop()
        self.start(seconds)

    def kill(self) -> None:
        self.child.kill()

    def pause(self) -> None:
        self.child.pause()

    def resume(self) -> None:
        self.child.resume()

    def _java(self) -> list[str]:
        return [str(self._tools.java), *JVM, *LOGGING, "-cp", f"{self._tools.kafka_libs}/*"]

    def _prepare(self) -> Path:
        """Writes the settings, and on the first start lays out the data folder; the path of the settings."""
        self._folder.mkdir(parents=True, exist_ok=True)
        settings = self._folder / "server.properties"
        data = self._folder / "data"
        lines = {**_settings(self._port, self._controller_port, data), **self._changes}
        settings.write_text("".join(f"{key}={value}\n" for key, value in lines.items()), "utf-8")
        if not (data / "meta.properties").exists():
            self._format(settings)
        return settings

    def _format(self, settings: Path) -> None:
        cluster = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        # A leading hyphen would be read as an option.
        cluster = cluster.replace("-", "a", 1) if cluster.startswith("-") else cluster
        done = subprocess.run(
            [*self._java(), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings)],
            capture_output=True,
            text=True,
            env=MINIMAL_ENVIRONMENT,
            timeout=START_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise StackError(f"Kafka could not lay out {self._folder}: {done.stderr.strip() or done.stdout.strip()}")


def _settings(port: int, controller_port: int, data: Path) -> dict[str, str]:
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "unclean.leader.election.enable": "false",
        "default.replication.factor": "1",
        "min.insync.replicas": "1",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "log.message.timestamp.type": "CreateTime",
        "group.initial.rebalance.delay.ms": "0",
        # After a kill the controller waits this long before it believes that the old broker is gone.
        "broker.session.timeout.ms": "5000",
        "broker.heartbeat.interval.ms": "1000",
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.threads": "1",
        # The cleaner reserves this at start: the default of 128 MB is a quarter of the heap.
        "log.cleaner.dedupe.buffer.size": "16777216",
        "num.recovery.threads.per.data.dir": "2",
    }
