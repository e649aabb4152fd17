"""Campaigns as they were last published."""

from pymongo.errors import DuplicateKeyError

from chassis.mongo import told_apart
from contracts.messages import Campaign
from contracts.schemas import CampaignSchema
from identity.reasons import Refused
from identity.store import outbox
from identity.store.place import Document, Place, Txn

_SCHEMA = CampaignSchema()


def day_ms(campaign: Campaign) -> int:
    """00:00 UTC of the opening day, in ms since 1970."""
    return int(campaign.opens.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()) * 1000


def _of(row: Document) -> Campaign:
    found: Campaign = _SCHEMA.load(row["message"])
    return found


@told_apart()
def get(place: Place, campaign: str, txn: Txn = None) -> Campaign | None:
    """The campaign of this name."""
    row = place["campaigns"].find_one({"_id": campaign}, session=txn)
    return None if row is None else _of(row)


@told_apart()
def ending(place: Place, campaign: str) -> bool:
    """Whether the ministry has ended the campaign before its time."""
    row = place["campaigns"].find_one({"_id": campaign}, {"ending": 1})
    return bool(row and row["ending"])


@told_apart()
def every(place: Place) -> list[Campaign]:
    """All campaigns, the newest opening first."""
    return sorted((_of(row) for row in place["campaigns"].find({})), key=lambda c: (c.opens, c.campaign), reverse=True)


def add(place: Place, campaign: Campaign) -> None:
    """Stores a new campaign and what is to be published about it, or Refused if the name is taken."""

    def act(txn: Txn) -> None:
        place["campaigns"].insert_one(
            {
                "_id": campaign.campaign,
                "revision": campaign.revision,
                "state": campaign.state,
                "ending": False,
                "touched": 0,
                "message": _SCHEMA.dump(campaign),
            },
            session=txn,
        )
        outbox.put(place, outbox.record(campaign, day_ms(campaign)), txn)

    try:
        place.transaction(act)
    except DuplicateKeyError as error:
        raise Refused("campaign-exists") from error


def change(place: Place, campaign: Campaign, txn: Txn) -> None:
    """Stores the next revision and its message inside a transaction; Refused if somebody else was quicker."""
    done = place["campaigns"].update_one(
        {"_id": campaign.campaign, "revision": campaign.revision - 1},
        {"$set": {"revision": campaign.revision, "state": campaign.state, "message": _SCHEMA.dump(campaign)}},
        session=txn,
    )
    if done.matched_count != 1:
        raise Refused("changed-meanwhile")
    outbox.put(place, outbox.record(campaign, day_ms(campaign)), txn)


@told_apart()
def end(place: Place, campaign: str, txn: Txn = None) -> None:
    """From now on no session of the campaign can be opened; Refused if it has ended."""
    done = place["campaigns"].update_one(
        {"_id": campaign, "state": {"$ne": "closed"}, "ending": False}, {"$set": {"ending": True}}, session=txn
    )
    if done.matched_count != 1:
        raise Refused("campaign-closed")


@told_apart()
def touch(place: Place, campaign: str, txn: Txn) -> None:
    """Makes a transaction that opens a session collide with one that ends the campaign; Refused if it has ended."""
    done = place["campaigns"].update_one(
        {"_id": campaign, "state": {"$ne": "closed"}, "ending": False}, {"$inc": {"touched": 1}}, session=txn
    )
    if done.matched_count != 1:
        raise Refused("campaign-closed")
