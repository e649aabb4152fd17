"""A Docker daemon for one test: the machine's own if it runs, else one that is started, stopped, and leaves nothing."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

Say = Callable[[str], None]
START_SECONDS, STOP_SECONDS = 60.0, 60.0
SYSCTLS = ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding", "net/ipv4/conf/all/forwarding")
TABLES = ("filter", "nat", "raw", "mangle")
ANSWER_SECONDS = 20


class DeploymentError(Exception):
    """Something that the test needs is missing or went wrong; the message is the whole sentence."""


@contextmanager
def daemon(folder: Path, say: Say) -> Iterator[Mapping[str, str]]:
    """The environment in which `docker` reaches a daemon. `folder` takes the data of one that is started here."""
    if answers(os.environ):
        say("using the Docker daemon that runs here; its images and networks of other names stay as they are")
        yield dict(os.environ)
        return
    if os.geteuid() != 0:
        raise DeploymentError("No Docker daemon answers, and only root can start one: run this as root.")
    if shutil.which("dockerd") is None:
        raise DeploymentError("dockerd is missing: install the Debian package docker.io.")
    before = Machine()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    socket = f"unix://{folder}/sock"
    command: list[str | Path] = [
        "dockerd",
        "--data-root",
        folder / "data",
        "--exec-root",
        folder / "exec",
        "-p",
        folder / "pid",
    ]
    command += ["-H", socket, "--oom-score-adjust", "0", "--exec-opt", "native.cgroupdriver=cgroupfs"]
    environment = {**os.environ, "DOCKER_HOST": socket}
    say("no Docker daemon runs here: starting one of our own")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        limit = time.monotonic() + START_SECONDS
        while not answers(environment):
            if process.poll() is not None or time.monotonic() > limit:
                end = "\n".join((folder / "log").read_text("utf-8", "replace").splitlines()[-10:])
                raise DeploymentError(f"The Docker daemon did not start; the end of {folder / 'log'}:\n{end}")
            time.sleep(0.3)
        yield environment
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        unmounted(folder)
        shutil.rmtree(folder, ignore_errors=True)
        before.restore()
        say("the daemon is stopped; its data, networks and firewall rules are gone")


def answers(environment: Mapping[str, str]) -> bool:
    """Whether `docker` reaches a daemon in this environment."""
    if shutil.which("docker") is None:
        return False
    asked = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        done = subprocess.run(asked, env=environment, capture_output=True, check=False, timeout=ANSWER_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def unmounted(folder: Path) -> None:
    """Takes away what a daemon left mounted below a folder, the deepest first."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    for mount in sorted((one for one in mounts if one.startswith(f"{folder}/")), key=len, reverse=True):
        subprocess.run(["umount", "--lazy", mount], check=False, capture_output=True)


class Machine:
    """What a Docker daemon changes on a machine, as it was before. Others may add rules of their own meanwhile: only
    what is Docker's is taken away again."""

    def __init__(self) -> None:
        self.sysctls = {name: _read(name) for name in SYSCTLS}
        self.links = links()
        self.forward = {tool: _forward_policy(tool) for tool in ("iptables", "ip6tables")}

    def restore(self) -> None:
        """Takes away bridges and firewall rules that Docker made, and sets back what it set."""
        for link in links() - self.links:
            if link.startswith(("docker", "br-")):
                subprocess.run(["ip", "link", "delete", link], check=False, capture_output=True)
        for tool, policy in self.forward.items():
            for table in TABLES:
                saved = _saved(tool, table)
                kept = without_docker(saved, policy if table == "filter" else None)
                if kept != saved:
                    subprocess.run([f"{tool}-restore"], input=kept, text=True, check=False, capture_output=True)
        for name, value in self.sysctls.items():
            if value is not None and _read(name) != value:
                Path("/proc/sys", name).write_text(value)


def links() -> set[str]:
    """The machine's network interfaces."""
    return set(os.listdir("/sys/class/net"))


OURS = re.compile(r"DOCKER|-[io] (docker|br-)")
"""In a rule or a chain's name: Docker's own chains and bridges."""


def without_docker(saved: str, forward: str | None) -> str:
    """A table as `iptables-save` prints it, without Docker's chains and rules; FORWARD by the policy `forward`."""
    lines = saved.splitlines()
    networks = [ip_network(found[1]) for line in lines if OURS.search(line) and (found := _source(line))]

    def dockers(line: str) -> bool:
        found = _source(line)
        return bool(OURS.search(line)) or (found is not None and any(_within(found[1], one) for one in networks))

    kept = [line for line in lines if not dockers(line)]
    if forward is not None:
        kept = [re.sub(r"^:FORWARD \w+", f":FORWARD {forward}", line) for line in kept]
    return "".join(f"{line}\n" for line in kept)


def _source(line: str) -> "re.Match[str] | None":
    return re.search(r" -s (\S+)", line)


def _within(address: str, network: IPv4Network | IPv6Network) -> bool:
    inner = ip_network(address)
    return inner.version == network.version and inner.network_address in network


def _saved(tool: str, table: str) -> str:
    if shutil.which(f"{tool}-save") is None:
        return ""
    done = subprocess.run([f"{tool}-save", "-t", table], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def _forward_policy(tool: str) -> str:
    found = re.search(r"^:FORWARD (\w+)", _saved(tool, "filter"), re.M)
    return found[1] if found else "ACCEPT"


def _read(name: str) -> str | None:
    path = Path("/proc/sys", name)
    return path.read_text() if path.exists() else None
