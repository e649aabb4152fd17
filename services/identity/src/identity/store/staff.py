"""People and API keys; secrets only as hashes or wrapped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bson import Binary
from pymongo.errors import DuplicateKeyError

from chassis.mongo import told_apart
from identity.reasons import Refused
from identity.staff import Person
from identity.store.place import Document, Place, Txn


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A person's account: argon2id hash, wrapped one-time secret, last step used, mistakes in a row, page sessions that
    were signed out before their time, when its secrets were reset (seconds since 1970, 0 for never)."""

    person: Person
    password_hash: str = field(repr=False)
    totp_wrapped: bytes = field(repr=False)
    last_step: int
    mistakes: int
    wait_until: datetime | None
    active: bool
    ended: frozenset[str]
    reset: int


def _account(row: Document) -> Account:
    return Account(
        person=Person(user=row["user"], role=row["role"], school=row["school"], scope=row["scope"]),
        password_hash=row["password_hash"],
        totp_wrapped=bytes(row["totp_wrapped"]),
        last_step=row["last_step"],
        mistakes=row["mistakes"],
        wait_until=row["wait_until"],
        active=row["active"],
        ended=frozenset(one["session"] for one in row.get("ended", ())),
        reset=row.get("reset", 0),
    )


def _document(person: Person, password_hash: str, totp_wrapped: bytes, now: datetime) -> Document:
    return {
        "_id": f"person/{person.user}",
        "user": person.user,
        "role": person.role,
        "school": person.school,
        "scope": dict(person.scope) if person.scope else None,
        "password_hash": password_hash,
        "totp_wrapped": Binary(totp_wrapped),
        "last_step": 0,
        "mistakes": 0,
        "wait_until": None,
        "active": True,
        "since": now,
    }


@told_apart()
def add(place: Place, person: Person, password_hash: str, totp_wrapped: bytes, now: datetime, txn: Txn = None) -> None:
    """Stores a new account; Refused if the name is taken."""
    try:
        place["staff"].insert_one(_document(person, password_hash, totp_wrapped, now), session=txn)
    except DuplicateKeyError as error:
        raise Refused("user-exists") from error


@told_apart()
def get(place: Place, user: str) -> Account | None:
    """The account of this name."""
    row = place["staff"].find_one({"_id": f"person/{user}"})
    return None if row is None else _account(row)


@told_apart()
def mistaken(place: Place, user: str, wait_until: datetime | None) -> None:
    """Counts one more mistake in a row."""
    place["staff"].update_one({"_id": f"person/{user}"}, {"$inc": {"mistakes": 1}, "$set": {"wait_until": wait_until}})


@told_apart()
def use_step(place: Place, user: str, step: int) -> bool:
    """Spends a time step of the one-time code and forgets mistakes; False if it, or a later one, was used before."""
    done = place["staff"].update_one(
        {"_id": f"person/{user}", "active": True, "last_step": {"$lt": step}},
        {"$set": {"last_step": step, "mistakes": 0, "wait_until": None}},
    )
    return done.matched_count == 1


@told_apart()
def end_session(place: Place, user: str, session: str, until: datetime, now: datetime) -> None:
    """Notes that a page session is signed out that would have lasted until `until`; forgets those that are over."""
    mine = {"_id": f"person/{user}"}
    place["staff"].update_one(mine, {"$pull": {"ended": {"until": {"$lt": now}}}})
    place["staff"].update_one(mine, {"$push": {"ended": {"session": session, "until": until}}})


@told_apart()
def coordinators(place: Place, school: str, txn: Txn = None) -> list[Person]:
    """A school's active coordinators."""
    rows = place["staff"].find({"school": school, "role": "coordinator", "active": True}, session=txn)
    return [_account(row).person for row in rows]


@told_apart()
def schools_with_coordinator(place: Place, schools: Sequence[str]) -> frozenset[str]:
    """Those of these schools that have a coordinator."""
    wanted = {"school": {"$in": list(schools)}, "role": "coordinator", "active": True}
    return frozenset(row["school"] for row in place["staff"].find(wanted, {"school": 1}))


@told_apart()
def taken_schools(place: Place) -> frozenset[str]:
    """All schools that have a coordinator."""
    return frozenset(map(str, place["staff"].distinct("school", {"role": "coordinator", "active": True})))


@told_apart()
def retire(place: Place, school: str, txn: Txn) -> None:
    """Ends the accounts of a school's coordinators."""
    place["staff"].update_many({"school": school, "role": "coordinator"}, {"$set": {"active": False}}, session=txn)


@told_apart()
def end(place: Place, user: str, txn: Txn) -> bool:
    """Ends an account; whether it was active. Two that end at once meet in one document, and one looks again."""
    place["staff"].update_one({"_id": "officers"}, {"$inc": {"ended_accounts": 1}}, upsert=True, session=txn)
    done = place["staff"].update_one(
        {"_id": f"person/{user}", "active": True}, {"$set": {"active": False}}, session=txn
    )
    return done.modified_count == 1


@told_apart()
def active_officers(place: Place, txn: Txn = None) -> int:
    """How many officers there are."""
    return place["staff"].count_documents({"role": "officer", "active": True}, session=txn)


@told_apart()
def people(place: Place) -> list[Mapping[str, object]]:
    """The ministry's accounts: user, role, scope, since, active."""
    wanted = {"role": {"$in": ["officer", "analyst", "auditor", "agency"]}}
    shown = dict.fromkeys(("user", "role", "scope", "since", "active"), 1)
    return list(place["staff"].find(wanted, shown, sort=[("user", 1)]))


@told_apart()
def add_key(place: Place, name: str, key_hash: str, purpose: str, now: datetime) -> None:
    """Stores an API key's hash under a name, and what it is for; Refused if the name is taken."""
    try:
        place["staff"].insert_one(
            {"_id": f"key/{name}", "key_name": name, "key_hash": key_hash, "purpose": purpose, "since": now}
        )
    except DuplicateKeyError as error:
        raise Refused("key-exists") from error


@told_apart()
def replace_key(place: Place, name: str, key_hash: str, now: datetime) -> bool:
    """Puts another key's hash in place of one; whether there was one."""
    done = place["staff"].update_one({"_id": f"key/{name}"}, {"$set": {"key_hash": key_hash, "since": now}})
    return done.matched_count == 1


@told_apart()
def key_owner(place: Place, key_hash: str) -> Person | None:
    """Who an API key with this hash speaks for."""
    row = place["staff"].find_one({"key_hash": key_hash})
    if row is None:
        return None
    role = "data-key" if row.get("purpose") == "data" else "api-key"  # a key of the first releases has no purpose
    return Person(user=f"key/{row['key_name']}", role=role)


@told_apart()
def api_keys(place: Place) -> list[Mapping[str, object]]:
    """Names of API keys and since when they exist."""
    return list(
        place["staff"].find(
            {"key_name": {"$exists": True}}, {"key_name": 1, "since": 1, "purpose": 1}, sort=[("_id", 1)]
        )
    )


@told_apart()
def remove_key(place: Place, name: str) -> bool:
    """Deletes an API key; whether there was one."""
    return place["staff"].delete_one({"_id": f"key/{name}"}).deleted_count == 1


@told_apart()
def replace_secrets(place: Place, user: str, password_hash: str, totp_wrapped: bytes, now: datetime) -> None:
    """A new password and one-time secret; tokens and page sessions from before `now` end."""
    place["staff"].update_one(
        {"_id": f"person/{user}"},
        {
            "$set": {
                "password_hash": password_hash,
                "totp_wrapped": Binary(totp_wrapped),
                "last_step": 0,
                "mistakes": 0,
                "wait_until": None,
                "reset": int(now.timestamp()),
            }
        },
    )


@told_apart()
def wrapped_secrets(place: Place) -> list[tuple[str, bytes]]:
    """(user, wrapped one-time secret) of every account."""
    rows = place["staff"].find({"totp_wrapped": {"$exists": True}}, {"user": 1, "totp_wrapped": 1})
    return [(row["user"], bytes(row["totp_wrapped"])) for row in rows]


@told_apart()
def rewrap(place: Place, user: str, old: bytes, new: bytes) -> int:
    """Puts one wrapping in another's place, unless it was replaced meanwhile; 1 if it was put."""
    found = {"_id": f"person/{user}", "totp_wrapped": Binary(old)}
    return place["staff"].update_one(found, {"$set": {"totp_wrapped": Binary(new)}}).modified_count
