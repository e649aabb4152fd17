"""Runs the tests part by part, each against its budget of minutes, and ends with one line that sums all parts."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from stack.children import bound_to_us
from stack.parts import parts
from stack.toolbox import locate


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Folders of tests that run as one pytest, in `workers` processes, and the minutes that they may take."""

    name: str
    folders: tuple[str, ...]
    minutes: float
    workers: int = 0
    servers: bool = True


PARTS = (
    Part(name="unit and contract", folders=("tests/unit", "tests/contract"), minutes=3, workers=2, servers=False),
    Part(name="integration", folders=("tests/integration",), minutes=4, workers=2),
    Part(name="browser and end to end", folders=("tests/browser", "tests/e2e"), minutes=7, workers=2),
    Part(name="faults", folders=("tests/fault",), minutes=4, workers=2),
    Part(name="deployment files", folders=("tests/deployment",), minutes=1, servers=False),
)
LONGER = 6.0
"""How many times as long each part may take with every combination and many more random cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one part came to: numbers of tests, its minutes, and whether pytest itself was content."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    minutes: float = 0.0
    content: bool = True


def run_suite(root: Path, environ: Mapping[str, str], say: Callable[[str], None], full: bool = False) -> bool:
    """Whether every part that has tests passed; starts the broker and the database if `environ` names none."""
    wanted = [replace(part, minutes=part.minutes * LONGER) for part in PARTS] if full else PARTS
    present = [(part, folders) for part in wanted if (folders := with_tests(root, part))]
    if full:
        environ = {**environ, "GUZGU_TEST_FULL": "1"}
    outcomes: list[tuple[Part, Outcome]] = []

    def run_all(environ: Mapping[str, str]) -> None:
        for part, folders in present:
            say(f"== {part.name}: {' '.join(folders)} (at most {part.minutes:g} min)")
            outcomes.append((part, run_part(root, part, folders, environ)))

    served = {"GUZGU_TEST_KAFKA", "GUZGU_TEST_KAFKA_SECURED", "GUZGU_TEST_MONGO"} <= environ.keys()
    if served or not any(part.servers for part, _ in present):
        run_all(environ)
    else:
        (root / "build").mkdir(exist_ok=True)
        with (
            TemporaryDirectory(prefix="test-parts-", dir=root / "build") as folder,
            parts(Path(folder), say=say) as pair,
        ):
            addresses = {
                "GUZGU_TEST_KAFKA": pair.broker.bootstrap,
                "GUZGU_TEST_KAFKA_SECURED": pair.broker.secured or "",
                "GUZGU_TEST_MONGO": pair.database.admin_uri,
            }
            run_all({**environ, **addresses})
    for line in summary(outcomes):
        say(line)
    return bool(outcomes) and all(outcome.content for _, outcome in outcomes)


def with_tests(root: Path, part: Part) -> list[str]:
    """The folders of a part that hold at least one test file."""
    return [folder for folder in part.folders if any((root / folder).rglob("test_*.py"))]


def run_part(root: Path, part: Part, folders: Sequence[str], environ: Mapping[str, str]) -> Outcome:
    """Runs one pytest in the foreground; its numbers come from the JUnit file that it leaves in build/tests."""
    report = root / "build/tests" / f"{part.name.replace(' ', '-')}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    spread = ["-n", str(part.workers), "--dist", "loadfile"] if part.workers else []
    command = [sys.executable, "-m", "pytest", "-q", "--durations=5", f"--junitxml={report}", *spread, *folders]
    began = time.monotonic()
    # With its parent gone a test run would hold servers and ports for nothing.
    bound = bound_to_us(locate(root).setpriv, command)
    code = subprocess.run(bound, cwd=root, env=dict(environ), check=False).returncode
    return count(report, code, (time.monotonic() - began) / 60)


def count(report: Path, code: int, minutes: float) -> Outcome:
    """The numbers of a JUnit file; a pytest that left none, or was not content, has at least one failure."""
    total = failed = skipped = 0
    if report.is_file():
        tree = ElementTree.parse(report)  # noqa: S314  # written by our own pytest a moment ago
        for suite in tree.getroot().iter("testsuite"):
            total += int(suite.get("tests", 0))
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
    passed = max(0, total - failed - skipped)
    if code != 0:
        failed = max(1, failed)
    return Outcome(passed=passed, failed=failed, skipped=skipped, minutes=minutes, content=code == 0)


def summary(outcomes: Sequence[tuple[Part, Outcome]]) -> list[str]:
    """A line a part with its minutes against its budget, then the closing line with the sums."""
    lines = [
        f"{part.name}: {outcome.minutes:.1f} of {part.minutes:g} min"
        + (", over its budget" if outcome.minutes > part.minutes else "")
        + ("" if outcome.content else ", FAILED")
        for part, outcome in outcomes
    ]
    sums = [sum(getattr(outcome, name) for _, outcome in outcomes) for name in ("passed", "failed", "skipped")]
    return [*lines, "{} passed, {} failed, {} skipped".format(*sums)]
