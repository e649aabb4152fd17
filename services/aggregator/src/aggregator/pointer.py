"""Which of the two statistics databases counts: a pointer document says it, and a bar keeps every writer out."""

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from aggregator.documents import Document, new_offsets
from chassis.mongo import Client, in_transaction, told_apart
from contracts.topics import RESPONSES, topics

POINTER = "pointer"
EDITOR = "editor"
SECOND = "_b"
MOVED = "the other database counts now"


def current(client: Client, home: str) -> str:
    """The database that workers, editors, commands and the reporter use; `home` until a rebuild says otherwise."""
    with told_apart():
        found = client[home].current.find_one({"_id": POINTER})
        return str(found["database"]) if found else home


def other(home: str, database: str) -> str:
    """The one of the two that does not count now."""
    return home + SECOND if database == home else home


def bar(client: Client, database: str, why: str) -> None:
    """Fences every worker and editor, and lets none in before `unbar`; at once for all or not at all."""
    with told_apart():
        in_transaction(client, lambda session: _bar(client, database, why, session))


def unbar(client: Client, database: str) -> None:
    """Lets workers and an editor in again."""
    with told_apart():
        client[database].offsets.update_many({"barred": {"$ne": None}}, {"$unset": {"barred": ""}})


def barred(client: Client, database: str) -> str | None:
    """Why nobody is let in, None if they are."""
    with told_apart():
        found = client[database].offsets.find_one({"barred": {"$ne": None}})
        return str(found["barred"]) if found else None


def point(client: Client, home: str, database: str) -> None:
    """From now on `database` counts."""
    with told_apart():
        client[home].current.update_one({"_id": POINTER}, {"$set": {"database": database}}, upsert=True)


def _bar(client: Client, database: str, why: str, session: ClientSession) -> None:
    editor: Document = {"beats": 0}
    fresh = {number: new_offsets() for number in range(topics()[RESPONSES].partitions)}
    documents: dict[int | str, tuple[Document, Document]] = {EDITOR: ({"holder": ""}, editor)}
    documents |= {number: ({}, fields) for number, fields in fresh.items()}
    client[database].offsets.bulk_write(
        [
            UpdateOne(
                {"_id": name},
                {"$inc": {"epoch": 1}, "$set": {"barred": why, **changed}, "$setOnInsert": fields},
                upsert=True,
            )
            for name, (changed, fields) in documents.items()
        ],
        session=session,
    )
