"""Editions made once more from their lists of admitted batches, and compared with the stored ones."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from aggregator.archive import Archive
from aggregator.batches import Last, below_k, released
from aggregator.edition import edition_digest, edition_documents
from aggregator.nation import Nation


def edition_differences(archive: Archive) -> Iterator[str]:
    """A sentence for each way in which a stored edition is not what its list gives: people, schools and counts of
    every class, the digest, and rule N for what entered. Weighted shares hang on the registry of their day."""
    sessions = archive.sessions()
    for name, campaign in sorted(archive.campaigns().items()):
        heads = archive.heads(name)
        if not heads:
            continue
        blank = any(cell.get("blank") for cell in archive.cells({"campaign": name}))
        nation = Nation(campaign, sessions)
        known: dict[tuple[str, str], Last] = defaultdict(Last)
        for batch in (*released(archive, name, known), *below_k(archive, name)):
            nation.wait(batch)
        for head, admitted in zip(heads, archive.admitted(name), strict=True):
            if blank and head["final"]:  # what stayed below k is forgotten by now, see `unverifiable`
                continue
            if not nation.would_move_safely(admitted["batches"]):
                yield f"edition {head['_id']}: a class moved by something that rule N does not allow"
            nation.enter(admitted["batches"])
            nation.enter_nation_alone(admitted["rest"])
            yield from _edition(archive, nation, head)


def unverifiable(archive: Archive) -> list[str]:
    """Last editions that hold people of cells below k whose figures a purge has forgotten."""
    blank = {cell["campaign"] for cell in archive.cells({"blank": True})}
    return [head["_id"] for name in sorted(blank) for head in archive.heads(name) if head["final"]]


def _edition(archive: Archive, nation: Nation, head: Mapping[str, Any]) -> Iterator[str]:
    _, *cells = edition_documents(nation, head["number"], date.fromisoformat(head["as_of"]), head["final"])
    stored = {row["_id"]: row for row in archive.edition_cells(head["_id"])}
    if edition_digest(list(stored.values())) != head["digest"]:
        yield f"edition {head['_id']}: its documents are not those that its digest was made of"
    if stored.keys() != {cell["_id"] for cell in cells}:
        yield f"edition {head['_id']}: other levels or groups than its list gives"
    for cell in cells:
        classes = stored.get(cell["_id"], {"classes": {}})["classes"]
        if classes.keys() != cell["classes"].keys():
            yield f"edition {cell['_id']}: other classes than its list gives"
        for label, figures in cell["classes"].items():
            for field in ("schools", "n", "items"):
                if classes.get(label, {}).get(field) != figures[field]:
                    yield f"edition {cell['_id']}: {field} of class {label} differ"
