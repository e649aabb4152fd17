"""A compose file at work: set up, built, started, watched, read, taken down."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from support.docker_daemon import DeploymentError

PROJECT = "guzgu-test-deploy"
COMMAND_SECONDS = 120
PORTS = {"--https-port": (443, 8443, 9443), "--http-port": (80, 8080, 9080)}


class Composed:
    """The stack in `tree`, by docker-compose in `environment`."""

    def __init__(self, tree: Path, environment: Mapping[str, str]) -> None:
        self.tree = tree
        self.environment = {
            **environment,
            "COMPOSE_PROJECT_NAME": PROJECT,
            "DOCKER_BUILDKIT": "0",
            "COMPOSE_DOCKER_CLI_BUILD": "0",
        }
        self.left_out: list[str] = []
        self.file: dict[str, Any] = {}
        self.told: dict[str, str] = {}

    def set_up(self) -> None:
        """Runs deploy/setup.sh for a demo on ports that are free, and reads what came of it."""
        options = [part for name, ports in PORTS.items() for part in (name, str(next(filter(free, ports), ports[-1])))]
        done = subprocess.run(
            ["bash", self.tree / "deploy/setup.sh", "--demo", *options],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise DeploymentError(f"The set-up failed: {done.stderr.strip()}")
        self.told = dict(line.split("=", 1) for line in (self.tree / ".env").read_text("utf-8").splitlines())
        extra = {"PROMETHEUS_PORT": 9090, "GRAFANA_PORT": 3000}
        with (self.tree / ".env").open("a", encoding="utf-8") as env:
            for name, port in extra.items():
                self.told[name] = str(next(filter(free, (port, port + 10_000, port + 20_000)), port))
                env.write(f"{name}={self.told[name]}\n")
        self.file = yaml.safe_load(self.run("config").stdout)

    def leave_out(self, services: Sequence[str]) -> None:
        """Services that cannot be had here."""
        self.left_out = list(services)

    def run(
        self, *arguments: str, timeout: float = COMMAND_SECONDS, check: bool = True
    ) -> "subprocess.CompletedProcess[str]":
        """docker-compose with these arguments; DeploymentError with the end of what it said where it fails."""
        return self._ran(["docker-compose", *arguments], timeout, check)

    def docker(
        self, *arguments: str, timeout: float = COMMAND_SECONDS, check: bool = True
    ) -> "subprocess.CompletedProcess[str]":
        """docker with these arguments, likewise."""
        return self._ran(["docker", *arguments], timeout, check)

    def _ran(self, command: Sequence[str], timeout: float, check: bool) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            command,
            cwd=self.tree if self.tree.exists() else None,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            errors="replace",
        )
        if check and done.returncode != 0:
            said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
            raise DeploymentError(f"`{' '.join(command[:4])} …` failed:\n{said}")
        return done

    @contextmanager
    def rising(self) -> Iterator["subprocess.Popen[str]"]:
        """`docker-compose up --detach`, which ends once everything that it waits for has happened."""
        command = ["docker-compose", "up", "--detach", "--no-build"]
        command += [name for name in self.file["services"] if name not in self.left_out]
        with (self.tree / "up.log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(command, cwd=self.tree, env=self.environment, stdout=log, stderr=log, text=True)
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait(30)

    def containers(self) -> dict[str, dict[str, Any]]:
        """What Docker knows of each service's container."""
        ids = self.docker(
            "ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={PROJECT}"
        ).stdout.split()
        if not ids:
            return {}
        found = json.loads(self.docker("inspect", *ids, check=False).stdout or "[]")
        return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in found}

    def logs(self, service: str) -> str:
        """Everything that a service's container has said."""
        container = self.containers().get(service)
        if container is None:
            return ""
        done = self.docker("logs", container["Id"])
        return done.stdout + done.stderr

    def keep_logs(self, folder: Path) -> list[Path]:
        """Writes each container's log into a file."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.log"):
            old.unlink()
        for name in self.containers():
            (folder / f"{name}.log").write_text(self.logs(name), "utf-8")
        return sorted(folder.glob("*.log"))

    def exit_code(self, service: str) -> int | None:
        """With what a service's container ended; None while it runs or was never there."""
        state = self.containers().get(service, {}).get("State", {"Running": True})
        return None if state["Running"] or state.get("Status") == "created" else int(state["ExitCode"])

    def restarted(self) -> list[str]:
        """Services that did not stay up, but for those that end by themselves."""
        return [
            name
            for name, one in self.containers().items()
            if (one["RestartCount"] and name != "provision")
            or one["State"].get("Health", {}).get("Status") == "unhealthy"
        ]

    def unwatched(self) -> list[str]:
        """Targets that Prometheus cannot read."""
        asked = httpx.get(f"http://127.0.0.1:{self.told['PROMETHEUS_PORT']}/api/v1/targets", trust_env=False).json()
        return [one["scrapeUrl"] for one in asked["data"]["activeTargets"] if one["health"] != "up"]

    def truth(self) -> Any:
        """What the pilot left behind of what it knows."""
        volume = f"{PROJECT}_demo:/var/tmp"
        done = self.docker(
            "run", "--rm", "--network", "none", "-v", volume, "guzgu/country", "cat", "/var/tmp/truth.json"
        )
        return json.loads(done.stdout)


def free(port: int) -> bool:
    """Whether nobody on this machine listens there."""
    listening = Path("/proc/net/tcp").read_text("utf-8") + Path("/proc/net/tcp6").read_text("utf-8")
    rows = [line.split() for line in listening.splitlines()]
    return not any(row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port for row in rows if row[0] != "sl")


def healthy(compose: Composed, rising: "subprocess.Popen[str]", seconds: float) -> None:
    """Returns when every service that stays is well and provisioning is over."""
    limit = time.monotonic() + seconds
    staying = {name for name, one in compose.file["services"].items() if "profiles" not in one} - set(compose.left_out)
    while True:
        found = compose.containers()
        unwell = {name: state(found.get(name)) for name in staying if state(found.get(name)) not in ("healthy", "done")}
        if not unwell:
            return
        said = "\n".join((compose.tree / "up.log").read_text("utf-8").splitlines()[-5:])
        if rising.poll() not in (None, 0):
            raise DeploymentError(f"docker-compose up failed ({unwell}):\n{said}")
        if time.monotonic() > limit:
            raise DeploymentError(f"After {seconds:.0f} seconds these were not well: {unwell}\n{said}")
        time.sleep(2)


def state(container: Mapping[str, Any] | None) -> str:
    """How a container is: healthy, done, or Docker's word for it."""
    if container is None:
        return "missing"
    told: Mapping[str, Any] = container["State"]
    if "Health" in told:
        return str(told["Health"]["Status"])
    if told["Running"]:
        return "healthy"
    return "done" if told["Status"] == "exited" and told["ExitCode"] == 0 else f"{told['Status']} ({told['ExitCode']})"


def followed(
    compose: Composed, rising: "subprocess.Popen[str]", service: str, seconds: float, say: Callable[[str], None]
) -> set[str]:
    """Hands on what a service says until everything that waits for it is over; the addresses that it had."""
    limit = time.monotonic() + seconds
    told, addresses = 0, set[str]()
    while True:
        networks = compose.containers().get(service, {}).get("NetworkSettings", {}).get("Networks", {})
        addresses |= {one["IPAddress"] for one in networks.values() if one["IPAddress"]}
        lines = compose.logs(service).splitlines()
        for line in lines[told:]:
            say(line)
        told = len(lines)
        code = compose.exit_code(service)
        if code not in (None, 0):
            raise DeploymentError(f"{service} ended with {code}: {lines[-1] if lines else 'it said nothing'}")
        if code == 0 and rising.poll() is not None:
            return addresses
        if rising.poll() not in (None, 0):
            end = "\n".join((compose.tree / "up.log").read_text("utf-8").splitlines()[-5:])
            raise DeploymentError(f"docker-compose up failed:\n{end}")
        if time.monotonic() > limit:
            raise DeploymentError(f"{service} was not over after {seconds:.0f} seconds.")
        time.sleep(3)
