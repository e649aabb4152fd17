"""The four services as child processes: provisioned, started, waited for, killed and started again."""

import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import URLError

from chassis.kafka import Brokers
from chassis.settings import Secret
from provision.main import provision
from provision.settings import Settings as ProvisionSettings
from stack.children import MINIMAL_ENVIRONMENT, Child, Children, must_run
from stack.errors import StackError
from stack.site import Environment, Site
from stack.waiting import until

START_SECONDS = 90.0
COMMANDS: Mapping[str, Sequence[str]] = {
    "identity": ("identity", "web"),
    "relay": ("identity", "relay"),
    "collector": ("collector", "web"),
    "aggregator": ("aggregator", "worker"),
    "editor": ("aggregator", "editor"),
    "reporter": ("reporter", "web"),
}
"""Each process: package and command."""


class Services:
    """The processes of one site, by the names of COMMANDS."""

    def __init__(self, children: Children, site: Site, folder: Path) -> None:
        """`folder` is where the processes work; it is made when needed."""
        self.site = site
        self._children = children
        self._folder = folder
        self._running: dict[str, Child] = {}

    def provision(self, say: Callable[[str], None] = lambda line: None) -> None:
        """Topics, collections, indexes, roles and users."""
        passwords: Mapping[str, Secret] = self.site.keys.passwords
        kafka = self.site.administrator
        brokers = Brokers(addresses=kafka) if isinstance(kafka, str) else kafka
        known: Mapping[str, Secret] = self.site.keys.kafka_passwords if self.site.secured else {}
        provision(
            ProvisionSettings(
                kafka_bootstrap=brokers.addresses,
                kafka_security=brokers.security,
                kafka_mechanism=brokers.mechanism,
                kafka_user=brokers.user,
                kafka_password=brokers.password,
                identity_kafka_password=known.get("identity"),
                collector_kafka_password=known.get("collector"),
                aggregator_kafka_password=known.get("aggregator"),
                replication=1,
                mongo_admin_uri=self.site.admin_uri,
                identity_db_password=passwords["identity"],
                aggregator_db_password=passwords["aggregator"],
                reporter_db_password=passwords["reporter"],
                name_prefix=self.site.prefix,
                wait_seconds=30.0,
            ),
            say,
        )

    def start(self, names: Iterable[str] = tuple(COMMANDS), seconds: float = START_SECONDS) -> None:
        """Starts processes together and returns when each says that it is ready."""
        chosen = tuple(names)
        for name in chosen:
            self.launch(name)
        for name in chosen:
            self.wait(name, seconds)

    def launch(self, name: str, changes: Mapping[str, str] | None = None, alias: str | None = None) -> Child:
        """Starts one process without waiting; as `alias` it is another one beside it, with settings of its own."""
        package, command = COMMANDS[name]
        self._folder.mkdir(parents=True, exist_ok=True)
        child = self._children.start(
            alias or name,
            [sys.executable, "-m", package, command],
            env={**self.site.environment(name), **(changes or {})},
            cwd=self._folder,
        )
        self._running[alias or name] = child
        return child

    def wait(self, name: str, seconds: float = START_SECONDS) -> None:
        """Returns when the process is ready; StackError with the end of its log if it ends before."""
        address = self.site.metrics[name].replace("/metrics", "/readyz")

        def ready() -> bool:
            must_run(self.child(name), "starting")
            return answers(address)

        until(ready, f"The readiness of {name}", seconds)

    def child(self, name: str) -> Child:
        """The process, to look at, kill, freeze and thaw."""
        if name not in self._running:
            raise StackError(f"{name} was not started.")
        return self._running[name]

    def restart(self, name: str, seconds: float = START_SECONDS) -> None:
        """Stops a process, whatever its state, and starts it anew."""
        self.child(name).stop()
        self.launch(name)
        self.wait(name, seconds)

    def stop(self) -> None:
        """Stops all at the same time: each needs a while to finish what it has in hand."""
        running = list(self._running.values())
        if running:
            with ThreadPoolExecutor(len(running)) as hands:
                list(hands.map(Child.stop, running))
        self._running = {}

    def run(
        self, process: str, *arguments: str, changes: Mapping[str, str] | None = None, seconds: float = 300.0
    ) -> "subprocess.CompletedProcess[str]":
        """Runs a command of the package behind a process, in its environment; output is captured as text."""
        environment: Environment = {**MINIMAL_ENVIRONMENT, **self.site.environment(process), **(changes or {})}
        self._folder.mkdir(parents=True, exist_ok=True)
        return subprocess.run(
            [sys.executable, "-m", COMMANDS[process][0], *arguments],
            env=environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def output(self, process: str, *arguments: str, changes: Mapping[str, str] | None = None) -> str:
        """What such a command prints; StackError with its errors if it fails."""
        done = self.run(process, *arguments, changes=changes)
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip())[-2000:]
            raise StackError(f"python -m {COMMANDS[process][0]} {' '.join(arguments)} failed: {said}")
        return done.stdout


def answers(address: str) -> bool:
    """Whether a GET there is answered 200 now."""
    try:
        with urllib.request.urlopen(address, timeout=5) as response:  # noqa: S310  # our own loopback address
            return bool(response.status == 200)
    except (URLError, OSError):
        return False
