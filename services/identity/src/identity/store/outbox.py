"""Messages that are to be published: written in the transaction that they tell of, sent by the relay."""

from chassis.mongo import told_apart
from contracts import codec
from contracts.messages import Campaign, SchoolSession, SessionClosed
from contracts.topics import CAMPAIGNS, RESPONSES, SESSIONS
from identity.store.place import Document, Place, Txn

ORDER = {CAMPAIGNS: 0, SESSIONS: 1, RESPONSES: 2}
"""A close marker goes after what the same turn says about sessions."""


def record(message: Campaign | SchoolSession | SessionClosed, day_ms: int) -> Document:
    """The outbox document of a message; `day_ms` is the campaign's opening day, ms since 1970."""
    match message:
        case Campaign():
            topic, key, subject = CAMPAIGNS, message.campaign, f"{message.campaign}/{message.revision:06d}"
        case SchoolSession():
            topic, key = SESSIONS, message.session
            subject = f"{message.session}/{message.timetable.revision:06d}"
        case SessionClosed():
            topic, key, subject = RESPONSES, message.school, message.session
    return {
        "_id": f"{topic}/{subject}",
        "order": ORDER[topic],
        "topic": topic,
        "key": key,
        "value": codec.encode(message),
        "day_ms": day_ms,
        "sent": False,
    }


@told_apart()
def put(place: Place, document: Document, txn: Txn) -> None:
    """Adds a message to what is to be sent."""
    place["outbox"].insert_one(document, session=txn)


@told_apart()
def waiting(place: Place, at_most: int) -> list[Document]:
    """Messages not yet acknowledged, revisions of one key in order."""
    rows = place["outbox"].find({"sent": False}, sort=[("order", 1), ("_id", 1)], limit=at_most)
    return list(rows)


@told_apart()
def depth(place: Place) -> int:
    """How many messages wait."""
    return place["outbox"].count_documents({"sent": False})


@told_apart()
def sent(place: Place, identifier: str, txn: Txn = None) -> None:
    """Marks a message as acknowledged by Kafka."""
    place["outbox"].update_one({"_id": identifier}, {"$set": {"sent": True}}, session=txn)
