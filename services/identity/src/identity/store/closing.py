"""The end of sessions: those that still go on, the close marker, and what is over."""

from datetime import datetime

from chassis.mongo import told_apart
from contracts.messages import SchoolSession, SessionClosed, SlipCounts
from identity.reasons import Refused
from identity.store import keys, outbox, participation, sessions
from identity.store.place import Place, Txn
from identity.store.sessions import GOING_ON, Held, held_of


@told_apart()
def going_on(place: Place) -> list[Held]:
    """Sessions whose close marker is not in the outbox yet, cancelled ones left out."""
    return [held_of(row) for row in place["sessions"].find({"marked": False, "state": {"$in": GOING_ON}})]


@told_apart()
def unfinished(place: Place, campaign: str) -> int:
    """Sessions of a campaign whose close marker Kafka has not acknowledged."""
    marked = [
        row["_id"] for row in place["sessions"].find({"campaign": campaign, "state": {"$ne": "cancelled"}}, {"_id": 1})
    ]
    done = place["outbox"].count_documents({"_id": {"$in": [f"responses-v1/{s}" for s in marked]}, "sent": True})
    return len(marked) - done


@told_apart()
def mark_closed(place: Place, message: SchoolSession, txn: Txn) -> SessionClosed:
    """Puts the close marker into the outbox and deletes the private keys, inside a transaction; `message` is the
    closed revision. Returns the marker."""
    sessions.change(place, message, txn)
    held = sessions.get(place, message.session, txn)
    if held is None:
        raise Refused("unknown-session")
    used = participation.used(place, message.session, txn)
    final = {
        group: SlipCounts(registered=terms.registered, used=used.get(group, 0), **held.slips[group])
        for group, terms in message.groups.items()
    }
    place["sessions"].update_one(
        {"_id": message.session},
        {"$set": {"marked": True, "final": {group: sessions.COUNTS.dump(counts) for group, counts in final.items()}}},
        session=txn,
    )
    keys.forget(place, message.session, txn)
    marker = SessionClosed(session=message.session, school=message.school, groups=final)
    outbox.put(place, outbox.record(marker, sessions.day_ms(message.day)), txn)
    return marker


@told_apart()
def acknowledged(place: Place, session: str, revision: int, now: datetime) -> None:
    """Notes that Kafka has acknowledged a revision; an older one changes nothing."""
    place["sessions"].update_one(
        {"_id": session, "acknowledged_revision": {"$lt": revision}},
        {"$set": {"acknowledged_revision": revision, "acknowledged": now}},
    )


@told_apart()
def closed_before(place: Place, instant: datetime) -> list[str]:
    """Sessions that are over and whose end lies before `instant`."""
    over = {"closes": {"$lt": instant}, "$or": [{"marked": True}, {"state": "cancelled"}]}
    return [row["_id"] for row in place["sessions"].find(over, {"_id": 1})]
