"""A real Kafka broker of one node as a child process: the data stays through stop, kill and restart."""

import base64
import secrets
import subprocess
from collections.abc import Mapping
from pathlib import Path

from chassis.errors import Unavailable
from chassis.kafka import Brokers, wait_for_broker
from chassis.settings import Secret
from stack.children import MINIMAL_ENVIRONMENT, Child, Children, must_run
from stack.errors import StackError
from stack.listeners import ADMIN, BROKER, Listeners
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
        port: int | None,
        controller_port: int,
        name: str = "kafka",
        changes: Mapping[str, str] | None = None,
        advertised: int | None = None,
        secured_port: int | None = None,
        onlookers: bool = False,
    ) -> None:
        """`folder` takes the settings and the data; a folder that holds an earlier broker's data carries it on. `port`
        is open to all (with `onlookers`: for what they were let), at `secured_port` users sign in; there may be one or
        both. `changes`: broker settings that win over the usual ones; `advertised`: the port that clients are sent to,
        where it is another one than the broker's own."""
        self.bootstrap = f"{LOOPBACK}:{port or secured_port}"
        self.secured = f"{LOOPBACK}:{secured_port}" if secured_port else None
        self.name = name
        self._children = children
        self._tools = tools
        self._folder = folder
        self._listeners = Listeners(
            controller=controller_port, open=port, secured=secured_port, advertised=advertised, onlookers=onlookers
        )
        self._changes = dict(changes or {})
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """Its process; StackError before the first start."""
        if self._child is None:
            raise StackError(f"{self.name} was not started.")
        return self._child

    @property
    def administrator(self) -> Brokers:
        """As whom everything may be done here: for provisioning, never for a service or a log."""
        return self._listeners.administrator(self._password(ADMIN))

    def start(self, seconds: float = START_SECONDS) -> None:
        """Returns when the broker answers clients; raises StackError for a busy port, or with the end of its log."""
        refuse_if_busy(self._listeners.taken(self.name))
        settings = self._prepare()
        self._child = self._children.start(self.name, [*self._java(), "kafka.Kafka", str(settings)])
        self.wait(seconds)

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Returns when the broker answers clients."""

        def answers() -> bool:
            must_run(self.child, "starting")
            try:
                return wait_for_broker(self.administrator, 0)
            except Unavailable:  # its users are not in place yet
                return False

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
        passwords = {user: self._password(user) for user in (ADMIN, BROKER)}
        lines = {**_settings(data), **self._listeners.settings(passwords), **self._changes}
        settings.touch(mode=0o600)
        settings.write_text("".join(f"{key}={value}\n" for key, value in lines.items()), "utf-8")
        if not (data / "meta.properties").exists():
            self._format(settings)
        return settings

    def _password(self, user: str) -> Secret:
        """A user's password, kept beside the data in a file that its owner alone may read; made when it is new."""
        path = self._folder / f"{user}.password"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24), "ascii")
        return Secret(path.read_text("ascii"))

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


def _settings(data: Path) -> dict[str, str]:
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
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
