"""What can be set and called, as tables: settings of processes, commands of programs, verbs of make."""

import dataclasses
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

from chassis.settings import describe
from support.tables import Table, escaped

ROOT = Path(__file__).parents[2]
PROGRAMS = ("identity", "collector", "aggregator", "reporter", "provision", "stack", "country")
VERB = re.compile(r"^([a-z0-9-]+):.*?## (.+)$", re.MULTILINE)


def settings(package: str) -> Table:
    """Every variable of a process, required ones first."""
    found = import_module(f"{package}.settings").Settings
    least = {field.name.upper(): field.metadata["minimum"] for field in dataclasses.fields(found)}
    rows = [
        (f"`{name}`", default if default in ("", "required") else f"`{default}`", _least(least[name]), escaped(told))
        for name, default, told in describe(found)
    ]
    rows.sort(key=lambda row: row[1] != "required")
    return Table(heads=("variable", "default", "at least", "what it is"), rows=tuple(rows))


def _least(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def commands(package: str) -> Table:
    """Every command of `python -m PACKAGE` with its options."""
    program = import_module(f"{package}.__main__")
    roots = [one for one in vars(program).values() if isinstance(one, click.Group)]
    if not roots:
        [alone] = [one for one in vars(program).values() if isinstance(one, click.Command)]
        return _table([(f"python -m {package}", alone)])
    return _table([(f"python -m {package} {name}", one) for name, one in sorted(roots[0].commands.items())])


def _table(found: list[tuple[str, click.Command]]) -> Table:
    rows = [(f"`{' '.join([name, *_asked(one)])}`", escaped(one.help or "")) for name, one in found]
    return Table(heads=("command", "what it does"), rows=tuple(rows))


def _asked(command: click.Command) -> Iterator[str]:
    for one in command.params:
        if isinstance(one, click.Argument):
            yield str(one.name).upper()
        elif isinstance(one, click.Option):
            value = "" if one.is_flag else f" {str(one.name).upper()}"
            yield f"{one.opts[0]}{value}" if one.required else f"[{one.opts[0]}{value}]"


def targets() -> Table:
    """Every verb of make."""
    found = VERB.findall((ROOT / "Makefile").read_text("utf-8"))
    return Table(heads=("verb", "what it does"), rows=tuple((f"`make {name}`", escaped(told)) for name, told in found))
