"""`rebuild`: the log folded once more into the other database, compared with what is published, then switched to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from aggregator import copies, pointer
from aggregator.archive import Archive
from aggregator.commands.digest import digest
from aggregator.commands.editions import edition_differences
from aggregator.commands.ledger import ledger
from aggregator.documents import COUNTERS, Document, purged_to
from aggregator.fold import Fold
from aggregator.logreader import LogReader
from aggregator.purging import CLOSED, lost
from aggregator.store import Owned, Store
from aggregator.terms import Lookup
from chassis.errors import Fatal
from chassis.kafka import Record
from chassis.mongo import Client

WHY = "a rebuild is under way; if none is running it was interrupted: run it again"
_BATCH = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a rebuild did; `before` and `after` are the digests of the two databases."""

    records: int
    carried: int
    database: str
    before: str
    after: str

    def __str__(self) -> str:
        said = (
            f"{self.records} records folded, {self.carried} sessions carried over, {self.database} counts from now on"
        )
        if self.before == self.after:
            return f"{said}; equal digest {self.after}"
        return (
            f"{said}; the digest was {self.before} and is {self.after}: unreleased figures had drifted, now they agree"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The databases: `old` counts now, `new` is filled anew; the pointer stands in `home`."""

    client: Client
    home: str
    old: str
    new: str


def rebuild(
    place: Place, old: Archive, new: Archive, store: Store, log: LogReader, lookup: Lookup, today: date
) -> Report:
    """Switches if every published snapshot and edition comes out as it is; Fatal, with nothing switched, names the
    first that does not. Workers may run: they are kept out while the end of the log is folded, and go on afterwards."""
    client = place.client
    if place.home + pointer.SECOND != place.new and place.home != place.new:
        raise Fatal(f"{place.new} is not one of the two databases of {place.home}")
    copies.clear(client, place.new)
    pointer.bar(client, place.new, WHY)
    begun = old.offsets()
    gone = {row["_id"]: row for row in old.cells() if lost(row)}
    copies.carry(client, place.old, place.new, list(gone))
    copies.begin(client, place.new, [_beginning(row) for row in begun])
    refold = Refold(store, new.offsets(), lookup, today)
    for row in begun:
        refold.carry(row["_id"], gone.values(), old)
    records = refold.up_to(log, {row["_id"]: row["next"] for row in begun})
    pointer.bar(client, place.old, WHY)
    try:
        ended = old.offsets()
        if _purges(ended) != _purges(begun):
            raise Fatal("a purge ran meanwhile; nothing was switched, run the rebuild again")
        records += refold.up_to(log, {row["_id"]: row["next"] for row in ended})
        copies.copy(client, place.old, place.new, ["sessions", "campaigns", "participation", "editions", "admitted"])
        copies.copy(client, place.old, place.new, ["offsets"], {"_id": "purge"})
        for difference in differences(old, new):
            raise Fatal(f"{difference}; nothing was switched. See docs/operations.md, `rebuild`.")
        copies.keep_days(client, place.old, place.new)
        before, after = digest(old), digest(new)
        pointer.unbar(client, place.new)
        pointer.point(client, place.home, place.new)
    except BaseException:
        pointer.unbar(client, place.old)
        raise
    pointer.bar(client, place.old, pointer.MOVED)
    return Report(records=records, carried=len(gone), database=place.new, before=before, after=after)


class Refold:
    """The fold of a log into a database that nobody else writes to."""

    def __init__(self, store: Store, offsets: Iterable[Mapping[str, Any]], lookup: Lookup, today: date) -> None:
        self._store = store
        self._lookup = lookup
        self._today = today
        self._fold = Fold(bury_limit=0)
        self._owned: dict[int, Owned] = {}
        for row in offsets:
            self._owned[row["_id"]] = Owned(partition=row["_id"], next=row["next"], epoch=row["epoch"])
            self._fold.own(row["_id"], (), ())

    def carry(self, partition: int, cells: Iterable[Document], old: Archive) -> None:
        """Leaves alone what was carried over of a partition, and counts only what the log still has of it."""
        mine = [cell for cell in cells if cell["partition"] == partition]
        part = [cell["_id"] for cell in mine if cell.get("purged") != CLOSED]
        whole = [cell["_id"] for cell in mine if cell.get("purged") == CLOSED]
        self._fold.own(partition, (), whole)
        if part:
            self._fold.carry(partition, part, frozenset(old.ids(partition)))

    def up_to(self, log: LogReader, ends: Mapping[int, int]) -> int:
        """Folds each partition to its end; how many records. Fatal if the log does not have them all."""
        starts = {number: owned.next for number, owned in self._owned.items()}
        bounds = log.bounds()
        for number, end in ends.items():
            first, last = bounds[number]
            if starts[number] < end and (first > starts[number] or last < end):
                raise Fatal(
                    f"partition {number}: records from {starts[number]} to {end - 1} were counted, the log has those "
                    f"from {first} to {last - 1}; nothing was switched. A purge that was interrupted is finished by "
                    "`purge`; records that were lost come back with `restore` alone."
                )
        number = 0
        for batch in _batches(log.records(starts=starts, ends=ends)):
            changes = self._fold.batch(batch, self._lookup)
            self._owned |= self._store.commit(self._owned, changes, self._today)
            number += sum(map(len, batch.values()))
        return number


def differences(old: Archive, new: Archive) -> Iterator[str]:
    """A sentence for each published snapshot or edition that would be another one, and for what does not add up."""
    rebuilt = new.snapshots()
    other = next(rebuilt, None)
    for row in old.snapshots():
        while other is not None and other["_id"] < row["_id"]:  # it was missing; now it is there
            other = next(rebuilt, None)
        if other is None or other["_id"] != row["_id"]:
            yield f"snapshot {row['_id']} is published and would not exist"
        elif field := _other_field(row, other):
            yield f"snapshot {row['_id']} is published and would be another: {field}"
    yield from edition_differences(new)
    if not ledger(new, {})["balanced"]:
        yield "the ledger of the rebuilt database does not balance"


def _other_field(row: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    return next(
        (name for name in sorted({*row, *other} - {"as_of"}) if row.get(name) != other.get(name)),
        None,
    )


def _beginning(row: Document) -> Document:
    return {"_id": row["_id"], "next": purged_to(row), "purged": row["purged"], **row["purged"]}


def _purges(offsets: Sequence[Document]) -> dict[int, dict[str, int]]:
    return {row["_id"]: row["purged"] for row in offsets if any(row["purged"][name] for name in COUNTERS)}


def _batches(records: Iterable[Record]) -> Iterator[dict[int, list[Record]]]:
    rest = iter(records)
    while some := list(islice(rest, _BATCH)):
        batch: dict[int, list[Record]] = defaultdict(list)
        for record in some:
            batch[record.partition].append(record)
        yield dict(batch)
