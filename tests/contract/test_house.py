"""The house rules that a tool can check: import rules, style and format; no addresses, no nameless rooms."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
TREES = ["contracts", "libs", "services", "deploy", "tools", "tests"]


@pytest.mark.parametrize(
    "command",
    [["lint-imports", "--no-cache"], ["ruff", "check", *TREES], ["ruff", "format", "--check", *TREES], ["mypy"]],
    ids=lambda command: " ".join(command[:2]),
)
def test_the_tree_keeps_the_rules(command: list[str]) -> None:
    done = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


def test_no_module_is_nameless() -> None:
    nameless = {"utils", "helpers", "common", "base", "manager", "misc"}
    found = [path for tree in TREES for path in (ROOT / tree).rglob("*.py") if "node_modules" not in path.parts]
    assert [] == [path for path in found if path.stem in nameless]
