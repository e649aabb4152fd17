"""Editions made once more from their lists of admitted batches, and compared with the stored ones."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from aggregator.archive import Archive
from aggregator.batches import Last, below_k, released
from aggregator.benchmark import benchmark_documents
from aggregator.documents import Document
from aggregator.edition import Press, edition_digest
from aggregator.nation import Nation, as_begun
from aggregator.standings import standings
from contracts.messages import Campaign, SchoolSession


def edition_differences(archive: Archive) -> Iterator[str]:
    """A sentence for each way in which a stored edition is not what its list gives: the digest, people, schools and
    counts of every class, gaps, quality, benchmark bands, and rule N for what entered. Weighted shares hang on the
    registry of their day. What a purge has made impossible is left out, see `unverifiable`."""
    sessions = archive.sessions()
    for name, campaign in sorted(archive.campaigns().items()):
        heads = archive.heads(name)
        blank, spent = _forgotten(archive, name)
        for head in heads:
            yield from _digest(archive, head)
        if heads:
            yield from _recomputed(archive, campaign, sessions, heads, blank, spent)


def unverifiable(archive: Archive) -> list[str]:
    """A sentence for each edition, or part of it, that can no longer be recomputed, and why."""
    found = []
    for name in sorted(archive.campaigns()):
        blank, spent = _forgotten(archive, name)
        for head in archive.heads(name):
            if blank and head["final"]:
                found.append(f"edition {head['_id']} can no longer be recomputed: figures below k were purged")
            elif spent:
                found.append(
                    f"edition {head['_id']}: its counts stand, quality and benchmark bands can no longer be "
                    "recomputed: moments were purged"
                )
    return found


def _forgotten(archive: Archive, campaign: str) -> tuple[bool, bool]:
    """(whether figures below k were forgotten, whether moments were)."""
    cells = list(archive.cells({"campaign": campaign}))
    return any(cell.get("blank") for cell in cells), any(cell.get("spent") for cell in cells)


def _recomputed(
    archive: Archive,
    campaign: Campaign,
    sessions: Mapping[str, SchoolSession],
    heads: list[Document],
    blank: bool,
    spent: bool,
) -> Iterator[str]:
    name = campaign.campaign
    nation = Nation(as_begun(campaign, heads), sessions)
    press = Press(nation)
    known: dict[tuple[str, str], Last] = defaultdict(Last)
    for batch in (*released(archive, name, known), *below_k(archive, name)):
        nation.wait(batch)
    for head, admitted in zip(heads, archive.admitted(name), strict=True):
        if blank and head["final"]:
            continue
        if not nation.would_move_safely(admitted["batches"]):
            yield f"edition {head['_id']}: a class moved by something that rule N does not allow"
        nation.enter(admitted["batches"])
        nation.enter_nation_alone(admitted["rest"])
        number, day = head["number"], date.fromisoformat(head["as_of"])
        bands = []
        if head["final"] and not spent:
            bands = benchmark_documents(name, number, day, standings(archive, name, sessions))
        _, *documents = press.documents(number, day, head["final"], bands)
        stored = {row["_id"]: row for row in archive.beside_head(head["_id"])}
        if spent:
            stored = {row_id: row for row_id, row in stored.items() if row["kind"] != "benchmark"}
        if stored.keys() != {document["_id"] for document in documents}:
            yield f"edition {head['_id']}: other levels, groups or benchmark bands than its list gives"
        for document in documents:
            was = stored.get(document["_id"], {})
            yield from _document(was, document if "classes" in head else as_told_then(was, document), spent)


def _digest(archive: Archive, head: Mapping[str, Any]) -> Iterator[str]:
    if edition_digest(list(archive.beside_head(head["_id"]))) != head["digest"]:
        yield f"edition {head['_id']}: its documents are not those that its digest was made of"


def as_told_then(stored: Mapping[str, Any], document: Document) -> Document:
    """What is recomputed, without the fields that a document of release 0.1.0 does not have; its classes stay."""
    classes = stored.get("classes", {})
    told = {label: _known(classes.get(label, {}), figures) for label, figures in document["classes"].items()}
    return {**_known(stored, document), "kind": document["kind"], "_id": document["_id"], "classes": told}


def _known(stored: Any, fresh: Any) -> Any:
    if isinstance(stored, Mapping) and isinstance(fresh, Mapping):
        return {name: _known(stored[name], value) for name, value in fresh.items() if name in stored}
    return fresh


def _document(stored: Mapping[str, Any], document: Document, spent: bool) -> Iterator[str]:
    if document["kind"] == "benchmark":
        for field in ("classes", "distribution"):
            if stored.get(field) != document[field]:
                yield f"edition {document['_id']}: {field} of the benchmark differ"
        return
    classes = stored.get("classes", {})
    if classes.keys() != document["classes"].keys():
        yield f"edition {document['_id']}: other classes than its list gives"
    for label, figures in document["classes"].items():
        for field in ("schools", "school_levels", "n", "items", "nonresponse"):
            if classes.get(label, {}).get(field) != figures.get(field):
                yield f"edition {document['_id']}: {field} of class {label} differ"
    for field in ("gaps", "optional", *(() if spent else ("quality", "quality_by_class"))):
        if stored.get(field) != document.get(field):
            yield f"edition {document['_id']}: {field} differs"
