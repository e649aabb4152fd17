"""What is only ever added to: the audit log and the manifest of key cards; and the relay's lease."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.errors import DuplicateKeyError

from chassis.errors import Fenced
from chassis.mongo import told_apart
from identity.store.place import Document, Place, Txn

RELAY = "relay"


@told_apart()
def note(
    place: Place, identifier: str, at: datetime, who: str, act: str, about: Mapping[str, object], txn: Txn = None
) -> None:
    """Adds a line to the audit log: who did what, to which school, session or campaign."""
    place["audit"].insert_one({"_id": identifier, "at": at, "who": who, "act": act, **about}, session=txn)


@told_apart()
def note_all(place: Place, rows: Sequence[Document], txn: Txn = None) -> None:
    """Adds many lines to the audit log."""
    if rows:
        place["audit"].insert_many(rows, session=txn)


@told_apart()
def notes(place: Place, about: Mapping[str, object], at_most: int = 100, skip: int = 0) -> list[Document]:
    """The newest lines of the audit log that fit."""
    return list(place["audit"].find(dict(about), sort=[("at", -1), ("_id", 1)], skip=skip, limit=at_most))


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """Which lines of the audit log are asked for; "" and None for all."""

    act: str = ""
    who: str = ""
    school: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def filter(self) -> dict[str, Any]:
        """What the database is asked."""
        asked: dict[str, Any] = {name: getattr(self, name) for name in ("act", "who", "school") if getattr(self, name)}
        within = {"$gte": self.since, "$lt": self.until}
        if any(within.values()):
            asked["at"] = {name: moment for name, moment in within.items() if moment is not None}
        return asked


@told_apart()
def every_note(place: Place, about: Mapping[str, object]) -> Iterator[Document]:
    """All lines that fit, the newest first, read as they are asked for."""
    return iter(place["audit"].find(dict(about), sort=[("at", -1), ("_id", 1)]))


@told_apart()
def count_notes(place: Place, about: Mapping[str, object]) -> int:
    """How many lines of the audit log fit."""
    return place["audit"].count_documents(dict(about))


@told_apart()
def last_line(place: Place) -> tuple[int, str]:
    """Sequence number and text of the manifest's last line; (0, "") while it is empty."""
    row = place["manifest"].find_one({}, sort=[("_id", -1)])
    return (0, "") if row is None else (row["_id"], row["line"])


@told_apart()
def line_of_fingerprint(place: Place, fingerprint: str) -> str | None:
    """The manifest's line of a session whose key card has this fingerprint."""
    row = place["sessions"].find_one({"fingerprint": fingerprint}, {"_id": 1})
    found = None if row is None else place["manifest"].find_one({"session": row["_id"]})
    return None if found is None else str(found["line"])


@told_apart()
def listed(place: Place, session: str) -> bool:
    """Whether the manifest has this session's key card."""
    return place["manifest"].find_one({"session": session}, {"_id": 1}) is not None


@told_apart()
def append_line(place: Place, sequence: int, session: str, line: str) -> None:
    """Adds the next line; Fenced if another process added it."""
    try:
        place["manifest"].insert_one({"_id": sequence, "session": session, "line": line})
    except DuplicateKeyError as error:
        raise Fenced(f"manifest line {sequence}") from error


@told_apart()
def lines_after(place: Place, sequence: int, at_most: int) -> Iterator[str]:
    """The manifest's lines after a sequence number."""
    rows = place["manifest"].find({"_id": {"$gt": sequence}}, sort=[("_id", 1)], limit=at_most)
    return iter([str(row["line"]) for row in rows])


@told_apart()
def acquire(place: Place, holder: str, now: datetime, seconds: float) -> int | None:
    """The epoch under which `holder` is the relay from now on, or None while another one is."""
    until = now + timedelta(seconds=seconds)
    try:
        row = place["leases"].find_one_and_update(
            {"_id": RELAY, "$or": [{"until": {"$lt": now}}, {"holder": holder}]},
            {"$inc": {"epoch": 1}, "$set": {"holder": holder, "until": until}},
            upsert=True,
            return_document=True,
        )
    except DuplicateKeyError:
        return None
    return None if row is None else int(row["epoch"])


@told_apart()
def renew(place: Place, epoch: int, now: datetime, seconds: float, txn: Txn = None) -> None:
    """Holds the lease for longer; Fenced if another process has it. The first step of each of the relay's
    transactions."""
    done = place["leases"].update_one(
        {"_id": RELAY, "epoch": epoch}, {"$set": {"until": now + timedelta(seconds=seconds)}}, session=txn
    )
    if done.matched_count != 1:
        raise Fenced("the relay's lease went to another process")


@told_apart()
def release(place: Place, epoch: int, now: datetime) -> None:
    """Lets the lease go, so that the next relay need not wait."""
    place["leases"].update_one({"_id": RELAY, "epoch": epoch}, {"$set": {"until": now - timedelta(seconds=1)}})


@told_apart()
def lease(place: Place) -> Document | None:
    """Who is the relay: holder, epoch, until."""
    return place["leases"].find_one({"_id": RELAY})
