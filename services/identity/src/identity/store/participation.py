"""Participation codes: a keyed hash each, the group it belongs to, and that it was used, never when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bson import Binary

from chassis.mongo import told_apart
from identity.store.place import Place, Txn

KEPT = timedelta(days=7)
"""So long after a session's end its codes are kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """A code that was traded: SHA-256 of the blinded message it was traded for."""

    blinded_hash: bytes


@told_apart()
def add(place: Place, session: str, group: str, hashes: Iterable[bytes], txn: Txn) -> None:
    """Stores new codes' hashes, sorted, so that their order says nothing about the slips'."""
    rows = [{"_id": Binary(one), "session": session, "group": group, "revoked": False} for one in sorted(hashes)]
    place["participation_codes"].insert_many(rows, session=txn)


@told_apart()
def revoke_unused(place: Place, session: str, group: str, txn: Txn) -> int:
    """Takes back every slip of a group that was not used; how many."""
    done = place["participation_codes"].update_many(
        {"session": session, "group": group, "revoked": False, "used": {"$exists": False}},
        {"$set": {"revoked": True}},
        session=txn,
    )
    return done.modified_count


@told_apart()
def spend(place: Place, code_hash: bytes, blinded_hash: bytes) -> bool:
    """Trades a code that is unused and not revoked; whether it was."""
    done = place["participation_codes"].update_one(
        {"_id": Binary(code_hash), "revoked": False, "used": {"$exists": False}},
        {"$set": {"used": Binary(blinded_hash)}},
    )
    return done.matched_count == 1


@told_apart()
def look(place: Place, code_hash: bytes) -> Spent | bool:
    """Spent if the code was traded, True if it can be, False if it is unknown or revoked."""
    row = place["participation_codes"].find_one({"_id": Binary(code_hash)})
    if row is None or row["revoked"]:
        return False
    return Spent(blinded_hash=bytes(row["used"])) if "used" in row else True


@told_apart()
def used(place: Place, session: str, txn: Txn = None) -> dict[str, int]:
    """Used codes by group."""
    rows = place["participation_codes"].aggregate(
        [
            {"$match": {"session": session, "used": {"$exists": True}}},
            {"$group": {"_id": "$group", "n": {"$sum": 1}}},
        ],
        session=txn,
    )
    return {row["_id"]: row["n"] for row in rows}


@told_apart()
def kept(place: Place, sessions: Sequence[str]) -> int:
    """How many codes of these sessions are kept."""
    return place["participation_codes"].count_documents({"session": {"$in": list(sessions)}})


@told_apart()
def purge(place: Place, sessions: Sequence[str]) -> int:
    """Deletes all that is kept of these sessions' codes; how many."""
    return place["participation_codes"].delete_many({"session": {"$in": list(sessions)}}).deleted_count
