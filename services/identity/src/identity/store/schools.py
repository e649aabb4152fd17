"""Schools by their code, and the table from the registry's id to the code that a school has for life."""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from chassis.mongo import told_apart
from identity.registry import Entry, Numbers
from identity.store.place import Document, Place

PAGE = 50


@told_apart()
def take(place: Place, entries: Iterable[Entry], new_code: Callable[[], str]) -> dict[str, str]:
    """Inserts or updates schools, level by level; returns the school code of each registry id."""
    found = list(entries)
    held = {row["_id"]: row["school"] for row in place["codes"].find({"_id": {"$in": [e.registry_id for e in found]}})}
    for entry in found:
        if entry.registry_id not in held:
            held[entry.registry_id] = _coded(place, entry.registry_id, new_code)
    updates = [UpdateOne({"_id": held[entry.registry_id]}, {"$set": _fields(entry)}, upsert=True) for entry in found]
    if updates:
        place["schools"].bulk_write(updates, ordered=False)
    return held


def _coded(place: Place, registry_id: str, new_code: Callable[[], str]) -> str:
    while True:
        with suppress(DuplicateKeyError):  # another import was quicker, or the same code was drawn: look, draw again
            place["codes"].insert_one({"_id": registry_id, "school": new_code()})
        row = place["codes"].find_one({"_id": registry_id})
        if row is not None:
            return str(row["school"])


def _fields(entry: Entry) -> Document:
    about = {name: getattr(entry, name) for name in ("registry_id", "name", "region", "settlement", "language", "type")}
    return {**about, **{f"levels.{level}": asdict(numbers) for level, numbers in entry.levels.items()}}


@told_apart()
def get(place: Place, school: str) -> Entry | None:
    """The school of this code."""
    row = place["schools"].find_one({"_id": school})
    return None if row is None else entry_of(row)


@told_apart()
def all_entries(place: Place) -> list[Entry]:
    """Every school, by registry id."""
    return [entry_of(row) for row in place["schools"].find({}, sort=[("registry_id", 1)])]


@told_apart()
def all_codes(place: Place) -> list[str]:
    """The codes of all schools, by registry id."""
    return [str(row["_id"]) for row in place["schools"].find({}, {"_id": 1}, sort=[("registry_id", 1)])]


@told_apart()
def page(place: Place, number: int, words: str = "") -> tuple[list[tuple[str, Entry]], int]:
    """(school code, school) of page `number` (from 1), by name, and how many schools match the words."""
    wanted: Mapping[str, Any] = {}
    asked = words.replace("\0", "").strip()  # a pattern cannot hold that character, nor can a name
    if asked:
        pattern = {"$regex": re.escape(asked), "$options": "i"}
        wanted = {"$or": [{"name": pattern}, {"registry_id": pattern}, {"region": pattern}]}
    rows = place["schools"].find(wanted, sort=[("name", 1), ("_id", 1)], skip=(number - 1) * PAGE, limit=PAGE)
    return [(row["_id"], entry_of(row)) for row in rows], place["schools"].count_documents(wanted)


@told_apart()
def count(place: Place) -> int:
    """How many schools are registered."""
    return place["schools"].count_documents({})


def entry_of(row: Document) -> Entry:
    """The stored school as a value."""
    return Entry(
        registry_id=row["registry_id"],
        name=row["name"],
        region=row["region"],
        settlement=row["settlement"],
        language=row["language"],
        type=row["type"],
        levels={level: Numbers(**numbers) for level, numbers in row["levels"].items()},
    )
