"""The tables of docs/reference: written from the code by `make reference`, compared with it by a test.

A table stands between `<!-- from code: NAME -->` and `<!-- end -->`. Where a table ends in words that no code holds,
its last column is written by hand and kept by the first cell of its row.
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from support import log_tables, metric_tables, refusals, routes, verbs
from support.tables import Table, rows_of, written

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"
PROCESSES = ("identity", "collector", "aggregator", "reporter", "provision")
INTERFACES = ("identity", "collector", "reporter")
BLOCK = re.compile(r"<!-- from code: ([a-z0-9 -]+) -->\n(.*?)<!-- end -->", re.DOTALL)

TABLES: Mapping[str, Callable[[], Table]] = {
    **{f"settings {name}": partial(verbs.settings, name) for name in PROCESSES},
    **{f"commands {name}": partial(verbs.commands, name) for name in verbs.PROGRAMS},
    "make": verbs.targets,
    **{f"interface {name}": partial(routes.interface, name) for name in INTERFACES},
    **{f"pages {name}": partial(routes.pages, name) for name in INTERFACES},
    **{f"refusals {name}": partial(refusals.refusals, name) for name in INTERFACES},
    "away": refusals.away,
    **{f"metrics of {name}": partial(metric_tables.table, name) for name in metric_tables.MODULES},
    "metrics of python": metric_tables.of_python,
    "labels": metric_tables.labels,
    "alerts": metric_tables.alert_table,
    "events": log_tables.table,
}


def renewed(text: str) -> str:
    """A page with every table as the code has it now; KeyError for a table that nothing makes."""
    return BLOCK.sub(lambda found: _block(found[1], rows_of(found[2])), text)


def tables_in(text: str) -> list[str]:
    """The names of a page's tables."""
    return [name for name, _ in BLOCK.findall(text)]


def unsaid(text: str) -> list[str]:
    """The first cell of each row whose words by hand are missing."""
    return [row[0] for _, body in BLOCK.findall(text) for row in rows_of(body) if not row[-1]]


def _block(name: str, before: Sequence[Sequence[str]]) -> str:
    return f"<!-- from code: {name} -->\n{written(TABLES[name](), before)}<!-- end -->"


def main() -> int:
    """Writes every page anew; 1 if words are missing somewhere."""
    missing = 0
    for path in sorted(FOLDER.glob("*.md")):
        text = renewed(path.read_text("utf-8"))
        path.write_text(text, "utf-8")
        for row in unsaid(text):
            missing += 1
            print(f"{path.relative_to(ROOT)}: say in the last column what this is: {row}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
