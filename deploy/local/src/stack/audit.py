"""Asks whether a package that we lock has a known weakness, and says plainly when nobody could be asked."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PIP_AUDIT = "pip-audit==2.10.1"
SECONDS = 300
WELL, WEAK, UNKNOWN = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What came of one lock file: how many packages were asked about, known weaknesses in words, and why some or all
    packages could not be asked about (None if all could)."""

    file: str
    asked: int = 0
    weak: tuple[str, ...] = ()
    unasked: str | None = None

    def __str__(self) -> str:
        if self.weak:
            return f"{self.file}: {len(self.weak)} known weaknesses: {'; '.join(self.weak)}"
        if self.unasked:
            return f"{self.file}: not audited: {self.unasked}"
        return f"{self.file}: no known weakness in {self.asked} packages"


def of_python(file: str, output: str) -> Audit:
    """Reads what `pip-audit --format json` printed."""
    found = _json(output)
    if not isinstance(found, dict) or "dependencies" not in found:
        return Audit(file=file, unasked="pip-audit got no answer")
    rows: list[dict[str, Any]] = found["dependencies"]
    weak = tuple(
        f"{row['name']} {row['version']} {one['id']} (mended in {', '.join(one['fix_versions']) or 'no version yet'})"
        for row in rows
        for one in row.get("vulns", ())
    )
    skipped = [row["name"] for row in rows if "skip_reason" in row]
    why = f"the advisory service did not know {len(skipped)} of {len(rows)} packages" if skipped else None
    return Audit(file=file, asked=len(rows) - len(skipped), weak=weak, unasked=why)


def of_node(file: str, output: str) -> Audit:
    """Reads what `npm audit --json` printed."""
    found = _json(output)
    if not isinstance(found, dict) or "vulnerabilities" not in found:
        return Audit(file=file, unasked="npm's advisory service gave no answer")
    weak = tuple(f"{name} ({one['severity']})" for name, one in sorted(found["vulnerabilities"].items()))
    return Audit(file=file, asked=found.get("metadata", {}).get("dependencies", {}).get("total", 0), weak=weak)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def exit_code(audits: Sequence[Audit]) -> int:
    """1 with a known weakness, 2 if something could not be asked about, 0 if all is well."""
    if any(audit.weak for audit in audits):
        return WEAK
    return UNKNOWN if any(audit.unasked for audit in audits) else WELL


def locks(root: Path) -> tuple[list[Path], list[Path]]:
    """Lock files of Python packages, and folders with those of JavaScript packages."""
    python = [*sorted((root / "services").glob("*/requirements.txt")), root / "deploy/provision/requirements.txt"]
    python += [root / "requirements-dev.txt"]
    node = [root / "services/collector/page", root / "tests/lighthouse"]
    return python, [folder for folder in node if (folder / "package-lock.json").is_file()]


def audits(root: Path, run: Callable[[Sequence[str], Path], str]) -> Iterator[Audit]:
    """One for each lock file; `run` gives what a command prints."""
    uv = str(Path(sys.executable).with_name("uv"))
    options = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json", "--timeout", "20")
    python, node = locks(root)
    for file in python:
        command = (uv, "tool", "run", "--from", PIP_AUDIT, "pip-audit", *options, "--requirement", str(file))
        yield of_python(str(file.relative_to(root)), run(command, root))
    for folder in node:
        said = run(("npm", "audit", "--package-lock-only", "--json"), folder)
        yield of_node(str((folder / "package-lock.json").relative_to(root)), said)


def run_audit(root: Path, say: Callable[[str], None]) -> int:
    """Says a line for each lock file and one at the end; returns the exit code."""
    found = []
    for audit in audits(root, _printed):
        say(str(audit))
        found.append(audit)
    code = exit_code(found)
    if code == UNKNOWN:
        say("Nothing bad is known, but this is no all-clear: not every package could be asked about from here.")
    return code


def _printed(command: Sequence[str], folder: Path) -> str:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
