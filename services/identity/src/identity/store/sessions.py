"""School sessions: the published message, and beside it what only identity knows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pymongo.errors import DuplicateKeyError

from chassis.mongo import told_apart
from contracts.messages import SchoolSession, SlipCounts
from contracts.schemas import SchoolSessionSchema, SlipCountsSchema
from identity.issuer import WrappedKey
from identity.reasons import Refused
from identity.sessions import cap
from identity.store import campaigns, keys, outbox
from identity.store.place import Document, Place, Txn

_SCHEMA = SchoolSessionSchema()
COUNTS = SlipCountsSchema()
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
    caps: Mapping[str, int]

    @property
    def session(self) -> str:
        return self.message.session

    def cap(self, group: str) -> int:
        """Slips that may count: the ministry's own number, else by the register's."""
        return self.caps.get(group, cap(self.roll[group]))


def held_of(row: Document) -> Held:
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
        final={group: COUNTS.load(counts) for group, counts in row["final"].items()},
        caps=row.get("caps", {}),
    )


def day_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def add(
    place: Place,
    message: SchoolSession,
    wrapped: Mapping[str, WrappedKey],
    card: str,
    mark: str,
    roll: Mapping[str, int],
    pepper: str,
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
                "pepper": pepper,
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
        outbox.put(place, outbox.record(message, day_ms(message.day)), txn)

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
    return None if row is None else held_of(row)


@told_apart()
def of_school(place: Place, school: str) -> list[Held]:
    """The school's sessions, the newest opening first."""
    return [held_of(row) for row in place["sessions"].find({"school": school}, sort=[("opens", -1), ("_id", 1)])]


@told_apart()
def of_schools(place: Place, schools: Iterable[str], txn: Txn = None) -> list[Held]:
    """The sessions of several schools, the newest opening first."""
    wanted = {"school": {"$in": sorted(schools)}}
    return [held_of(row) for row in place["sessions"].find(wanted, sort=[("opens", -1), ("_id", 1)], session=txn)]


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
    return [held_of(row) for row in place["sessions"].find({"campaign": campaign, "state": {"$in": GOING_ON}})]


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
    outbox.put(place, outbox.record(message, day_ms(message.day)), txn)


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
def raise_cap(place: Place, session: str, group: str, most: int, txn: Txn) -> None:
    """Sets how many slips of a group may count, inside a transaction, until the close marker is in the outbox."""
    done = place["sessions"].update_one(
        {"_id": session, "marked": False, "state": {"$in": GOING_ON}}, {"$set": {f"caps.{group}": most}}, session=txn
    )
    if done.matched_count != 1:
        raise Refused("session-closed")


@told_apart()
def set_shared(place: Place, session: str, shared: bool, txn: Txn = None) -> None:
    """Whether the ministry may open the session's report."""
    place["sessions"].update_one({"_id": session}, {"$set": {"shared": shared}}, session=txn)


@told_apart()
def under_other_peppers(place: Place, marks: Sequence[str | None]) -> int:
    """How many sessions that go on have codes hashed under a pepper other than those of these marks."""
    return place["sessions"].count_documents(
        {"marked": False, "state": {"$in": [*GOING_ON]}, "pepper": {"$nin": [*marks]}}
    )
