"""The participation monitor counts schools a level, says who needs help, and shows an agency its own part alone."""

from typing import Any

import pytest

from reporter.national.progress import RULES, progress
from reporter.readers.access import Viewer
from support import nation_world

OFFICER = Viewer(role="officer")


def a_row(region: str, level: str, opened: int, begun: int, enough: int) -> dict[str, Any]:
    groups = {group: {"reached": enough, "registered": 10 * opened} for group in ("leader", "teacher", "student")}
    return {
        "_id": {"region": region, "level": level},
        "opened": opened,
        "begun": begun,
        "enough": enough,
        "groups": groups,
    }


def a_campaign(**schools: int) -> dict[str, Any]:
    strata = [
        {
            "stratum": {"region": region, "level": level},
            "schools": count,
            "leaders": count,
            "teachers": 9 * count,
            "students": 90 * count,
        }
        for region, count in schools.items()
        for level in ("primary", "vocational")
    ]
    return {"campaign": "c", "strata": strata}


ROWS = [
    a_row("north", "primary", 40, 38, 30),
    a_row("north", "vocational", 20, 18, 15),
    a_row("south", "primary", 5, 5, 4),
]


def test_regions_and_levels_add_up_to_the_whole() -> None:
    found = progress(a_campaign(north=50, south=50), ROWS, OFFICER)
    assert (found.whole.registered, found.whole.opened, found.whole.begun, found.whole.enough) == (200, 65, 61, 49)
    for parts in (found.regions, found.levels):
        for name in ("registered", "opened", "begun", "enough"):
            assert sum(getattr(part, name) for part in parts.values()) == getattr(found.whole, name)
    assert found.regions["north"].share == 0.6
    assert found.whole.people["student"] == 90 * 200
    assert found.whole.not_invited("student") == 90 * 200 - 650


def test_the_next_wave_takes_each_region_to_its_share_and_never_takes_schools_away() -> None:
    found = progress(a_campaign(north=50, south=50), ROWS, OFFICER)
    assert found.regions["south"].to_reach(0.5) == 45
    assert found.regions["north"].to_reach(0.5) == 0
    assert progress(a_campaign(x=3), [], OFFICER).regions["x"].to_reach(0.5) == 3


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (a_row("south", "primary", 60, 60, 60), ()),
        (a_row("south", "primary", 10, 10, 10), ("few-schools",)),
        (a_row("south", "primary", 60, 20, 20), ("few-begun",)),
        (a_row("south", "primary", 60, 60, 10), ("few-answers",)),
        (a_row("south", "primary", RULES["fewest"] - 1, 0, 0), ("few-schools",)),
    ],
)
def test_a_region_needs_help_by_a_named_rule_and_only_from_a_few_sessions_on(
    row: dict[str, Any], why: tuple[str, ...]
) -> None:
    north = a_row("north", "primary", 60, 60, 60)
    found = progress(a_campaign(north=50, south=50), [north, row], OFFICER)
    assert found.help.get("south", ()) == why


def test_an_agency_sees_its_own_level_or_region_and_nothing_without_either() -> None:
    message = a_campaign(north=50, south=50)
    region = progress(message, ROWS, Viewer(role="agency", region="south"))
    assert set(region.regions) == {"south"}
    assert (region.whole.registered, region.whole.opened) == (100, 5)
    level = progress(message, ROWS, Viewer(role="agency", level="vocational"))
    assert set(level.levels) == {"vocational"}
    assert (level.whole.registered, level.whole.opened) == (100, 20)
    nothing = progress(message, ROWS, Viewer(role="agency"))
    assert (nothing.regions, nothing.whole.registered, nothing.whole.opened) == ({}, 0, 0)


def test_more_sessions_than_the_register_knows_are_all_of_it() -> None:
    found = progress(a_campaign(north=10), [a_row("north", "primary", 30, 30, 30)], OFFICER)
    assert found.whole.share == 1.0
    assert found.whole.missing == 0


def test_the_world_of_the_pages_has_regions_that_need_help() -> None:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for found in nation_world.sessions():
        place = found["region"], found["level"]
        row = rows.setdefault(place, a_row(*place, 0, 0, 0))
        row["opened"] += 1
        row["begun"] += any(group["state"] != "empty" for group in found["groups"].values())
        row["enough"] += any(group["answers"] for group in found["groups"].values())
    needing = progress(nation_world.a_campaign(), list(rows.values()), OFFICER).help
    assert {"Qarabağ", "Şərqi Zəngəzur"} <= set(needing)
