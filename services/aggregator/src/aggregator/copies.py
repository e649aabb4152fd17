"""Whole collections of a statistics database: cleared, filled from files, carried over to the other database."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bson import decode_file_iter
from pymongo import ReplaceOne, UpdateOne

from aggregator.documents import Document
from chassis.mongo import Client, told_apart

COLLECTIONS = (
    *("offsets", "seen", "cells", "moments", "covers", "admitted"),
    *("snapshots", "editions", "sessions", "participation", "campaigns"),
)
"""Everything that a statistics database holds, the pointer apart."""
_FOLDED = ("seen", "cells", "moments", "covers", "admitted", "snapshots", "editions")
_CHUNK = 1_000


def clear(client: Client, database: str) -> None:
    """Empties a database."""
    with told_apart():
        for name in COLLECTIONS:
            client[database][name].delete_many({})


def occupied(client: Client, database: str) -> str | None:
    """The first collection in which something that was counted stands, None if there is none."""
    with told_apart():
        if client[database].offsets.find_one({"next": {"$gt": 0}}):
            return "offsets"
        return next((name for name in _FOLDED if client[database][name].find_one({}, {"_id": 1})), None)


def fill(client: Client, database: str, collection: str, path: Path, why: str) -> None:
    """Replaces a collection by the documents of a BSON file. Partitions and the editor's lead stay barred (`why`)
    until that is lifted, and no owner of an earlier life is taken for one of this."""
    target = client[database][collection]
    with path.open("rb") as file, told_apart():
        rows: Iterable[Document] = decode_file_iter(file)
        if collection == "offsets":
            for row in rows:
                there = target.find_one({"_id": row["_id"]}) or {}
                if "epoch" in row:
                    row |= {"epoch": row["epoch"] + there.get("epoch", 0), "barred": why}
                target.replace_one({"_id": row["_id"]}, row, upsert=True)
            return
        target.delete_many({})
        for some in chunks(rows):
            target.insert_many(some, ordered=False)


def copy(client: Client, old: str, new: str, collections: Sequence[str], query: Document | None = None) -> None:
    """Puts the documents of `old` that match into `new`, in place of what stands there under their ids."""
    with told_apart():
        for name in collections:
            for some in chunks(client[old][name].find(query or {})):
                writes = [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in some]
                client[new][name].bulk_write(writes, ordered=False)


def carry(client: Client, old: str, new: str, sessions: Sequence[str]) -> None:
    """Puts cells, snapshots, moments and offset ranges of these sessions into `new` as they are."""
    for at in range(0, len(sessions), 100):
        some = list(sessions[at : at + 100])
        copy(client, old, new, ["cells"], {"_id": {"$in": some}})
        copy(client, old, new, ["snapshots", "moments"], {"session": {"$in": some}})
        with told_apart():
            names = [row["_id"] for row in client[old].snapshots.find({"session": {"$in": some}}, {"_id": 1})]
        copy(client, old, new, ["covers"], {"_id": {"$in": names}})


def keep_days(client: Client, old: str, new: str) -> None:
    """Gives snapshots and closes in `new` the days that they have in `old`."""
    with told_apart():
        for name, field in (("snapshots", "as_of"), ("cells", "closed_day")):
            for some in chunks(client[old][name].find({}, {field: 1})):
                writes = [UpdateOne({"_id": row["_id"]}, {"$set": {field: row[field]}}) for row in some]
                client[new][name].bulk_write(writes, ordered=False)


def begin(client: Client, database: str, offsets: Sequence[Document]) -> None:
    """Lets each partition begin where it was purged: nothing counted but what is gone."""
    with told_apart():
        for row in offsets:
            client[database].offsets.update_one({"_id": row["_id"]}, {"$set": row})


def chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Up to 1,000 at a time."""
    some: list[Any] = []
    for row in rows:
        some.append(row)
        if len(some) == _CHUNK:
            yield some
            some = []
    if some:
        yield some
