"""The images that the cluster runs, built by the services' own Dockerfiles, kept as one archive until they change."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from support.docker_daemon import DeploymentError, Say, daemon
from support.kube_parts import BUILT, ROOT, SOURCES
from support.stand_ins import provide

VERSION = "0.1.0"
OURS = {
    f"guzgu/{name}:{VERSION}": place
    for name, place in {
        "identity": "services/identity",
        "collector": "services/collector",
        "aggregator": "services/aggregator",
        "reporter": "services/reporter",
        "provision": "deploy/provision",
    }.items()
}
KAFKA, MONGO, PAUSE = "guzgu-test/kafka:1", "mongo:8.0", "guzgu-test/pause:1"
BELOW = ("python:3.11-slim-bookworm", "node:20-bookworm-slim", "apache/kafka:4.3.1", MONGO)
COMMANDS = (SOURCES / "kafka.Dockerfile").read_text("utf-8")
PLACES = ("contracts", "libs", "services", "deploy/provision", "tests/deployment/stand-ins")
ARCHIVE = BUILT / "images.tar"
BUILD_SECONDS, SAVE_SECONDS = 1200, 600


def provide_archive(pause: Path, say: Say) -> None:
    """ARCHIVE, which `ctr images import` reads; made anew when anything that goes into an image has changed."""
    stamp = BUILT / "images.stamp"
    digest = _digest(pause)
    if ARCHIVE.exists() and stamp.exists() and stamp.read_text("ascii") == digest:
        say("images: nothing has changed since they were built")
        return
    for program in ("docker", "dockerd", "mmdebstrap"):
        if shutil.which(program) is None:
            raise DeploymentError(f"{program} is missing: install the Debian packages docker.io and mmdebstrap.")
    with daemon(BUILT / "docker", say) as environment:
        docker = _docker(environment)
        provide(list(BELOW), docker, BUILT, say, pull=True)
        docker("build", "--quiet", "--tag", KAFKA, "-", input=COMMANDS, timeout=BUILD_SECONDS)
        for image, place in OURS.items():
            say(f"building {image}")
            docker("build", "--quiet", "--tag", image, "--file", f"{place}/Dockerfile", ".", timeout=BUILD_SECONDS)
        _pause(pause, docker)
        docker("save", "--output", str(ARCHIVE), *OURS, KAFKA, MONGO, PAUSE, timeout=SAVE_SECONDS)
    stamp.write_text(digest, "ascii")


def _pause(program: Path, docker: Callable[..., "subprocess.CompletedProcess[str]"]) -> None:
    folder = BUILT / "pause"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(program, folder / "pause")
    (folder / "Dockerfile").write_text('FROM scratch\nCOPY pause /pause\nUSER 65535\nENTRYPOINT ["/pause"]\n', "ascii")
    docker("build", "--quiet", "--tag", PAUSE, str(folder))


def _docker(environment: Mapping[str, str]) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    def run(
        *arguments: str, timeout: float = 120, check: bool = True, input: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            ["docker", *arguments],
            cwd=ROOT,
            env={**environment, "DOCKER_BUILDKIT": "0"},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=timeout,
            input=input,
        )
        if check and done.returncode != 0:
            said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
            raise DeploymentError(f"`docker {' '.join(arguments[:3])} …` failed:\n{said}")
        return done

    return run


def _digest(pause: Path) -> str:
    """Over everything that an image may be made of."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *PLACES],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    digest = hashlib.sha256(COMMANDS.encode() + pause.read_bytes())
    for name in sorted(listed.stdout.decode().split("\0")):
        if name and (ROOT / name).is_file():
            digest.update(name.encode() + (ROOT / name).read_bytes())
    return digest.hexdigest()
