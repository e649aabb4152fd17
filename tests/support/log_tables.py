"""Every event that our code logs, found in its source: for the reference page and for the tests that compare."""

import ast
import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.tables import Table

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*sorted((ROOT / "services").glob("*/src/*")), ROOT / "libs/chassis/src/chassis"]
OWN = {"time", "level", "service", "event", "library", "request", "error", "trace"}
"""Fields that the form of a line brings by itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One place in the source that logs an event."""

    event: str
    level: str
    package: str
    fields: frozenset[str]


def events() -> Iterator[Said]:
    """Every such place."""
    for package in SOURCES:
        for path in sorted(package.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and (found := _said(node, package.name)):
                    yield found


def _said(call: ast.Call, package: str) -> Said | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if not call.args or not isinstance(call.args[0], ast.Constant) or not isinstance(call.args[0].value, str):
        return None
    levels = {"event": "info", "away": "warning", "critical": "critical", "exception": "error"}
    if name not in levels:
        return None
    level, fields = levels[name], set()
    for keyword in call.keywords:
        if name in ("critical", "exception"):
            fields |= _extra(keyword)
        elif keyword.arg == "level":
            level = _level(keyword.value)
        elif keyword.arg is not None:
            fields.add(keyword.arg)
    if name == "event" and len(call.args) > 1:
        level = _level(call.args[1])
    if name == "away":
        fields.add("times")
    return Said(event=call.args[0].value, level=level, package=package, fields=frozenset(fields))


def _level(given: ast.expr) -> str:
    """The word for `30` or `logging.WARNING`."""
    number = (
        int(str(given.value))
        if isinstance(given, ast.Constant)
        else getattr(logging, ast.unparse(given).rpartition(".")[2])
    )
    return str(logging.getLevelName(number)).lower()


def _extra(keyword: ast.keyword) -> set[str]:
    if keyword.arg != "extra" or not isinstance(keyword.value, ast.Dict):
        return {"error", "trace"}
    [inner] = [value for value in keyword.value.values if isinstance(value, ast.Dict)]
    return {str(key.value) for key in inner.keys if isinstance(key, ast.Constant)} | {"error", "trace"}


def table() -> Table:
    """Each event with its level, who says it, and its fields."""
    found: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for one in events():
        found[one.event, one.level].append(one)
    rows = (
        (
            f"`{event}`",
            level,
            ", ".join(sorted({"every process" if one.package == "chassis" else one.package for one in said})),
            ", ".join(sorted({field for one in said for field in one.fields})),
        )
        for (event, level), said in sorted(found.items())
    )
    return Table(heads=("event", "level", "who", "fields"), rows=tuple(rows), by_hand="what it means")
