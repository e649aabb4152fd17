"""What the exchange of codes for ballots reads of a session: its timetable, a group's key, the key card."""

from dataclasses import dataclass

from chassis.mongo import told_apart
from contracts.messages import Timetable
from identity.store.place import Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Counter:
    """What the exchange of codes for ballots needs to know of a session and one of its groups; `pepper` is the mark of
    the one that its codes are hashed under, None in a session from before there were marks."""

    key_id: str
    timetable: Timetable
    pepper: str | None


@told_apart()
def counter(place: Place, session: str, group: str) -> Counter | None:
    """The session's timetable, the group's key, the pepper's mark; None if there is no such session or it has no such
    group.

    `group` must be one of the four.
    """
    wanted = (
        "pepper",
        "revision",
        "opens",
        "closes",
        "state",
        "message.timetable.grace",
        f"message.groups.{group}.key_id",
    )
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
        pepper=row.get("pepper"),
    )


@told_apart()
def card(place: Place, session: str) -> str | None:
    """The session's key card as it was fixed when the session was made."""
    row = place["sessions"].find_one({"_id": session}, {"card": 1})
    return None if row is None else str(row["card"])
