"""`verify`: the log counted once more and compared with all that is stored; the first difference is named.

Sessions whose records were purged, wholly or in part, are left out and their number is said.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aggregator.archive import Archive, Whole
from aggregator.documents import COUNTERS, purged_to
from aggregator.purging import CLOSED, lost
from aggregator.recount import Account, Recount, Shown, Tale, background_counts, item_counts, pile_moments
from aggregator.terms import Lookup
from chassis.kafka import Record


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """`difference` names the first thing found wrong, None if stored and recounted figures agree."""

    difference: str | None
    sessions: int
    snapshots: int
    records: int
    purged: int

    def __str__(self) -> str:
        said = f"{self.records} records, {self.sessions} sessions, {self.snapshots} snapshots recounted"
        if self.purged:
            said += f"; {self.purged} sessions no longer stand whole in the log and were left out"
        return f"{said}: {self.difference or 'everything stored agrees'}"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stored:
    """Everything that is compared, read at one moment."""

    offsets: Mapping[int, Mapping[str, Any]]
    ids: Mapping[int, set[bytes]]
    cells: Mapping[tuple[str, str], Whole]
    carried: Mapping[str, frozenset[bytes]]
    closed: Sequence[str]
    snapshots: Sequence[Mapping[str, Any]]
    moments: Mapping[str, Mapping[str, Any]]
    covers: Mapping[str, Mapping[str, Any]]


def verify(archive: Archive, records: Iterable[Record], lookup: Lookup) -> Verdict:
    """Recounts `records` from where each partition was purged up to where it is folded."""
    stored = _read(archive)
    counted = Recount(lookup, _purged(stored), stored.carried, stored.closed)
    number = 0
    for record in records:
        row = stored.offsets.get(record.partition)
        if row is not None and purged_to(row) <= record.offset < row["next"]:
            counted.add(record)
            number += 1
    return Verdict(
        difference=next(_differences(stored, counted), None),
        sessions=len(counted.sessions),
        snapshots=len(stored.snapshots),
        records=number,
        purged=len(stored.carried),
    )


def _read(archive: Archive) -> _Stored:
    offsets = {row["_id"]: row for row in archive.offsets()}
    ids = {partition: set(archive.ids(partition)) for partition in offsets}
    snapshots = list(archive.snapshots())
    gone = {row["_id"]: row for row in archive.cells() if lost(row)}
    return _Stored(
        offsets=offsets,
        ids=ids,
        cells={(cell.session, cell.group): cell for cell in archive.whole_cells()},
        carried={session: frozenset(ids[row["partition"]]) for session, row in gone.items()},
        closed=[session for session, row in gone.items() if row.get("purged") == CLOSED],
        snapshots=snapshots,
        moments=archive.moments([row["_id"] for row in snapshots]),
        covers=archive.covers(),
    )


def _purged(stored: _Stored) -> dict[int, Account]:
    return {
        partition: Account(next=purged_to(row), **{name: row["purged"][name] for name in COUNTERS})
        for partition, row in stored.offsets.items()
    }


def _differences(stored: _Stored, counted: Recount) -> Iterator[str]:
    yield from _accounts(stored, counted)
    yield from _snapshots(stored, counted)
    for (session, group), cell in stored.cells.items():
        if session in stored.carried:
            continue
        tale = counted.tales.get((session, group))
        if tale is not None:
            yield from _cell(cell, tale)
        elif cell.state.steps.total:
            yield f"cell {session}/{group} is stored with {cell.state.steps.total} people, the log has none"
    for session, group in counted.tales:
        if (session, group) not in stored.cells:
            yield f"cell {session}/{group} is in the log and not stored"


def _accounts(stored: _Stored, counted: Recount) -> Iterator[str]:
    for partition, row in stored.offsets.items():
        account = counted.accounts[partition]
        for name in ("next", "folded", "markers", "duplicates", "buried"):
            # A repeat of a purged answer may have been counted as one, or as late: the log cannot tell any more.
            if purged_to(row) and name in ("duplicates", "buried"):
                continue
            if row[name] != getattr(account, name):
                yield f"partition {partition}: {name} is stored as {row[name]}, recounted {getattr(account, name)}"
        if row["duplicates"] + row["buried"] != account.duplicates + account.buried:
            yield f"partition {partition}: other records were counted as duplicates or buried than the log gives"
        if stored.ids[partition] != account.ids:
            yield f"partition {partition}: the response ids differ"


def _cell(cell: Whole, tale: Tale) -> Iterator[str]:
    name, steps = f"cell {cell.session}/{cell.group}", cell.state.steps
    for part, stored, pile in (
        ("buffer", steps.buffer, tale.buffer),
        ("held", steps.held, tale.held),
        ("released", steps.released, tale.released),
    ):
        if stored != pile.people:
            yield f"{name}: {part} is stored as {stored}, recounted {pile.people}"
    if cell.state.withheld != tale.withheld:
        yield f"{name}: withheld is stored as {cell.state.withheld}, recounted {tale.withheld}"
    rest = tale.unreleased()
    form = tale.terms.form
    compared: tuple[tuple[str, Any, Any], ...] = (
        ("counts of items not yet released", cell.unreleased_items, item_counts(form, rest)),
        ("background not yet released", cell.unreleased_background, background_counts(form, rest)),
        ("moments not yet released", cell.unreleased_moments, pile_moments(form, rest)),
        ("all counts of items", cell.items, item_counts(form, tale.whole())),
    )
    for what, stored_figures, recounted in compared:
        if stored_figures != recounted:
            yield f"{name}: {what} differ: {_where(stored_figures, recounted)}"


def _snapshots(stored: _Stored, counted: Recount) -> Iterator[str]:
    expected = {
        f"{session}/{group}/{one.seq}": one for (session, group), tale in counted.tales.items() for one in tale.shown
    }
    for row in stored.snapshots:
        name = row["_id"]
        if row["session"] in stored.carried:
            continue
        shown = expected.pop(name, None)
        if shown is None:
            yield f"snapshot {name} is stored, the log does not give it"
        else:
            yield from _snapshot(row, shown, stored.moments.get(name), stored.covers.get(name))
    for name in expected:
        yield f"snapshot {name} follows from the log and is not stored"


def _snapshot(
    row: Mapping[str, Any], shown: Shown, moments: Mapping[str, Any] | None, cover: Mapping[str, Any] | None
) -> Iterator[str]:
    for field, recounted in (
        ("n", shown.n),
        ("final", shown.final),
        ("items", shown.items),
        ("background", shown.background),
    ):
        if row[field] != recounted:
            yield f"snapshot {row['_id']}: {field} differs: {_where(row[field], recounted)}"
    if moments is None or moments["n"] != shown.batch or moments["area"] != shown.moments:
        yield f"snapshot {row['_id']}: its moments differ"
    if cover is None or cover["upto"] != shown.upto:
        yield f"snapshot {row['_id']}: the offset up to which it reaches differs"


def _where(stored: Any, recounted: Any) -> str:
    if isinstance(stored, Mapping) and isinstance(recounted, Mapping):
        for key in sorted({*stored, *recounted}):
            if stored.get(key) != recounted.get(key):
                return f"{key} is stored as {stored.get(key)}, recounted {recounted.get(key)}"
    return f"stored {stored}, recounted {recounted}"
