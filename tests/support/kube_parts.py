"""What a small real Kubernetes is made of: one program built from Go modules, and programs of Debian packages that are
unpacked beside it. Nothing is installed on the machine."""

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from support.docker_daemon import DeploymentError, Say

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "tests/deployment/kubernetes"
BUILT = ROOT / "build/kubernetes"
GO_AT_LEAST = (1, 24)
PACKAGES = ("etcd-server", "containerd", "runc", "containernetworking-plugins", "iptables")
NAMES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet", "kubectl")
BUILD_SECONDS = 2400


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """Folders: programs of Kubernetes, programs of Debian, plug-ins for networks; and the pause program."""

    kubernetes: Path
    debian: Path
    plugins: Path
    pause: Path


def provide(say: Say) -> Parts:
    """Builds and unpacks what is missing; DeploymentError where only a person can help."""
    BUILT.mkdir(parents=True, exist_ok=True)
    debian = _unpacked(say)
    programs = _built(say)
    return Parts(
        kubernetes=programs,
        debian=debian / "usr/bin",
        plugins=debian / "usr/lib/cni",
        pause=programs / "pause",
    )


def _unpacked(say: Say) -> Path:
    """Debian's packages, unpacked into a folder and not installed."""
    folder = BUILT / "debian"
    if (folder / "complete").exists():
        return folder
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise DeploymentError("This test takes etcd and containerd from Debian's packages, and this is not Debian.")
    say(f"unpacking Debian packages into {folder.relative_to(ROOT)}: {', '.join(PACKAGES)}")
    archives = BUILT / "archives"
    for made in (folder, archives):
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
    if subprocess.run(["apt-cache", "show", PACKAGES[0]], capture_output=True, check=False).returncode != 0:
        _run("apt-get", "-q", "update")
    _run("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *PACKAGES, cwd=archives)
    for archive in sorted(archives.glob("*.deb")):
        _run("dpkg-deb", "--extract", str(archive), str(folder))
    shutil.rmtree(archives)
    (folder / "complete").touch()
    return folder


def _built(say: Say) -> Path:
    """The programs of Kubernetes: one file under six names."""
    folder = BUILT / "bin"
    digest = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*")):
        if path.suffix in (".go", ".mod", ".sum"):
            digest.update(path.read_bytes())
    stamp = folder / "complete"
    if stamp.exists() and stamp.read_text("ascii") == digest.hexdigest():
        return folder
    _refuse_old_go()
    folder.mkdir(parents=True, exist_ok=True)
    say(
        "building API server, scheduler, controllers, kubelet, proxy and kubectl from Go modules: many minutes at first"
    )
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-trimpath -buildvcs=false"}
    for name, package in (("pause", "./pause"), ("guzgu-kubernetes", ".")):
        command = ["go", "build", "-ldflags", "-s -w", "-o", str(folder / name), package]
        _run(*command, cwd=SOURCES, environment=environment, seconds=BUILD_SECONDS)
    for name in NAMES:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to("guzgu-kubernetes")
    stamp.write_text(digest.hexdigest(), "ascii")
    return folder


def _refuse_old_go() -> None:
    wanted = ".".join(map(str, GO_AT_LEAST))
    if shutil.which("go") is None:
        raise DeploymentError(f"Go is missing: install Go {wanted} or newer (Debian 12 has an older one only).")
    found = re.search(
        r"go(\d+)\.(\d+)", subprocess.run(["go", "version"], capture_output=True, text=True, check=True).stdout
    )
    if found is None or (int(found[1]), int(found[2])) < GO_AT_LEAST:
        raise DeploymentError(f"Go {wanted} or newer is needed: `go version` says {found[0] if found else 'nothing'}.")


def _run(
    *command: str, cwd: Path | None = None, environment: dict[str, str] | None = None, seconds: float = 300
) -> None:
    """DeploymentError with the end of what the command said where it fails."""
    try:
        done = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=seconds
        )
    except subprocess.TimeoutExpired as error:
        raise DeploymentError(f"`{' '.join(command[:3])} …` was not done after {seconds:g} seconds.") from error
    if done.returncode != 0:
        raise DeploymentError(f"`{' '.join(command[:3])} …` failed: {(done.stderr or done.stdout).strip()[-800:]}")
