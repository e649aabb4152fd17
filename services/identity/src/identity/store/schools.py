"""Schools by their code, and the table from the register's id to the code of the school that has it now."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pymongo import InsertOne, UpdateOne

from chassis.mongo import told_apart
from identity.registry import Entry, Numbers
from identity.store.place import Document, Place, Txn

PAGE = 50
_BY_NAME = {"locale": "az", "numericOrdering": True}
"""The order of the Azerbaijani alphabet, school 9 before school 10."""


@dataclass(frozen=True, kw_only=True, slots=True)
class School:
    """A school under its code: what the register says, when it ended (None: it goes on), the codes of the schools that
    it came from and of those that came after it, and how often it was changed."""

    code: str
    entry: Entry
    ended: datetime | None
    predecessors: tuple[str, ...]
    successors: tuple[str, ...]
    revision: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which schools a list is to show: words in name, number or region; one region; one level; those that have ended
    instead of those that go on; only, or none of, some codes."""

    words: str = ""
    region: str = ""
    level: str = ""
    ended: bool = False
    without: frozenset[str] = frozenset()

    def filter(self) -> Mapping[str, Any]:
        """What the database is asked."""
        asked: dict[str, Any] = {"ended": {"$exists": self.ended}}
        words = self.words.replace("\0", "").strip()  # a pattern cannot hold that character, nor can a name
        if words:
            pattern = {"$regex": re.escape(words), "$options": "i"}
            asked["$or"] = [{name: pattern} for name in ("name", "registry_id", "former_id", "region")]
        if self.region:
            asked["region"] = self.region
        if self.level:
            asked[f"levels.{self.level}"] = {"$exists": True}
        if self.without:
            asked["_id"] = {"$nin": sorted(self.without)}
        return asked


@told_apart()
def take(place: Place, entries: Sequence[Entry], new_code: Callable[[], str], txn: Txn) -> list[tuple[str, Entry]]:
    """Inserts or replaces schools inside a transaction; (code, entry) of each. None of them may have ended."""
    held = codes_of(place, [entry.registry_id for entry in entries], txn)
    fresh = {entry.registry_id: new_code() for entry in entries if entry.registry_id not in held}
    if fresh:
        place["codes"].bulk_write(
            [InsertOne({"_id": registry_id, "school": code}) for registry_id, code in fresh.items()], session=txn
        )
    found = [({**held, **fresh}[entry.registry_id], entry) for entry in entries]
    updates = [
        UpdateOne({"_id": code}, {"$set": fields(entry), "$inc": {"revision": 1}}, upsert=True) for code, entry in found
    ]
    if updates:
        place["schools"].bulk_write(updates, ordered=False, session=txn)
    return found


def fields(entry: Entry) -> Document:
    """A school as it is stored, without its code."""
    about = {name: getattr(entry, name) for name in ("registry_id", "name", "region", "settlement", "language", "type")}
    return {**about, "levels": {level: asdict(numbers) for level, numbers in entry.levels.items()}}


@told_apart()
def codes_of(place: Place, registry_ids: Iterable[str], txn: Txn = None) -> dict[str, str]:
    """The codes that these ids of the register lead to now."""
    rows = place["codes"].find({"_id": {"$in": list(registry_ids)}}, session=txn)
    return {row["_id"]: row["school"] for row in rows}


@told_apart()
def get(place: Place, school: str) -> Entry | None:
    """The school of this code, as the register describes it or last did."""
    row = place["schools"].find_one({"_id": school})
    return None if row is None else entry_of(row)


@told_apart()
def school(place: Place, code: str, txn: Txn = None) -> School | None:
    """The school of this code, with what became of it."""
    row = place["schools"].find_one({"_id": code}, session=txn)
    return None if row is None else school_of(row)


@told_apart()
def several(place: Place, codes: Iterable[str], txn: Txn = None) -> list[School]:
    """The schools of these codes, by register's id."""
    rows = place["schools"].find({"_id": {"$in": list(codes)}}, sort=[("registry_id", 1)], session=txn)
    return [school_of(row) for row in rows]


def named(place: Place, notes: Iterable[Document]) -> dict[str, str]:
    """The names of all schools that lines of the log speak of, by code."""
    codes: set[str] = set()
    for one in notes:
        codes |= {str(one.get("school", "")), *one.get("successors", ()), *one.get("predecessors", ())}
    return {school.code: school.entry.name for school in several(place, codes)}


@told_apart()
def all_entries(place: Place) -> list[Entry]:
    """Every school that goes on, by register's id."""
    return [entry_of(row) for row in place["schools"].find(Wanted().filter(), sort=[("registry_id", 1)])]


@told_apart()
def ended_ids(place: Place) -> frozenset[str]:
    """The register's ids of schools that were closed, or merged away: no other school has them."""
    rows = place["schools"].find({**Wanted(ended=True).filter(), "former_id": {"$exists": False}}, {"registry_id": 1})
    return frozenset(str(row["registry_id"]) for row in rows)


@told_apart()
def all_codes(place: Place, region: str = "") -> list[str]:
    """The codes of all schools that go on, by register's id; of one region if it is named."""
    found = place["schools"].find(Wanted(region=region).filter(), {"_id": 1}, sort=[("registry_id", 1)])
    return [str(row["_id"]) for row in found]


@told_apart()
def page(place: Place, number: int, wanted: Wanted) -> tuple[list[School], int]:
    """The schools of page `number` (from 1), by name, and how many there are."""
    asked = wanted.filter()
    rows = place["schools"].find(
        asked, sort=[("name", 1), ("_id", 1)], skip=(number - 1) * PAGE, limit=PAGE, collation=_BY_NAME
    )
    return [school_of(row) for row in rows], place["schools"].count_documents(asked)


@told_apart()
def count(place: Place, ended: bool = False) -> int:
    """How many schools are registered and go on, or have ended."""
    return place["schools"].count_documents(Wanted(ended=ended).filter())


@told_apart()
def regions(place: Place) -> list[str]:
    """The regions of schools that go on."""
    return sorted(str(name) for name in place["schools"].distinct("region", Wanted().filter()))


@told_apart()
def edit(place: Place, code: str, entry: Entry, revision: int, txn: Txn) -> bool:
    """Replaces what the register says of a school that goes on; False if somebody changed it since `revision`."""
    known: Any = revision if revision else {"$in": [0, None]}
    done = place["schools"].update_one(
        {"_id": code, "ended": {"$exists": False}, "revision": known},
        {"$set": fields(entry), "$inc": {"revision": 1}},
        session=txn,
    )
    return done.matched_count == 1


@told_apart()
def end(place: Place, code: str, at: datetime, successors: Sequence[str], keeps_id: bool, txn: Txn) -> None:
    """A school has ended. Unless it `keeps_id`, its register's id belongs to a successor from now on: two schools
    cannot have the same, so this one's becomes its code, and what it was stands beside."""
    row = place["schools"].find_one({"_id": code}, {"registry_id": 1}, session=txn)
    moved = {} if keeps_id or row is None else {"registry_id": code, "former_id": row["registry_id"]}
    place["schools"].update_one(
        {"_id": code},
        {"$set": {"ended": at, "successors": list(successors), **moved}, "$inc": {"revision": 1}},
        session=txn,
    )


@told_apart()
def reopen(place: Place, code: str, txn: Txn) -> bool:
    """A school that was closed goes on; False if it was not closed, or others came after it."""
    done = place["schools"].update_one(
        {"_id": code, "ended": {"$exists": True}, "successors": []},
        {"$unset": {"ended": "", "successors": ""}, "$inc": {"revision": 1}},
        session=txn,
    )
    return done.matched_count == 1


@told_apart()
def renew(place: Place, registry_id: str, code: str, txn: Txn) -> None:
    """From now on an id of the register leads to another code."""
    place["codes"].update_one({"_id": registry_id}, {"$set": {"school": code}}, session=txn)


@told_apart()
def follow(place: Place, code: str, predecessors: Sequence[str], txn: Txn) -> None:
    """Names the schools that a school came from, beside those it has."""
    place["schools"].update_one({"_id": code}, {"$addToSet": {"predecessors": {"$each": [*predecessors]}}}, session=txn)


@told_apart()
def add(place: Place, code: str, entry: Entry, txn: Txn) -> None:
    """A school under a new code."""
    place["schools"].insert_one({"_id": code, "revision": 1, **fields(entry)}, session=txn)


def school_of(row: Document) -> School:
    """The stored school with what became of it."""
    return School(
        code=row["_id"],
        entry=entry_of(row),
        ended=row.get("ended"),
        predecessors=tuple(row.get("predecessors", ())),
        successors=tuple(row.get("successors", ())),
        revision=row.get("revision", 0),
    )


def entry_of(row: Document) -> Entry:
    """The stored school as a value; one that has ended has the id that it had."""
    return Entry(
        registry_id=row["former_id"] if "former_id" in row else row["registry_id"],
        name=row["name"],
        region=row["region"],
        settlement=row["settlement"],
        language=row["language"],
        type=row["type"],
        levels={level: Numbers(**numbers) for level, numbers in row["levels"].items()},
    )
