"""Files of the register on their way in: compared and waiting for a yes, then written part by part."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from chassis.mongo import told_apart
from identity.reasons import Refused
from identity.reconciling import Ending
from identity.registry import Entry, RefusedRow
from identity.store.place import Document, Place, Txn
from identity.store.schools import entry_of, fields

PART = 500
"""Schools written in one transaction."""
SHOWN = 500
"""Refused rows and missing schools that are kept to be shown; all are counted."""
State = Literal["waiting", "going", "done"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A file that was read: how many rows were taken, which were refused (the first few and how many), what it would
    change, the schools of the register that it does not name (codes; the first few and how many), how many parts there
    are and how many are written, and what was said to have become of schools."""

    id: str
    who: str
    at: datetime
    whole: bool
    state: State
    rows: int
    refused: tuple[RefusedRow, ...]
    refused_rows: int
    new: int
    changed: int
    unchanged: int
    missing: tuple[str, ...]
    missing_schools: int
    parts: int
    written: int
    endings: tuple[Ending, ...] = ()


def _part_id(arrival: str, number: int) -> str:
    return f"{arrival}/{number:05d}"


@told_apart()
def put(place: Place, arrival: Arrival, entries: Sequence[Entry]) -> None:
    """Stores a file that waits; others that wait, and what is left of those that are done, go."""
    old = [row["_id"] for row in place["imports"].find({"state": {"$in": ["waiting", "done"]}}, {"_id": 1})]
    place["imports"].delete_many({"file": {"$in": old}})
    place["imports"].delete_many({"_id": {"$in": old}, "state": "waiting"})
    for number in range(arrival.parts):
        rows = [fields(entry) for entry in entries[number * PART : (number + 1) * PART]]
        place["imports"].insert_one({"_id": _part_id(arrival.id, number), "file": arrival.id, "entries": rows})
    place["imports"].insert_one(_document(arrival))


def _document(arrival: Arrival) -> Document:
    row = asdict(arrival)
    row["_id"] = row.pop("id")
    return row


@told_apart()
def get(place: Place, identifier: str) -> Arrival | None:
    """The file of this name."""
    row = place["imports"].find_one({"_id": identifier, "state": {"$exists": True}})
    return None if row is None else _arrival(row)


@told_apart()
def newest(place: Place) -> Arrival | None:
    """The file that came last."""
    row = place["imports"].find_one({"state": {"$exists": True}}, sort=[("at", -1)])
    return None if row is None else _arrival(row)


def _arrival(row: Mapping[str, Any]) -> Arrival:
    values = {**row, "id": row["_id"]}
    del values["_id"]
    values["refused"] = tuple(RefusedRow(**one) for one in row["refused"])
    values["missing"] = tuple(row["missing"])
    values["endings"] = tuple(Ending(ended=tuple(e["ended"]), into=tuple(e["into"])) for e in row["endings"])
    return Arrival(**values)


@told_apart()
def begin(place: Place, identifier: str, endings: Sequence[Ending]) -> None:
    """A file that waits is written from now on; Refused if it does not wait any more."""
    rows = [{"ended": list(one.ended), "into": list(one.into)} for one in endings]
    done = place["imports"].update_one(
        {"_id": identifier, "state": "waiting"}, {"$set": {"state": "going", "endings": rows}}
    )
    if done.matched_count != 1:
        raise Refused("changed-meanwhile")


@told_apart()
def part(place: Place, identifier: str, number: int, txn: Txn = None) -> list[Entry]:
    """The schools of one part."""
    row = place["imports"].find_one({"_id": _part_id(identifier, number)}, session=txn)
    return [] if row is None else [entry_of(one) for one in row["entries"]]


@told_apart()
def advance(place: Place, identifier: str, number: int, txn: Txn) -> None:
    """Notes inside a transaction that part `number` is written; Refused if another process wrote it."""
    done = place["imports"].update_one(
        {"_id": identifier, "state": "going", "written": number}, {"$inc": {"written": 1}}, session=txn
    )
    if done.matched_count != 1:
        raise Refused("changed-meanwhile")


@told_apart()
def finish(place: Place, identifier: str) -> bool:
    """Everything is written; its parts go. False if it was finished before."""
    place["imports"].delete_many({"file": identifier})
    done = place["imports"].update_one({"_id": identifier, "state": "going"}, {"$set": {"state": "done"}})
    return done.modified_count == 1


@told_apart()
def drop(place: Place, identifier: str) -> None:
    """Forgets a file that waits."""
    if place["imports"].delete_one({"_id": identifier, "state": "waiting"}).deleted_count:
        place["imports"].delete_many({"file": identifier})
