"""School sessions: the published message, and beside it what only identity knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pymongo.errors import DuplicateKeyError

from chassis.mongo import told_apart
from contracts.messages import SchoolSession, SessionClosed, SlipCounts, Timetable
from contracts.schemas import SchoolSessionSchema, SlipCountsSchema
from identity.issuer import WrappedKey
from identity.reasons import Refused
from identity.store import campaigns, keys, outbox, participation
from identity.store.place import Document, Place, Txn

_SCHEMA = SchoolSessionSchema()
_COUNTS = SlipCountsSchema()
GOING_ON = ("planned", "open")


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A session as identity holds it: the message, its key card and fingerprint, the registry's exact numbers by
    group, slips by group, whether its close marker is in the outbox, and when Kafka acknowledged this revision."""

    message: SchoolSession
    card: str
    fingerprint: str
    roll: Mapping[str, int]
    slips: Mapping[str, Mapping[str, int]]
    marked: bool
    shared: bool
    acknowledged: datetime | None
    final: Mapping[str, SlipCounts]

    @property
    def session(self) -> str:
        return self.message.session


def _held(row: Document) -> Held:
    current = row["acknowledged"] if row["acknowledged_revision"] == row["revision"] else None
    return Held(
        message=_SCHEMA.load(row["message"]),
        card=row["card"],
        fingerprint=row["fingerprint"],
        roll=row["roll"],
        slips=row["slips"],
        marked=row["marked"],
        shared=row["shared"],
        acknowledged=current,
        final={group: _COUNTS.load(counts) for group, counts in row["final"].items()},
    )


def _day_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def add(
    place: Place,
    message: SchoolSession,
    wrapped: Mapping[str, WrappedKey],
    card: str,
    mark: str,
    roll: Mapping[str, int],
) -> None:
    """Stores a new session, its keys by group and its message in one transaction.

    Refused where the school has one of this campaign and level, or the campaign has ended.
    """

    def act(txn: Txn) -> None:
        campaigns.touch(place, message.campaign, txn)
        place["sessions"].insert_one(
            {
                "_id": message.session,
                "school": message.school,
                "campaign": message.campaign,
                "level": message.level,
                **_moving(message),
                "message": _SCHEMA.dump(message),
                "card": card,
                "fingerprint": mark,
                "roll": dict(roll),
                "slips": {group: {"issued": 0, "reissued": 0, "revoked": 0} for group in message.groups},
                "marked": False,
                "shared": False,
                "acknowledged": None,
                "acknowledged_revision": 0,
                "final": {},
            },
            session=txn,
        )
        keys.give(place, message.session, list(wrapped.values()), txn)
        outbox.put(place, outbox.record(message, _day_ms(message.day)), txn)

    try:
        place.transaction(act)
    except DuplicateKeyError as error:
        raise Refused("session-exists") from error


def _moving(message: SchoolSession) -> Document:
    timetable = message.timetable
    return {
        "revision": timetable.revision,
        "state": timetable.state,
        "opens": timetable.opens,
        "closes": timetable.closes,
    }


@told_apart()
def get(place: Place, session: str, txn: Txn = None) -> Held | None:
    """The session of this id."""
    row = place["sessions"].find_one({"_id": session}, session=txn)
    return None if row is None else _held(row)


@told_apart()
def of_school(place: Place, school: str) -> list[Held]:
    """The school's sessions, the newest opening first."""
    return [_held(row) for row in place["sessions"].find({"school": school}, sort=[("opens", -1), ("_id", 1)])]


@told_apart()
def going_on(place: Place) -> list[Held]:
    """Sessions whose close marker is not in the outbox yet, cancelled ones left out."""
    return [_held(row) for row in place["sessions"].find({"marked": False, "state": {"$in": GOING_ON}})]


@told_apart()
def unfinished(place: Place, campaign: str) -> int:
    """Sessions of a campaign whose close marker Kafka has not acknowledged."""
    marked = [
        row["_id"] for row in place["sessions"].find({"campaign": campaign, "state": {"$ne": "cancelled"}}, {"_id": 1})
    ]
    done = place["outbox"].count_documents({"_id": {"$in": [f"responses-v1/{s}" for s in marked]}, "sent": True})
    return len(marked) - done


@told_apart()
def count_by_state(place: Place, campaign: str) -> dict[str, int]:
    """How many sessions a campaign has in each state."""
    rows = place["sessions"].aggregate(
        [{"$match": {"campaign": campaign}}, {"$group": {"_id": "$state", "n": {"$sum": 1}}}]
    )
    return {row["_id"]: row["n"] for row in rows}


@told_apart()
def of_campaign(place: Place, campaign: str) -> list[Held]:
    """Sessions of a campaign that still go on."""
    return [_held(row) for row in place["sessions"].find({"campaign": campaign, "state": {"$in": GOING_ON}})]


@told_apart()
def change(place: Place, message: SchoolSession, txn: Txn) -> None:
    """Stores the next revision and its message inside a transaction: compare-and-set on the revision before, and only
    until the close marker is in the outbox; Refused otherwise."""
    done = place["sessions"].update_one(
        {"_id": message.session, "revision": message.timetable.revision - 1, "marked": False},
        {"$set": {**_moving(message), "message": _SCHEMA.dump(message)}},
        session=txn,
    )
    if done.matched_count != 1:
        raise Refused("changed-meanwhile")
    if message.timetable.state == "cancelled":
        keys.forget(place, message.session, txn)
    outbox.put(place, outbox.record(message, _day_ms(message.day)), txn)


@told_apart()
def mark_closed(place: Place, message: SchoolSession, txn: Txn) -> SessionClosed:
    """Puts the close marker into the outbox and deletes the private keys, inside a transaction; `message` is the
    closed revision. Returns the marker."""
    change(place, message, txn)
    held = get(place, message.session, txn)
    if held is None:
        raise Refused("unknown-session")
    used = participation.used(place, message.session, txn)
    final = {
        group: SlipCounts(registered=terms.registered, used=used.get(group, 0), **held.slips[group])
        for group, terms in message.groups.items()
    }
    place["sessions"].update_one(
        {"_id": message.session},
        {"$set": {"marked": True, "final": {group: _COUNTS.dump(counts) for group, counts in final.items()}}},
        session=txn,
    )
    keys.forget(place, message.session, txn)
    marker = SessionClosed(session=message.session, school=message.school, groups=final)
    outbox.put(place, outbox.record(marker, _day_ms(message.day)), txn)
    return marker


@told_apart()
def acknowledged(place: Place, session: str, revision: int, now: datetime) -> None:
    """Notes that Kafka has acknowledged a revision; an older one changes nothing."""
    place["sessions"].update_one(
        {"_id": session, "acknowledged_revision": {"$lt": revision}},
        {"$set": {"acknowledged_revision": revision, "acknowledged": now}},
    )


@told_apart()
def count_slips(place: Place, session: str, group: str, most: int, changes: Mapping[str, int], txn: Txn) -> None:
    """Adds to a group's slip counts inside a transaction; Refused if more than `most` slips would count."""
    row = place["sessions"].find_one_and_update(
        {"_id": session, "marked": False, "state": {"$in": GOING_ON}},
        {"$inc": {f"slips.{group}.{name}": more for name, more in changes.items()}},
        projection={"slips": 1},
        return_document=True,
        session=txn,
    )
    if row is None:
        raise Refused("session-closed")
    counts = row["slips"][group]
    if counts["issued"] + counts["reissued"] - counts["revoked"] > most:
        raise Refused("too-many-slips")


@told_apart()
def closed_before(place: Place, instant: datetime) -> list[str]:
    """Sessions that are over and whose end lies before `instant`."""
    over = {"closes": {"$lt": instant}, "$or": [{"marked": True}, {"state": "cancelled"}]}
    return [row["_id"] for row in place["sessions"].find(over, {"_id": 1})]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counter:
    """What the exchange of codes for ballots needs to know of a session and one of its groups."""

    key_id: str
    timetable: Timetable


@told_apart()
def counter(place: Place, session: str, group: str) -> Counter | None:
    """The session's timetable and the group's key; None if there is no such session or it has no such group.

    `group` must be one of the four.
    """
    wanted = ("revision", "opens", "closes", "state", "message.timetable.grace", f"message.groups.{group}.key_id")
    row = place["sessions"].find_one({"_id": session}, dict.fromkeys(wanted, 1))
    if row is None or group not in row["message"].get("groups", {}):
        return None
    return Counter(
        key_id=row["message"]["groups"][group]["key_id"],
        timetable=Timetable(
            revision=row["revision"],
            opens=row["opens"],
            closes=row["closes"],
            grace=row["message"]["timetable"]["grace"],
            state=row["state"],
        ),
    )


@told_apart()
def card(place: Place, session: str) -> str | None:
    """The session's key card as it was fixed when the session was made."""
    row = place["sessions"].find_one({"_id": session}, {"card": 1})
    return None if row is None else str(row["card"])
