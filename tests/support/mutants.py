"""`make mutants`: takes safety lines out one at a time, in a copy of the tree, and fails where no test notices.

`python -m support.mutants [NAME...]` tries all mutants of tests/mutants/mutants.yaml, or the named ones.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copy2, copytree
from tempfile import TemporaryDirectory

import yaml

from support.parts import running_pair

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "tests/mutants/mutants.yaml"
PACKAGES = {
    **{name: name for name in ("contracts",)},
    **{f"libs/{name}": name for name in ("chassis", "look")},
    **{f"services/{name}": name for name in ("identity", "collector", "aggregator", "reporter")},
    **{f"deploy/{folder}": name for folder, name in (("provision", "provision"), ("local", "stack"))},
    "tools/country": "country",
}
PAGE = "services/collector/page"
DIST = "services/collector/src/collector/page/dist"
RED, GREEN = 1, 0
"""Pytest's exit codes: some tests failed; all passed."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One safety line taken out: `old` becomes `new` in `file`, and then one of `tests` must fail. With `page` the
    questionnaire page is built of it."""

    name: str
    promise: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    page: bool = False


def mutants(path: Path = LIST) -> list[Mutant]:
    """The list, in order."""
    return [Mutant(**{**row, "tests": tuple(row["tests"])}) for row in yaml.safe_load(path.read_text("utf-8"))]


class Copy:
    """A copy of the tree with an environment of its own, whose packages are the copy's."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.folder = folder
        self.python = folder / ".venv/bin/python"
        self._touched = int(time.time())
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            capture_output=True,
            check=True,
        )
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (root / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                copy2(root / name, folder / name)
        copytree(root / DIST, folder / DIST, dirs_exist_ok=True)
        (folder / "build").mkdir()
        (folder / "build/tools").symlink_to(root / "build/tools")
        (folder / PAGE / "node_modules").symlink_to(root / PAGE / "node_modules")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / ".venv")], check=True)
        [packages] = (folder / ".venv/lib").glob("python3.*/site-packages")
        [theirs] = Path(sys.prefix).glob("lib/python3.*/site-packages")
        # Theirs comes as a plain folder, so that what points from it to the original tree is not followed.
        lines = [*(str(folder / package / "src") for package in PACKAGES), str(theirs)]
        (packages / "copy.pth").write_text("".join(f"{line}\n" for line in lines))
        self._check()

    def _check(self) -> None:
        """The copy's own packages are what runs."""
        names = sorted(PACKAGES.values())
        code = f"import importlib\nfor name in {names}: print(importlib.import_module(name).__file__)"
        found = self.run([str(self.python), "-c", code], {})
        assert found.returncode == 0, found.stdout + found.stderr
        astray = [line for line in found.stdout.split() if not line.startswith(f"{self.folder}/")]
        assert not astray, f"not the copy's: {astray}"

    def run(self, command: Sequence[str], environ: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        """Runs a command in the copy."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return subprocess.run(
            command, cwd=self.folder, env={**kept, **environ}, capture_output=True, text=True, check=False
        )

    def test(self, tests: Sequence[str], environ: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        """Runs tests in the copy, up to the first failure."""
        options = ("-q", "-x", "-p", "no:cacheprovider", "--no-header", "--tb=line")
        return self.run([str(self.python), "-m", "pytest", *options, *tests], environ)

    def text(self, file: str) -> str:
        return (self.folder / file).read_text("utf-8")

    def write(self, file: str, text: str) -> None:
        """Writes a file so that no compiled form of an earlier text is taken for its own."""
        self._touched += 2
        (self.folder / file).write_text(text, "utf-8")
        os.utime(self.folder / file, (self._touched, self._touched))

    def build_page(self) -> None:
        """Builds the questionnaire page of the copy."""
        built = self.run(["npm", "--prefix", PAGE, "run", "build"], {})
        assert built.returncode == 0, built.stdout + built.stderr


def trial(copy: Copy, mutant: Mutant, environ: Mapping[str, str]) -> str | None:
    """Why a mutant was not caught; None if a test failed of it, which is said."""
    whole = copy.text(mutant.file)
    if whole.count(mutant.old) != 1:
        return f"its line stands {whole.count(mutant.old)} times in {mutant.file}"
    begun = time.monotonic()
    copy.write(mutant.file, whole.replace(mutant.old, mutant.new))
    try:
        if mutant.page:
            copy.build_page()
        found = copy.test(mutant.tests, environ)
    finally:
        copy.write(mutant.file, whole)
        if mutant.page:
            copy.build_page()
    if found.returncode == GREEN:
        return "every test stayed green"
    failed = re.findall(r"^FAILED (\S+)", found.stdout, re.MULTILINE)
    if found.returncode != RED or not failed:
        return f"its tests could not be run:\n{found.stdout[-2000:]}{found.stderr[-1000:]}"
    print(f"red    {mutant.name} ({time.monotonic() - begun:.0f} s): {', '.join(failed)}", flush=True)
    return None


def main(names: Sequence[str]) -> int:
    wanted = [mutant for mutant in mutants() if not names or mutant.name in names]
    unknown = set(names) - {mutant.name for mutant in wanted}
    assert not unknown, f"no such mutants: {sorted(unknown)}"
    (ROOT / "build").mkdir(exist_ok=True)
    begun = time.monotonic()
    missed = []
    with TemporaryDirectory(prefix="mutants-", dir=ROOT / "build") as folder:
        place = Path(folder)
        with running_pair(place / "parts") as (broker, database):
            environ = {
                "GUZGU_TEST_KAFKA": broker.bootstrap,
                "GUZGU_TEST_MONGO": database.admin_uri,
                "GUZGU_TEST_PROFILE": "mutant",
            }
            if broker.secured:
                environ["GUZGU_TEST_KAFKA_SECURED"] = broker.secured
            copy = Copy(ROOT, place / "tree")
            untouched = copy.test(sorted({test for mutant in wanted for test in mutant.tests}), environ)
            if untouched.returncode != GREEN:
                print(untouched.stdout[-4000:] + untouched.stderr[-1000:])
                print("VERDICT: the tests fail without any mutant")
                return 1
            for mutant in wanted:
                if why := trial(copy, mutant, environ):
                    missed.append(mutant.name)
                    print(f"MISSED {mutant.name}: {why}", flush=True)
    minutes = (time.monotonic() - begun) / 60
    caught = len(wanted) - len(missed)
    print(
        f"VERDICT: {caught} of {len(wanted)} mutants caught in {minutes:.1f} min" + ("" if not missed else ": FAILED")
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
