"""Gaps, change since the last campaign, digits, classes that stay, and intervals over simulated campaigns."""

import os
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from aggregator.classes import digits
from aggregator.earlier import Earlier, campaign_before, changes
from aggregator.edition import edition_documents
from aggregator.gaps import gaps, pairs, with_intervals
from aggregator.nation import Batch, Nation, Part
from contracts.messages import SchoolSession
from support.builders import a_campaign, a_session
from support.coverage import DESIGNS, Design, a_country, play

FULL = os.environ.get("GUZGU_TEST_FULL") == "1"
DAY = date(2026, 10, 30)


def counts(*answers: int) -> np.ndarray:
    return np.bincount(np.array(answers) - 1, minlength=8)


def a_nation(sessions: list[SchoolSession], rating: int = 4, **campaign: Any) -> Nation:
    """Ten students of each school give every item this rating."""
    nation = Nation(a_campaign(sessions, **campaign), {session.session: session for session in sessions})
    for session in sessions:
        items = {item.code: counts(*[rating] * 10) for item in session.groups["student"].items}
        nation.wait(
            Batch(
                id=f"{session.session}/student/1",
                session=session.session,
                group="student",
                people=10,
                items=items,
                moments={},
            )
        )
    nation.enter(nation.admissible())
    return nation


def test_a_gap_is_how_often_one_of_the_first_group_answers_higher_ties_half() -> None:
    chance = np.random.default_rng(1)
    first, second = chance.integers(2, 6, 150), chance.integers(1, 6, 200)
    higher = np.mean([(a > b) + (a == b) / 2 for a in first for b in second])
    found = gaps({"A1": counts(*first).tolist(), "B1": [9] * 8}, {"A1": counts(*second).tolist(), "C1": [9] * 8})
    assert {"A"} == found.keys()
    assert found["A"]["superiority"] == pytest.approx(higher, abs=0.005)
    assert ("small", 1, 150, 200) == tuple(found["A"][name] for name in ("word", "items", "n", "n_other"))
    few = gaps({"A1": counts(*first[:99]).tolist()}, {"A1": counts(*second).tolist()})
    assert few["A"]["superiority"] is None
    assert [("leader", "student"), ("leader", "trainer"), ("student", "trainer")] == pairs(
        ["trainer", "student", "leader"]
    )


def test_the_interval_of_a_gap_holds_the_country_in_about_95_of_100_samples_of_schools() -> None:
    chance = np.random.default_rng(3)
    session = a_session(items=("A1",))
    hits = 0
    for _ in range(150):
        cells: tuple[dict[str, Part], dict[str, Part]] = ({}, {})
        for school in range(40):
            lean = chance.normal(0, 0.5)
            for group, (shift, people) in enumerate(((0.0, 8), (0.4, 20))):
                rated = np.clip(np.rint(3 + lean + shift + chance.normal(size=people)), 1, 5).astype(int)
                part = Part(school=session, terms=session.groups["student"], people=people)
                part.items["A1"] = counts(*rated)
                cells[group][f"S{school}"] = part
        tables = [{"A1": np.sum([part.items["A1"] for part in one.values()], axis=0).tolist()} for one in cells]
        found = with_intervals(gaps(*tables), *cells)["A"]
        hits += found["low"] <= TRUE_GAP <= found["high"]
    assert 135 <= hits <= 149


def _true_gap() -> float:
    chance = np.random.default_rng(9)
    lean = chance.normal(0, 0.5, (2, 400_000))
    first, second = (
        np.clip(np.rint(3 + lean[at] + shift + chance.normal(size=400_000)), 1, 5) for at, shift in ((0, 0), (1, 0.4))
    )
    return float(np.mean((first > second) + (first == second) / 2))


TRUE_GAP = _true_gap()


def test_change_is_the_difference_of_what_both_campaigns_printed_where_class_and_items_are_the_same() -> None:
    then = [a_session(campaign="spring") for _ in range(12)]
    before = a_nation(then, 2, campaign="spring", state="closed")
    head, *cells = edition_documents(before, 5, DAY, True)
    earlier = Earlier(
        campaign=before.campaign, number=5, cells={(cell["level"], cell["group"]): cell for cell in cells}
    )
    now = a_nation([a_session() for _ in range(6)] + [a_session(region="Ganja") for _ in range(6)])
    head, *cells = edition_documents(now, 1, DAY, False, earlier=earlier)
    assert {"campaign": "spring", "number": 5} == head["since"]
    classes = {cell["level"]: cell for cell in cells}["all"]["classes"]
    assert 1.0 == classes["all"]["areas"]["A"]["change"]["share"]
    assert "change" in classes["region:Baku"]["areas"]["A"]
    assert "change" not in classes["region:Ganja"]["areas"]["A"]
    other = a_nation([a_session(items=("A1", "B1")) for _ in range(6)])
    _, *cells = edition_documents(other, 1, DAY, False, earlier=earlier)
    areas = cells[0]["classes"]["all"]["areas"]
    assert "change" not in areas["A"]
    assert "change" in areas["B"]
    figure = {"items": {"B1": []}, "areas": {"B": {"share": 0.5, "low": 0.46, "high": 0.54}}}
    past = {
        ("all", "student"): {"classes": {"all": {**figure, "areas": {"B": {"share": 0.4, "low": 0.37, "high": 0.43}}}}}
    }
    told = changes(replace(earlier, cells=past), now.campaign, ("all", "student"), "all", figure)
    assert {"B": {"share": 0.1, "low": 0.05, "high": 0.15}} == told


def test_the_campaign_before_is_the_last_one_closed_before_this_one_opened() -> None:
    this = a_campaign([a_session()])
    spring = replace(this, campaign="spring", state="closed", closes=this.opens)
    running = replace(spring, campaign="summer", state="open")
    later = replace(spring, campaign="later", closes=this.closes)
    assert spring == campaign_before(this, {one.campaign: one for one in (this, spring, running, later)})
    assert campaign_before(this, {"autumn": this}) is None


def test_weighted_figures_have_few_digits_while_a_campaign_runs_or_schools_are_few() -> None:
    assert [(2, 1), (2, 1), (4, 2)] == [
        (found.share, found.mean) for found in (digits(False, 500), digits(True, 9), digits(True, 10))
    ]


def test_once_something_is_admitted_classes_stay_whatever_a_later_message_says() -> None:
    sessions = [a_session(region=region) for region in ("Baku", "Ganja") for _ in range(6)]
    nation = a_nation(sessions)
    merged = {"region": {"Baku": "both", "Ganja": "both"}}
    nation.campaign = replace(nation.campaign, revision=2, classes=merged, breakdowns=("region", "settlement"))
    cell = edition_documents(nation, 2, DAY, False)[1]
    assert {"all", "region:Baku", "region:Ganja"} == set(cell["classes"])
    early = Nation(nation.campaign, {})
    early.campaign = replace(nation.campaign, revision=3, classes=merged)
    assert merged == early.campaign.classes


def test_strata_of_one_school_are_merged_and_named_and_so_are_levels_that_nobody_asks() -> None:
    sessions = [a_session(region="Baku") for _ in range(6)] + [a_session(region="Ganja")]
    primary = [a_session(level="primary", items=("B1",)) for _ in range(6)]
    nation = a_nation([*sessions, *primary], breakdowns=())
    figures = {cell["level"]: cell["classes"]["all"] for cell in edition_documents(nation, 1, DAY, False)[1:]}["all"]
    assert [["lower-secondary/Baku", "lower-secondary/Ganja"]] == [
        group for group in figures["merged"] if len(group) > 1
    ]
    assert figures["areas"]["A"]["low"] is not None


@pytest.mark.parametrize("design", DESIGNS[: 2 if FULL else 1], ids=lambda one: one.name)
def test_intervals_hold_the_truth_and_weights_come_nearer_to_it_over_simulated_campaigns(design: Design) -> None:
    found = play(a_country(400 if FULL else 120, 7), design, 200 if FULL else 8, 1)
    for group in ("teacher", "student"):
        nation, level = found[group, "nation"], found[group, "level"]
        held = (nation.held + level.held) / (nation.intervals + level.intervals)
        assert (0.9 if FULL else 0.75) <= held <= (0.99 if FULL else 1.0)
        assert np.mean(np.abs(nation.misses)) < np.mean(np.abs(nation.plain))
