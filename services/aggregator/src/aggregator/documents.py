"""The documents of the statistics database and the values that they stand for."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bson import Binary

from aggregator.changes import GroupState, Release, SessionState, Tally
from aggregator.release import Steps
from aggregator.terms import Terms
from contracts.messages import SlipCounts

Document = dict[str, Any]
COUNTERS = ("folded", "duplicates", "buried", "markers")


def new_offsets() -> Document:
    """A partition of which nothing was counted yet, without its id and epoch."""
    zeros = dict.fromkeys(COUNTERS, 0)
    return {"next": 0, "in_a_row": 0, **zeros, "purged": dict(zeros)}


def purged_to(offsets: Mapping[str, Any]) -> int:
    """The offset below which a partition's records were purged: every record stands in one of its counters."""
    return sum(offsets["purged"][name] for name in COUNTERS)


def seen_document(tally: Tally) -> Document:
    """The response ids of one batch, sorted so that the order in which they came is not kept."""
    return {
        "_id": f"{tally.partition}/{tally.first}",
        "partition": tally.partition,
        "first": tally.first,
        "last": tally.last,
        "ids": Binary(b"".join(sorted(tally.ids))),
        **counters(tally),
    }


def counters(tally: Tally) -> dict[str, int]:
    """What a batch adds to each counter of its partition."""
    return {
        "folded": tally.folded,
        "duplicates": tally.duplicates,
        "buried": tally.buried,
        "markers": tally.markers,
    }


def ids_in(document: Mapping[str, Any]) -> list[bytes]:
    """The 16-byte ids of a `seen` document."""
    data = bytes(document["ids"])
    return [data[at : at + 16] for at in range(0, len(data), 16)]


def cell_fields(state: SessionState, blob: bytes, day: date) -> tuple[Document, Document]:
    """(fields that change, fields fixed by the terms) of a session's document in `cells`."""
    changing: Document = {
        "groups": {group: _group(cell) for group, cell in state.groups.items()},
        "closed": state.closing is not None,
        "closed_day": day.isoformat() if state.closing is not None else None,
        "closing": None if state.closing is None else {group: _slips(slips) for group, slips in state.closing.items()},
        "blob": Binary(blob),
    }
    terms = state.terms
    fixed: Document = {
        "school": terms.school,
        "campaign": terms.campaign,
        "level": terms.level,
        "partition": terms.partition,
    }
    return changing, fixed


def _group(cell: GroupState) -> Document:
    steps = cell.steps
    return {
        "n": {
            "buffer": steps.buffer,
            "held": steps.held,
            "released": steps.released,
            "seq": steps.seq,
            "upto": steps.upto,
        },
        "final": cell.final,
        "withheld": cell.withheld,
    }


def _slips(slips: SlipCounts) -> dict[str, int]:
    return {
        "registered": slips.registered,
        "issued": slips.issued,
        "reissued": slips.reissued,
        "revoked": slips.revoked,
        "used": slips.used,
    }


def group_states(document: Mapping[str, Any]) -> dict[str, GroupState]:
    """The cells of a document of `cells`."""
    return {
        group: GroupState(steps=Steps(**cell["n"]), final=cell["final"], withheld=cell["withheld"])
        for group, cell in document["groups"].items()
    }


def closing_of(document: Mapping[str, Any]) -> dict[str, SlipCounts] | None:
    """The slip counts of a closed session, None of an open one."""
    closing = document["closing"]
    return None if closing is None else {group: SlipCounts(**slips) for group, slips in closing.items()}


def snapshot_document(release: Release, day: date) -> Document:
    """A snapshot as the reporter reads it."""
    terms = release.terms
    return {
        "_id": release.id,
        "school": terms.school,
        "session": terms.session,
        "campaign": terms.campaign,
        "level": terms.level,
        "group": release.group,
        "seq": release.seq,
        "n": release.n,
        "items": {code: list(counts) for code, counts in release.items.items()},
        "background": {question: dict(options) for question, options in release.background.items()},
        "final": release.final,
        "as_of": day.isoformat(),
    }


def moments_document(release: Release) -> Document:
    """The moments of the people whom a snapshot has more than the one before."""
    terms = release.terms
    return {
        "_id": release.id,
        "session": terms.session,
        "campaign": terms.campaign,
        "group": release.group,
        "level": terms.level,
        "n": release.batch,
        "area": dict(release.moments),
    }


def cover_document(release: Release) -> Document:
    """How far in the log a snapshot reaches."""
    return {"_id": release.id, "partition": release.terms.partition, "upto": release.upto}


def release_of(document: Mapping[str, Any], terms: Terms) -> Release:
    """A stored snapshot as the last release of its cell; moments and offset are not known from it."""
    return Release(
        terms=terms,
        group=document["group"],
        seq=document["seq"],
        n=document["n"],
        batch=0,
        upto=-1,
        final=document["final"],
        items=document["items"],
        background=document["background"],
        moments={},
    )
