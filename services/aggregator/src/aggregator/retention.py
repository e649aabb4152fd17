"""The statistics database as a purge sees it: what is still needed, and how the rest is forgotten without a gap."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pymongo import DeleteMany, UpdateOne
from pymongo.client_session import ClientSession

from aggregator.documents import COUNTERS, Document, purged_to
from aggregator.sealing import Sealer
from chassis.errors import Fatal
from chassis.mongo import Client, in_transaction, told_apart

PURGE = "purge"
_AT_ONCE = 200


class Retention:
    """One purge's way into the database; workers go on beside it."""

    def __init__(self, client: Client, database: str, sealer: Sealer) -> None:
        self._client = client
        self._db = client[database]
        self._sealer = sealer

    def cells(self) -> dict[str, Document]:
        """Every session's document of `cells` without what is sealed."""
        with told_apart():
            return {row["_id"]: row for row in self._db.cells.find({}, {"blob": 0})}

    def sessions_going_on(self) -> set[str]:
        """Sessions that are neither closed nor cancelled by their own word."""
        query = {"message.timetable.state": {"$nin": ["closed", "cancelled"]}}
        with told_apart():
            return {row["_id"] for row in self._db.sessions.find(query, {"_id": 1})}

    def firsts(self, partition: int) -> list[int]:
        """The first offsets of a partition's batches, ascending."""
        with told_apart():
            return sorted(row["first"] for row in self._db.seen.find(_seen(partition), {"first": 1}))

    def mark(self, partition: int, touched: Mapping[str, str]) -> None:
        """Notes which sessions are about to lose records; one that lost its close marker stays so."""
        writes = [
            UpdateOne({"_id": session, "partition": partition, "purged": {"$ne": "closed"}}, {"$set": {"purged": how}})
            for session, how in touched.items()
        ]
        if writes:
            with told_apart():
                self._db.cells.bulk_write(writes, ordered=False)

    def forget(self, partition: int, cut: int) -> int:
        """Deletes the ids of every batch below `cut` and keeps what they counted, in one transaction; how many ids.
        Fatal, with nothing changed, if that would not account for every record below."""

        def act(session: ClientSession) -> int:
            query = {**_seen(partition), "last": {"$lt": cut}}
            gone = dict.fromkeys(COUNTERS, 0)
            for row in self._db.seen.find(query, dict.fromkeys(COUNTERS, 1), session=session):
                for name in COUNTERS:
                    gone[name] += row[name]
            self._db.seen.delete_many(query, session=session)
            self._db.covers.delete_many({"partition": partition, "upto": {"$lt": cut}}, session=session)
            offsets = self._db.offsets.find_one_and_update(
                {"_id": partition},
                {"$inc": {f"purged.{name}": number for name, number in gone.items()}},
                session=session,
            )
            if offsets is None or purged_to(offsets) + sum(gone.values()) != cut:
                raise Fatal(
                    f"partition {partition}: the batches below offset {cut} do not account for every record there; "
                    "nothing of it was forgotten. See `doctor` and `verify`."
                )
            return gone["folded"]

        return in_transaction(self._client, act)

    def finished(self) -> set[str]:
        """Campaigns whose last edition is made."""
        with told_apart():
            heads = self._db.editions.find({"kind": "head", "final": True}, {"campaign": 1})
            return {row["campaign"] for row in heads}

    def campaigns(self) -> set[str]:
        """Campaigns that are known."""
        with told_apart():
            return {row["_id"] for row in self._db.campaigns.find({}, {"_id": 1})}

    def blank(self, cells: Iterable[Mapping[str, Any]]) -> None:
        """Forgets every figure of closed sessions that no snapshot has; how many people there were stays."""
        with told_apart():
            for cell in cells:
                empty = self._sealer.seal(cell["_id"], dict.fromkeys(cell["groups"], b""))
                self._db.cells.update_one(
                    {"_id": cell["_id"], "closed": True}, {"$set": {"blob": empty, "blank": True}}
                )

    def spend(self, sessions: Sequence[str]) -> int:
        """Forgets the moments of closed sessions; how many documents. What is forgotten is also noted as forgotten."""
        found = 0
        for at in range(0, len(sessions), _AT_ONCE):
            some = sessions[at : at + _AT_ONCE]

            def act(session: ClientSession, some: Sequence[str] = some) -> int:
                self._db.cells.update_many({"_id": {"$in": list(some)}}, {"$set": {"spent": True}}, session=session)
                gone = self._db.moments.bulk_write([DeleteMany(_of(name)) for name in some], session=session)
                return gone.deleted_count

            found += in_transaction(self._client, act)
        return found

    def done(self, day: date) -> None:
        """Notes the day, for the alert."""
        with told_apart():
            self._db.offsets.update_one({"_id": PURGE}, {"$set": {"day": day.isoformat()}}, upsert=True)


def last_purge(client: Client, database: str, today: date) -> int:
    """Days since the last whole purge; since this was first asked, if there was none."""
    with told_apart():
        client[database].offsets.update_one({"_id": PURGE}, {"$setOnInsert": {"day": today.isoformat()}}, upsert=True)
        found = client[database].offsets.find_one({"_id": PURGE})
        return (today - date.fromisoformat(found["day"])).days if found else 0


def _of(session: str) -> dict[str, Any]:
    return {"_id": {"$gte": f"{session}/", "$lt": f"{session}0"}}  # "0" follows "/" in ASCII


def _seen(partition: int) -> dict[str, Any]:
    # "/" is followed by "0" in ASCII: the range holds the ids that begin with this partition and a slash.
    return {"_id": {"$gte": f"{partition}/", "$lt": f"{partition}0"}}
