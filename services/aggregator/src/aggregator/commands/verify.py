"""`verify`: the log counted once more and compared with all that is stored; the first difference is named.

Sessions whose records were purged, wholly or in part, are left out and their number is said.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aggregator.archive import Archive, Whole
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
    partitions: Mapping[str, int]
    snapshots: Sequence[Mapping[str, Any]]
    moments: Mapping[str, Mapping[str, Any]]
    covers: Mapping[str, Mapping[str, Any]]


def verify(archive: Archive, records: Iterable[Record], lookup: Lookup, log_starts: Mapping[int, int]) -> Verdict:
    """Recounts `records` up to where each partition is folded; `log_starts` says what is purged."""
    stored = _read(archive)
    counted = Recount(lookup)
    number = 0
    for record in records:
        row = stored.offsets.get(record.partition)
        if row is not None and record.offset < row["next"]:
            counted.add(record)
            number += 1
    purged = {partition for partition, start in log_starts.items() if start}
    return Verdict(
        difference=next(_differences(stored, counted, purged), None),
        sessions=sum(terms.partition not in purged for terms in counted.sessions.values()),
        snapshots=len(stored.snapshots),
        records=number,
        purged=sum(partition in purged for partition in stored.partitions.values()),
    )


def _read(archive: Archive) -> _Stored:
    offsets = {row["_id"]: row for row in archive.offsets()}
    snapshots = list(archive.snapshots())
    return _Stored(
        offsets=offsets,
        ids={partition: set(archive.ids(partition)) for partition in offsets},
        cells={(cell.session, cell.group): cell for cell in archive.whole_cells()},
        partitions={row["_id"]: row["partition"] for row in archive.cells()},
        snapshots=snapshots,
        moments=archive.moments([row["_id"] for row in snapshots]),
        covers=archive.covers(),
    )


def _differences(stored: _Stored, counted: Recount, purged: set[int]) -> Iterator[str]:
    yield from _accounts(stored, counted, purged)
    yield from _snapshots(stored, counted, purged)
    for (session, group), cell in stored.cells.items():
        if stored.partitions[session] in purged:
            continue
        tale = counted.tales.get((session, group))
        if tale is not None:
            yield from _cell(cell, tale)
        elif cell.state.steps.total:
            yield f"cell {session}/{group} is stored with {cell.state.steps.total} people, the log has none"
    for session, group in counted.tales:
        if counted.sessions[session].partition not in purged and (session, group) not in stored.cells:
            yield f"cell {session}/{group} is in the log and not stored"


def _accounts(stored: _Stored, counted: Recount, purged: set[int]) -> Iterator[str]:
    for partition, row in stored.offsets.items():
        account = counted.accounts.get(partition, Account())
        if partition in purged:
            continue
        for name in ("next", "folded", "duplicates", "buried", "markers"):
            if row[name] != getattr(account, name):
                yield f"partition {partition}: {name} is stored as {row[name]}, recounted {getattr(account, name)}"
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


def _snapshots(stored: _Stored, counted: Recount, purged: set[int]) -> Iterator[str]:
    expected = {
        f"{session}/{group}/{one.seq}": one
        for (session, group), tale in counted.tales.items()
        if counted.sessions[session].partition not in purged
        for one in tale.shown
    }
    for row in stored.snapshots:
        name = row["_id"]
        if stored.partitions.get(row["session"]) in purged:
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
