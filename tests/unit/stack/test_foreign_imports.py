"""End-to-end tests know the product from outside alone."""

import ast
from pathlib import Path

TESTS = Path(__file__).parents[2]
OURS = {"contracts", "chassis", "look", "identity", "collector", "aggregator", "reporter", "provision", "country"}
OUTSIDE = (
    *("foreign", "setting", "crowd", "figures", "scanning", "scan", "fields", "browsing", "gateway", "traces"),
    *("metric_lists", "tables"),
)


def imported(path: Path) -> set[str]:
    """The packages that a file imports, wherever in it; for our own support modules their full name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_end_to_end_tests_import_none_of_our_packages() -> None:
    files = [*(TESTS / "e2e").glob("*.py"), *(TESTS / f"support/{name}.py" for name in OUTSIDE)]
    for path in filter(Path.is_file, files):
        packages = {name.partition(".")[0] for name in imported(path)}
        assert packages & OURS == set(), path.name
        support = {name.split(".")[1] for name in imported(path) if name.startswith("support.")}
        # What starts the processes must know how; and nothing else here may.
        assert support <= {*OUTSIDE, "running", "exactness", "handing_out", "parts"}, path.name
