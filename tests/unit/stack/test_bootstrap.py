"""Set-up: one sentence for whatever stands in its way, before anything is changed, and nothing done twice."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from stack.toolbox import ROOT

# What the script calls and every system has; everything else is there only if a test puts it there.
SYSTEM = (
    *("bash", "awk", "cat", "cp", "cut", "dirname", "find", "flock", "grep", "mkdir", "mv", "rm", "sha256sum", "sort"),
    *("tail", "tr", "xargs", "chmod"),
)
PACKAGES = (
    *("contracts", "libs/chassis", "libs/look", "services/identity", "services/collector", "services/aggregator"),
    *("services/reporter", "deploy/provision", "deploy/local", "tools/country"),
)
# Acts as Python 3.11 with venv and pip: keeps a list of what pip was asked for, and fails where a test says so.
PYTHON = """#!/usr/bin/env bash
case "$*" in
  *"-m venv"*) [[ ! -e fail-venv ]] || { echo "no room for an environment"; exit 1; }
    mkdir -p .venv/bin; cp "$0" .venv/bin/python; touch .venv/pyvenv.cfg; echo "$PWD/.venv" > .venv/bin/activate ;;
  *"-m pip install"*) echo "$*" >> pip-calls ;;
esac
"""
JAVA_SENTENCE = (
    "set-up: Debian packages are missing and only root can install them: "
    "apt-get install --no-install-recommends openjdk-17-jre-headless maven"
)


@dataclass(kw_only=True)
class Tree:
    """A copy of the script in a small tree of its own, on a machine made of stand-in programs."""

    root: Path
    programs: Path = field(init=False)

    def __post_init__(self) -> None:
        self.programs = self.root / "programs"
        self.programs.mkdir()
        for name in SYSTEM:
            found = shutil.which(name)
            assert found is not None
            (self.programs / name).symlink_to(found)
        for path in ("deploy/local/bootstrap.sh", "deploy/local/kafka/pom.xml", "requirements-dev.txt"):
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, self.root / path)
        for package in PACKAGES:
            (self.root / package).mkdir(parents=True, exist_ok=True)
            (self.root / package / "pyproject.toml").touch()
        self.program("uname", "[[ $1 == -s ]] && echo Linux || echo x86_64")
        self.program("id", "echo 1000")
        self.program("df", "echo; echo / 99999999 0 99999999 0% /")
        self.program("dpkg-query", "echo 12.4+deb12u10")
        names = ("libcurl.so.4", "libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
        self.program("ldconfig", "printf '\\t%s (libc6)\\n' " + " ".join(names))
        browser, others = ("chromium", "pdftoppm"), ("docker-compose", "haproxy", "wrk")
        for name in ("java", "mvn", "setpriv", "node", "npm", *browser, *others):
            self.program(name, "exit 0")
        (self.programs / "python3.11").write_text(PYTHON)
        (self.programs / "python3.11").chmod(0o755)

    def program(self, name: str, body: str) -> None:
        """Puts a stand-in program on the path, `body` being its script."""
        (self.programs / name).write_text(f"#!/usr/bin/env bash\n{body}\n")
        (self.programs / name).chmod(0o755)

    def without(self, *names: str) -> None:
        for name in names:
            (self.programs / name).unlink()

    def run(self, *parts: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(self.programs / "bash"), "deploy/local/bootstrap.sh", *parts],
            cwd=self.root,
            env={"PATH": str(self.programs)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def refusal(self, *parts: str) -> str:
        """The one sentence of a refusal; checks that it was refused with nothing changed."""
        done = self.run(*parts)
        assert done.returncode == 1
        assert not (self.root / "build").exists()
        assert not (self.root / ".venv").exists()
        [sentence] = done.stderr.splitlines()
        return sentence


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    # `env` finds the interpreter of the stand-ins on the path that they are on.
    return Tree(root=tmp_path)


def test_another_system_is_pointed_to_compose(tree: Tree) -> None:
    tree.program("uname", "[[ $1 == -s ]] && echo Darwin || echo arm64")
    assert tree.refusal("venv", "tools") == (
        "set-up: the embedded stack runs on Linux x86-64 only, this is Darwin arm64: use `docker compose up` instead."
    )


def test_without_root_missing_packages_are_named(tree: Tree) -> None:
    tree.without("java", "mvn")
    assert tree.refusal("venv", "tools") == JAVA_SENTENCE


@pytest.mark.parametrize(
    ("part", "program", "package"),
    [
        ("tools", "setpriv", "util-linux"),
        ("browser", "chromium", "chromium"),
        ("browser", "pdftoppm", "poppler-utils"),
        ("deployment", "docker-compose", "docker-compose"),
        ("bench", "wrk", "wrk"),
        ("page", "node", "nodejs"),
        ("page", "npm", "npm"),
    ],
)
def test_each_missing_program_is_named_by_its_package(tree: Tree, part: str, program: str, package: str) -> None:
    page = tree.root / "services/collector/page"
    page.mkdir()
    (page / "package.json").touch()
    tree.without(program)
    assert tree.refusal(part).endswith(f"--no-install-recommends {package}")


def test_missing_libraries_are_named_by_their_packages(tree: Tree) -> None:
    tree.program("ldconfig", "exit 0")
    assert tree.refusal("tools").endswith("libcurl4 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")


def test_without_debian_missing_programs_are_named_all_the_same(tree: Tree) -> None:
    tree.program("id", "echo 0")
    tree.without("java")
    assert tree.refusal("tools") == (
        "set-up: programs are missing and this is not Debian: install what Debian calls openjdk-17-jre-headless."
    )


def test_a_system_without_python_311_is_told_so(tree: Tree) -> None:
    tree.without("python3.11")
    tree.program("dpkg-query", "echo 13.1")
    assert tree.refusal("venv") == "set-up: Python 3.11 is missing: install it so that python3.11 can be called."


def test_debian_12_without_python_is_told_its_packages(tree: Tree) -> None:
    tree.without("python3.11")
    assert tree.refusal("venv").endswith("--no-install-recommends python3 python3-venv")


def test_too_little_space_is_said_with_both_numbers(tree: Tree) -> None:
    tree.program("df", "echo; echo / 99999999 0 2097152 0% /")
    assert tree.refusal("venv") == f"set-up: too little space: {tree.root} has 2 GiB free, 4 GiB are needed."


def test_an_unknown_part_is_refused(tree: Tree) -> None:
    assert (
        tree.refusal("roof")
        == "set-up: unknown part roof: the parts are venv, tools, page, browser, deployment and bench."
    )


def test_no_part_is_refused(tree: Tree) -> None:
    assert tree.refusal() == "set-up: name what to prepare: venv, tools, page, browser, deployment, bench."


def test_a_step_that_fails_is_named_with_what_it_printed(tree: Tree) -> None:
    (tree.root / "fail-venv").touch()
    done = tree.run("venv")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == [
        "no room for an environment",
        "set-up: python environment did not work; everything it printed is in build/logs/setup-python.log.",
    ]


def test_as_root_missing_packages_are_said_aloud_and_installed_after_one_update(tree: Tree) -> None:
    tree.program("id", "echo 0")
    tree.without("pdftoppm")
    tree.program("apt-get", f'echo "$1" >> {tree.root}/apt-calls')
    done = tree.run("browser")
    assert "will be installed now, after one apt-get update: poppler-utils" in done.stderr
    assert (tree.root / "apt-calls").read_text().split() == ["update", "install"]


def test_what_is_done_is_not_done_again_until_its_sources_change(tree: Tree) -> None:
    calls = tree.root / "pip-calls"
    assert tree.run("venv").returncode == 0
    assert len(calls.read_text().splitlines()) == 2
    again = tree.run("venv")
    assert (again.returncode, again.stderr) == (0, "")
    assert len(calls.read_text().splitlines()) == 2
    with (tree.root / "requirements-dev.txt").open("a") as lock:
        lock.write("# another package\n")
    assert tree.run("venv").returncode == 0
    assert len(calls.read_text().splitlines()) == 4


def test_the_python_packages_are_installed_by_hash_and_our_own_without_isolation(tree: Tree) -> None:
    tree.run("venv")
    locked, own = (tree.root / "pip-calls").read_text().splitlines()
    assert "--require-hashes -r requirements-dev.txt" in locked
    assert "--no-deps --no-build-isolation -e contracts" in own
    assert all(f"-e {package}" in own for package in PACKAGES)


def test_every_package_of_the_tree_is_installed(tree: Tree) -> None:
    found = {
        str(path.parent.relative_to(ROOT))
        for folder in ("contracts", "libs", "services", "deploy", "tools")
        for path in (ROOT / folder).rglob("pyproject.toml")
        if "node_modules" not in path.parts
    }
    assert found == set(PACKAGES)
    assert os.access(ROOT / "deploy/local/bootstrap.sh", os.X_OK)
