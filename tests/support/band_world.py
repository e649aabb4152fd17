"""A campaign at its end for the reporter: the last edition, with benchmark bands, as the aggregator writes them."""

from typing import Any

from contracts.questionnaire import bank
from support import reporter_world as world

HEAD = f"{world.CAMPAIGN}/000003"
MIDDLES = {"student": 3.1, "teacher": 3.6, "leader": 3.9}


def a_band(schools: int, middle: float, half: float) -> dict[str, Any]:
    return {
        "schools": schools,
        "mean": round(middle, 1),
        "low": round(middle - half, 1),
        "high": round(middle + half, 1),
    }


def a_benchmark(group: str, level: str = "lower-secondary") -> dict[str, Any]:
    """The `benchmark` document of one level and group; area G has no band of similar schools, area H none at all."""
    classes: dict[str, dict[str, Any]] = {"all": {}, "50-199/urban": {}, "under-50/rural": {}}
    for place, area in enumerate(bank().area_items(level, group)):
        middle = MIDDLES[group] + world.AREA_TILT[area] / 2
        if area != "H":
            classes["all"][area] = a_band(210 - place, middle, 0.3)
            classes["under-50/rural"][area] = a_band(31, middle - 0.3, 0.2)
        if area not in "GH":
            classes["50-199/urban"][area] = a_band(44, middle + 0.1, 0.2 if place else 0.0)
    return {
        "_id": f"{HEAD}/benchmark/{level}/{group}",
        "kind": "benchmark",
        "campaign": world.CAMPAIGN,
        "number": 3,
        "level": level,
        "group": group,
        "as_of": "2026-12-19",
        "final": True,
        "classes": classes,
        "distribution": {},
    }


def finish(statistics: Any) -> None:
    """Makes the edition of a filled world the campaign's last one, with bands for students and teachers."""
    statistics["editions"].update_many({}, {"$set": {"final": True}})
    statistics["editions"].insert_many([a_benchmark("student"), a_benchmark("teacher")])


def fill(statistics: Any) -> None:
    """The reporter's usual world, at its campaign's end."""
    world.fill(statistics)
    finish(statistics)
