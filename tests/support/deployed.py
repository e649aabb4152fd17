"""`make test-deploy`: builds every image, brings the compose file up, lets a pilot country answer through the gateway
over TLS, holds everything against the truth, looks for traces of people in all logs, and takes everything away."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import yaml

from support.composed import Composed, followed, healthy
from support.docker_daemon import DeploymentError, daemon
from support.gateway import Gateway
from support.image_checks import faults, size
from support.stand_ins import ROOT, provide, wanted
from support.traces import Traces, traces_in

FOLDER = ROOT / "build/deploy"
PACKAGES = {
    "dockerd": "docker.io",
    "docker-compose": "docker-compose",
    "mmdebstrap": "mmdebstrap",
    "iptables": "iptables",
}
BUILD_SECONDS, UP_SECONDS, DEMO_SECONDS, VERDICT_SECONDS, DOWN_SECONDS = 1200, 600, 1500, 180, 180
FREE_BYTES = 8 << 30


class Clock:
    """Tells how far things are, with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, line: str) -> None:
        print(f"[{time.monotonic() - self._began:4.0f} s] {line}", flush=True)


def prepared(say: Clock) -> None:
    """Installs what is missing; DeploymentError where only a person can."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [package for program, package in PACKAGES.items() if shutil.which(program) is None]
    if missing and os.geteuid() != 0:
        raise DeploymentError(f"Programs are missing and only root can install them: {' '.join(missing)}.")
    if missing and shutil.which("apt-get") is None:
        raise DeploymentError(
            f"Programs are missing, and this is not Debian: install what Debian calls {' '.join(missing)}."
        )
    if missing:
        say.say(f"installing Debian packages, which stay: {' '.join(missing)}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            done = subprocess.run(
                ["apt-get", "-q", *command], env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                raise DeploymentError(f"apt-get {command[0]} did not work: {done.stderr.strip()[-500:]}")
    free = shutil.disk_usage(ROOT).free
    if free < FREE_BYTES:
        raise DeploymentError(f"Only {free >> 30} GiB are free below {ROOT}: 8 are needed.")


def copied(folder: Path) -> Path:
    """A copy of the tree without what git ignores, so that nobody's .env is touched."""
    tree = folder / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    return tree


def built(compose: Composed, left_out: Sequence[str], say: Clock) -> None:
    """Builds our images one by one, says their sizes, and looks into them."""
    services = compose.file["services"]
    for name in [name for name, service in services.items() if "build" in service]:
        began = time.monotonic()
        compose.run("build", name, timeout=BUILD_SECONDS)
        image = services[name]["image"]
        say.say(f"{image}: {size(compose.docker, image) / 1e6:.0f} MB, built in {time.monotonic() - began:.0f} s")
        if found := list(faults(compose.docker, image)):
            raise DeploymentError(f"{image}: {'; '.join(found)}")
    say.say(
        "no image of ours holds a compiler, a test, or a package that nothing needs; "
        f"left out of what follows: {', '.join(left_out) or 'nothing'}"
    )


def run(say: Clock, pull: bool) -> None:
    """Everything from beginning to end; DeploymentError with one sentence where it stops."""
    prepared(say)
    FOLDER.mkdir(parents=True, exist_ok=True)
    tree = copied(FOLDER)
    with daemon(FOLDER / "docker", say.say) as environment:
        compose = Composed(tree, environment)
        compose.set_up()
        files = [
            tree / service["build"]["dockerfile"] for service in compose.file["services"].values() if "build" in service
        ]
        absent = provide(wanted(compose.file, files), compose.docker, FOLDER, say.say, pull)
        compose.leave_out([name for name, one in compose.file["services"].items() if one["image"] in absent])
        built(compose, compose.left_out, say)
        try:
            brought_up(compose, say)
        except DeploymentError:
            compose.keep_logs(FOLDER / "logs")
            print(f"logs of all containers are in {FOLDER / 'logs'}", flush=True)
            raise
        finally:
            compose.run("down", "--volumes", "--timeout", "45", timeout=DOWN_SECONDS, check=False)
            say.say("containers, networks and volumes are gone")


def brought_up(compose: Composed, say: Clock) -> None:
    """The stack healthy, the gateway tight, the pilot exact, the logs clean."""
    say.say("docker-compose up --detach: the stack, and the pilot after it")
    traces = Traces()
    with compose.rising() as rising:
        healthy(compose, rising, UP_SECONDS)
        say.say("all services are healthy")
        with Gateway(compose.told) as gateway:
            for finding in gateway.faults(traces):
                raise DeploymentError(f"The gateway: {finding}.")
        say.say("the gateway leads each name to its service over TLS, and to no operational route")
        traces.address(followed(compose, rising, "demo", DEMO_SECONDS, lambda line: say.say(f"  demo: {line}")))
        followed(compose, rising, "demo-verdict", VERDICT_SECONDS, lambda line: print(line, flush=True))
    if "VERDICT: exact" not in compose.logs("demo-verdict"):
        raise DeploymentError("What was counted is not what the pilot knows: see the lines marked DIFFERS.")
    if unwell := compose.restarted():
        raise DeploymentError(f"{', '.join(unwell)} ended and was started again meanwhile.")
    if missing := compose.unwatched():
        raise DeploymentError(f"Prometheus does not reach {', '.join(missing)}.")
    say.say("Prometheus reaches every process")
    traces.codes(compose.truth()["codes"])
    logs = compose.keep_logs(FOLDER / "logs")
    if found := traces_in(traces, logs):
        raise DeploymentError(f"Logs lead to people: {'; '.join(found[:5])}.")
    say.say(
        f"logs of {len(logs)} containers, the gateway's too: no code, no address, no agent of anyone; "
        "planted ones are found"
    )


def stop(number: int, frame: FrameType | None) -> NoReturn:
    """A polite kill ends like Ctrl-C: everything is taken away."""
    raise KeyboardInterrupt


def main() -> None:
    """Runs it; exit 0 if everything holds, else 1 and one sentence."""
    signal.signal(signal.SIGTERM, stop)
    say = Clock()
    try:
        run(say, pull="STAND_INS" not in os.environ)
    except (DeploymentError, subprocess.TimeoutExpired, yaml.YAMLError) as error:
        print(f"test-deploy FAILED: {error}", flush=True)
        sys.exit(1)
    except KeyboardInterrupt:
        print("test-deploy was stopped; nothing keeps running", flush=True)
        sys.exit(1)
    say.say("VERDICT: the deployment holds")


if __name__ == "__main__":
    main()
