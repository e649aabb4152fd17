"""The verdict on a visit: what the operators' own commands counted, against what the visitor knows."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from country.compare import compare
from country.ledger import Counts
from country.visit import Truth

Finding = tuple[bool, str]
"""Whether something holds, and a sentence with what was found."""


def write(path: Path, truth: Truth) -> None:
    """Writes a visit's truth; whoever reads it knows every code, so the folder must be the demo's own."""
    cells = [
        {"session": session, "group": group, "n": counts.n, "items": counts.items}
        for (session, group), counts in truth.cells.items()
    ]
    document = {"cells": cells, "surprises": list(truth.surprises), "codes": list(truth.codes)}
    path.write_text(json.dumps(document), "utf-8")


def read(path: Path) -> Truth:
    """The truth that `write` left; without the background questions, which operators' commands do not tell."""
    document = json.loads(path.read_text("utf-8"))
    cells = {
        (row["session"], row["group"]): Counts(n=row["n"], items=row["items"], background={})
        for row in document["cells"]
    }
    return Truth(cells=cells, surprises=document["surprises"], codes=document["codes"])


def judged(truth: Truth, counts: Iterable[str], ledger: Mapping[str, Any]) -> Iterator[Finding]:
    """`counts` and `ledger` as `python -m aggregator counts --json` and `ledger --json` print them."""
    yield not truth.surprises, "; ".join(truth.surprises[:3]) or "every submission was answered as it must be"
    total = ledger["total"]
    parts = " + ".join(f"{total[part]} {part}" for part in ("folded", "duplicates", "buried", "markers"))
    yield bool(ledger["balanced"]), f"the ledger: {total['next']} records = {parts}"
    rows = [json.loads(line) for line in counts if line.strip()]
    found = compare(
        truth.cells, {(row["session"], row["group"]): (row["n"], row["items"]) for row in rows}, guests=False
    )
    yield (
        found.exact,
        "; ".join(found.differences[:3]) or f"{found.responses} responses in {found.cells} cells are exact",
    )
