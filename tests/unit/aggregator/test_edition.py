"""Editions made of a small nation in memory: sums, merged classes, optional items, the rest, quality."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from aggregator.edition import edition_digest, edition_documents
from aggregator.nation import Batch, Nation
from contracts.messages import SchoolSession
from support.builders import a_campaign, a_session

DAY = date(2026, 10, 9)


def a_batch(session: SchoolSession, people: int, name: str = "1", rating: int = 4) -> Batch:
    """So many students who all gave every item the same rating."""
    items = [item.code for item in session.groups["student"].items]
    counts = np.zeros(8, np.int64)
    counts[rating - 1] = people
    moments = {
        "items": ["A1", "A2"],
        "m": people,
        "S": [rating * people] * 2,
        "Q": [rating**2 * people] * 2,
        "P": (2 * rating) ** 2 * people,
        "f": people,
        "r": people,
        "A": 840 * rating * people,
        "B": (840 * rating) ** 2 * people,
    }
    return Batch(
        id=f"{session.session}/student/{name}",
        session=session.session,
        group="student",
        people=people,
        items=dict.fromkeys(items, counts),
        moments={"A": moments},
    )


def a_nation(sessions: list[SchoolSession], **campaign: Any) -> Nation:
    return Nation(a_campaign(sessions, **campaign), {session.session: session for session in sessions})


def students(documents: list[dict[str, Any]], level: str = "all") -> dict[str, Any]:
    (found,) = (one for one in documents if one["kind"] == "cell" and one["level"] == level)
    classes: dict[str, Any] = found["classes"]
    return classes


def schools(number: int, region: str = "Baku", items: tuple[str, ...] = ("A1", "A2", "X1")) -> list[SchoolSession]:
    return [a_session(region=region, items=items) for _ in range(number)]


def test_an_edition_is_the_sum_of_what_was_admitted_and_says_what_it_covers() -> None:
    sessions = schools(6)
    nation = a_nation(sessions)
    for at, session in enumerate(sessions):
        nation.wait(a_batch(session, 10, rating=4 if at < 3 else 2))
    nation.enter(nation.admissible())
    head, *cells = edition_documents(nation, 1, DAY, final=False)
    figures = students(cells)["all"]
    assert (6, 60) == (figures["schools"], figures["n"])
    assert {"A1": [0, 30, 0, 30, 0, 0, 0, 0], "A2": [0, 30, 0, 30, 0, 0, 0, 0]} == figures["items"]
    assert (0.5, 3.0) == (figures["areas"]["A"]["share"], figures["areas"]["A"]["mean"])
    assert {"schools": 7, "people": 6 * 40 + 60} == figures["registered"]
    assert head["digest"] == edition_digest(list(reversed(cells)))
    assert {"schools": 6, "people": 60, "in_no_breakdown": 0} == head["groups"]["student"]


def test_a_thin_class_waits_until_its_neighbour_is_merged_with_it() -> None:
    sessions = schools(6) + schools(2, "Ganja")
    apart = a_nation(sessions)
    together = a_nation(sessions, classes={"region": {"Ganja": "Baku and Ganja", "Baku": "Baku and Ganja"}})
    for nation, people in ((apart, 60), (together, 80)):
        for session in sessions:
            nation.wait(a_batch(session, 10))
        nation.enter(nation.admissible())
        classes = students(edition_documents(nation, 1, DAY, final=False))
        assert people == classes["all"]["n"]
        assert 2 == len(classes)


def test_what_no_breakdown_may_show_joins_the_nation_alone_or_is_only_counted() -> None:
    sessions = schools(6) + schools(3, "Ganja") + schools(3, "Karabakh")
    nation = a_nation(sessions)
    for session in sessions:
        nation.wait(a_batch(session, 10))
    nation.enter(nation.admissible())
    nation.enter_nation_alone(nation.remainder())
    head, *cells = edition_documents(nation, 4, DAY, final=True)
    assert {"schools": 12, "people": 120, "in_no_breakdown": 60} == head["groups"]["student"]
    assert 120 == students(cells)["all"]["n"]
    assert 60 == students(cells, "lower-secondary")["all"]["n"]
    few = a_nation(sessions[:8])
    for session in sessions[:8]:
        few.wait(a_batch(session, 10))
    few.enter(few.admissible())
    assert [] == few.remainder()
    head, *_ = edition_documents(few, 4, DAY, final=True)
    assert {"schools": 6, "people": 60, "in_no_breakdown": 20} == head["groups"]["student"]


@pytest.mark.parametrize(("asked", "shown"), [(5, True), (4, False)])
def test_an_optional_item_shows_in_the_last_edition_if_the_schools_that_asked_it_are_enough(
    asked: int, shown: bool
) -> None:
    sessions = schools(asked, items=("A1", "A2", "D4")) + schools(6)
    nation = a_nation(sessions)
    for session in sessions:
        nation.wait(a_batch(session, 10))
    nation.enter(nation.admissible())
    assert "D4" not in students(edition_documents(nation, 1, DAY, final=False))["all"]["items"]
    last = students(edition_documents(nation, 2, DAY, final=True))["all"]["items"]
    assert shown == ("D4" in last)
    assert "X1" not in last
    if shown:
        assert 10 * asked == sum(last["D4"])


def test_quality_stands_in_the_documents_of_a_level_from_ten_schools_on() -> None:
    sessions = schools(10)
    nation = a_nation(sessions)
    for at, session in enumerate(sessions):
        nation.wait(a_batch(session, 12, rating=1 + at % 5))
    nation.enter(nation.admissible())
    cells = {one["level"]: one for one in edition_documents(nation, 1, DAY, final=False) if one["kind"] == "cell"}
    assert {} == cells["all"]["quality"]
    figures = cells["lower-secondary"]["quality"]["A"]
    assert {"m": 120, "schools": 10, "alpha": 1.0, "icc": 1.0, "straightlining": 1.0} == figures
