"""What the rule of sharing looks at: the sessions of a campaign, without their messages."""

from chassis.mongo import told_apart
from identity.breakdowns import BREAKDOWNS
from identity.sharing import Part
from identity.store.place import Place, Txn


@told_apart()
def parts(place: Place, campaign: str, txn: Txn = None) -> list[Part]:
    """Every session of a campaign but the cancelled ones."""
    wanted = ("school", "level", "shared", "marked", "final", "roll", "message.stratum")
    rows = place["sessions"].find(
        {"campaign": campaign, "state": {"$in": ["planned", "open", "closed"]}}, dict.fromkeys(wanted, 1), session=txn
    )
    return [
        Part(
            session=row["_id"],
            school=row["school"],
            level=row["level"],
            classes={name: row["message"]["stratum"][name] for name in BREAKDOWNS},
            asked=frozenset(row["roll"]),
            answered=frozenset(group for group, counts in row["final"].items() if counts["used"] > 0),
            shared=row["shared"],
        )
        for row in rows
    ]


@told_apart()
def one_at_a_time(place: Place, campaign: str, txn: Txn) -> None:
    """Makes two schools of a campaign that begin to share at the same moment collide, and the later one look again."""
    place["campaigns"].update_one({"_id": campaign}, {"$inc": {"shares": 1}}, session=txn)
