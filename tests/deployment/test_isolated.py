"""Each service imports with what it declares and nothing else: a shared environment would hide what is missing."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {"contracts": "contracts", "chassis": "libs/chassis", "look": "libs/look"}
PLACES = {
    **{name: f"services/{name}" for name in ("identity", "collector", "aggregator", "reporter")},
    "provision": "deploy/provision",
}


def environment(name: str, requirements: Path) -> Path:
    """The python of an environment that holds exactly these requirements; made once per content."""
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    folder = ROOT / "build/isolated" / f"{name}-{digest}"
    if not (folder / "complete").exists():
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "venv", "-q", "--clear", "--python", sys.executable, folder], check=True)
        install: list[str | Path] = [
            uv,
            "pip",
            "install",
            "-q",
            "--python",
            folder / "bin/python",
            "--require-hashes",
            "-r",
            requirements,
        ]
        subprocess.run(install, check=True)
        (folder / "complete").touch()
    return folder / "bin/python"


@pytest.mark.parametrize("name", PLACES)
def test_main_imports_with_declared_dependencies_alone(name: str) -> None:
    place = ROOT / PLACES[name]
    declared = set(re.findall(r'"guzgu-([a-z]+)"', (place / "pyproject.toml").read_text()))
    paths = [ROOT / OURS[one] / "src" for one in sorted(declared & OURS.keys())] + [place / "src"]
    done = subprocess.run(
        [environment(name, place / "requirements.txt"), "-c", f"import {name}.main"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, paths))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)


def test_locks_name_hashes_and_no_download_address() -> None:
    places = [*PLACES.values(), "tools/country"]
    locks = [ROOT / "requirements-dev.txt", *(ROOT / place / "requirements.txt" for place in places)]
    for lock in locks:
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text, lock
