"""The images that the deployment stands on: pulled where a registry is reachable, else stand-ins built from Debian's
packages and the embedded stack's files, which is said aloud. Nothing of them is ever published."""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from support.docker_daemon import DeploymentError, Say

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "tests/deployment/stand-ins"
DEBIAN = "guzgu-stand-in/debian"
PULL_SECONDS, PULL_ALL_SECONDS, BUILD_SECONDS = 60, 900, 900
REACHES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pip.conf", "/etc/npmrc", "/usr/etc/npmrc")
"""How this machine reaches package registries: whom it trusts, and what their clients are told."""
ORDER = ("python", "node", "haproxy", "prometheus", "node-exporter", "apache/kafka", "mongo")
"""Names of images in the order in which stand-ins are built; one that is not here cannot be stood in for."""
IMPOSSIBLE = {
    "grafana": "Grafana is in no package registry: it is left out here, and its files are checked by make test alone"
}

Docker = Callable[..., "subprocess.CompletedProcess[str]"]


def wanted(compose: Mapping[str, Any], dockerfiles: Sequence[Path]) -> list[str]:
    """Every image that others made: of services that are not built, and below those that are."""
    named = {service["image"] for service in compose["services"].values() if "build" not in service}
    built = {service["image"] for service in compose["services"].values() if "build" in service}
    below = {one for path in dockerfiles for one in re.findall(r"^FROM (\S+)", path.read_text("utf-8"), re.M)}
    return sorted((named | below) - built)


def provide(images: Sequence[str], docker: Docker, folder: Path, say: Say, pull: bool) -> list[str]:
    """Makes all images present; the services (by image) that have to do without."""
    missing = [image for image in images if docker("image", "inspect", image, check=False).returncode != 0]
    if missing and pull and _pulled(missing[0], docker, PULL_SECONDS):
        for image in missing[1:]:
            say(f"pulling {image}")
            if not _pulled(image, docker, PULL_ALL_SECONDS):
                raise DeploymentError(f"{image} could not be pulled.")
        return []
    if not missing:
        return []
    say(
        "no image registry is reachable: what follows runs on STAND-INS made of Debian packages, not on the real images"
    )
    return _stood_in(missing, docker, folder, say)


def _pulled(image: str, docker: Docker, seconds: int) -> bool:
    try:
        return docker("pull", "--quiet", image, check=False, timeout=seconds).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _stood_in(missing: Sequence[str], docker: Docker, folder: Path, say: Say) -> list[str]:
    parts = [(part, image) for part in ORDER for image in missing if image.split(":")[0].removeprefix("prom/") == part]
    if parts:
        context = _context(folder / "stand-ins")
        say("a minimal Debian (mmdebstrap)")
        archive = folder / "debian.tar"
        _debian(archive, folder / "mmdebstrap.log")
        docker("import", str(archive), DEBIAN)
        archive.unlink()
        for part, image in parts:
            name = part.rpartition("/")[2]
            say(f"a stand-in for {image}")
            file = str(context / f"{name}.Dockerfile")
            docker("build", "--quiet", "--tag", image, "--file", file, str(context), timeout=BUILD_SECONDS)
            docker("tag", image, f"guzgu-stand-in/{name}")
    left = sorted(set(missing) - {image for _, image in parts})
    for image in left:
        reason = next((text for name, text in IMPOSSIBLE.items() if name in image), None)
        if reason is None:
            raise DeploymentError(f"There is no image {image} and no stand-in for it in {FILES}.")
        say(reason)
    return left


def _context(folder: Path) -> Path:
    """What stand-ins are built from: their files, the embedded stack's, and how registries are reached."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(FILES, folder)
    machine = folder / "machine"
    machine.mkdir()
    for path in map(Path, REACHES):
        if path.is_file():
            (machine / path.relative_to("/")).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, machine / path.relative_to("/"))
    shutil.copytree(ROOT / "build/tools/kafka/libs", folder / "kafka-libs")
    shutil.copy(ROOT / "build/tools/mongod/mongod", folder / "mongod")
    return folder


def _debian(archive: Path, log: Path) -> None:
    """The smallest Debian 12 that can install packages, from where this machine has its own."""
    sources = [path for path in Path("/etc/apt").rglob("*") if path.name in ("sources.list", "debian.sources")]
    command = ["mmdebstrap", "--variant=minbase", "--include=python3,python3-venv,ca-certificates"]
    command += ["bookworm", str(archive), *(str(path) for path in sources if path.stat().st_size)]
    with log.open("wb") as out:
        done = subprocess.run(command, stdout=out, stderr=out, check=False, timeout=BUILD_SECONDS)
    if done.returncode != 0:
        raise DeploymentError(f"mmdebstrap could not make a minimal Debian; it says why in {log}.")
