"""A school with an earlier session of one level, another level beside it, and a second campaign."""

from typing import Any

from support import reporter_world as world

THEN, NOW = "SESS77G7", "SESS22A2"
EARLIER_CAMPAIGN = "autumn-2025"
OPENED = {
    "revision": 2,
    "opens": "2025-11-03T05:00:00Z",
    "closes": "2025-11-21T14:00:00Z",
    "grace": 900,
    "state": "closed",
}


def earlier(**changes: Any) -> dict[str, Any]:
    """The session a year before."""
    terms: dict[str, Any] = {"campaign": EARLIER_CAMPAIGN, "day": "2025-11-03", "timetable": OPENED, **changes}
    return world.a_session(THEN, **terms)


def fill(statistics: Any) -> None:
    """The usual school, and its lower secondary level a year before with somewhat other answers."""
    world.fill(statistics)
    before = earlier()
    foreign = {**earlier(school=world.OTHER_SCHOOL), "session": "SESS88H8"}
    for message in (before, foreign):
        statistics["sessions"].insert_one({"_id": message["session"], "message": message})
    statistics["snapshots"].insert_many(
        [
            world.a_snapshot(before, "teacher", 25, seed=3),
            world.a_snapshot(before, "student", 61, seq=1, final=False, seed=3),
            world.a_snapshot(before, "student", 109, seq=2, seed=3),
        ]
    )
    campaign = {
        **world.a_campaign(state="closed"),
        "campaign": EARLIER_CAMPAIGN,
        "names": {"en": "Autumn 2025", "az": "Payız 2025"},
        "opens": "2025-11-03T05:00:00Z",
        "closes": "2025-12-18T14:00:00Z",
    }
    statistics["campaigns"].insert_one({"_id": EARLIER_CAMPAIGN, "message": campaign})
