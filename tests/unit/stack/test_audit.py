"""The audit of dependencies: a weakness is named, and silence of the advisory service is never an all-clear."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from stack.audit import Audit, audits, exit_code, locks, of_node, of_python

ROOT = Path(__file__).parents[3]
FINE = {"name": "flask", "version": "3.1.3", "vulns": []}
BAD = {"name": "werkzeug", "version": "0.1", "vulns": [{"id": "GHSA-1", "fix_versions": ["3.0.3"]}]}
SKIPPED = {"name": "pymongo", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("output", "words", "code"),
    [
        (json.dumps({"dependencies": [FINE]}), "f: no known weakness in 1 packages", 0),
        (json.dumps({"dependencies": [FINE, BAD]}), "werkzeug 0.1 GHSA-1 (mended in 3.0.3)", 1),
        (json.dumps({"dependencies": [FINE, SKIPPED]}), "not audited: the advisory service did not know 1 of 2", 2),
        (json.dumps({"dependencies": [BAD, SKIPPED]}), "1 known weaknesses", 1),
        ("", "not audited: pip-audit got no answer", 2),
        ("Traceback", "not audited: pip-audit got no answer", 2),
    ],
)
def test_what_pip_audit_prints_is_read_as_it_is_meant(output: str, words: str, code: int) -> None:
    found = of_python("f", output)
    assert words in str(found)
    assert exit_code([found]) == code


@pytest.mark.parametrize(
    ("output", "words", "code"),
    [
        (json.dumps({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 9}}}), "in 9 packages", 0),
        (json.dumps({"vulnerabilities": {"left": {"severity": "high"}}}), "left (high)", 1),
        (json.dumps({"message": "405", "error": {}}), "not audited", 2),
        ("", "not audited", 2),
    ],
)
def test_what_npm_prints_is_read_as_it_is_meant(output: str, words: str, code: int) -> None:
    found = of_node("f", output)
    assert words in str(found)
    assert exit_code([found]) == code


def test_a_weakness_outweighs_what_could_not_be_asked() -> None:
    assert exit_code([Audit(file="a", unasked="x"), Audit(file="b", weak=("y",))]) == 1


def test_every_lock_file_of_the_tree_is_audited() -> None:
    python, node = locks(ROOT)
    listed = {str(path.relative_to(ROOT)) for path in python}
    listed |= {str((folder / "package-lock.json").relative_to(ROOT)) for folder in node}
    places = ("services", "deploy/provision", "tests/lighthouse")
    tree = [path for place in places for path in (ROOT / place).rglob("*") if "node_modules" not in path.parts]
    locked = {str(path.relative_to(ROOT)) for path in tree if path.name in ("requirements.txt", "package-lock.json")}
    assert listed == locked | {"requirements-dev.txt"}
    asked: list[Sequence[str]] = []

    def nothing(command: Sequence[str], folder: Path) -> str:
        asked.append(command)
        return ""

    assert len(list(audits(ROOT, nothing))) == len(listed) == len(asked)
