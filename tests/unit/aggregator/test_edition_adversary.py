"""A reader of every edition of a simulated campaign, minute by minute, gets nothing that rule N does not allow."""

import copy
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from aggregator.edition import Press
from aggregator.nation import Batch, Nation
from identity.sharing import Part, hindrance
from support.adversary import Insider, attacks, derivable, readings, rule_n
from support.builders import a_campaign, a_session
from support.campaigning import World, a_world, releases

DAY = date(2026, 10, 9)
MINUTES = 90
ITEMS = {"leader": ("A1", "B1"), "teacher": ("A1", "A2", "B1"), "student": ("A1", "A2", "C3")}


def played(world: World, insider: Insider, admitting: Any = Nation.admissible) -> list[list[dict[str, Any]]]:
    """Every edition's documents: one a minute if anything may enter, and the last one."""
    nation = world.nation()
    press = Press(nation)
    editions: list[list[dict[str, Any]]] = []
    for _, news, closed in releases(world, MINUTES):
        for batch in news:
            insider.batches[batch.id] = batch
            nation.wait(batch)
        ids: Sequence[str] = admitting(nation)
        if not ids and not closed:
            continue
        nation.enter(ids)
        rest = nation.remainder() if closed else []
        nation.enter_nation_alone(rest)
        insider.steps.append((list(ids), rest))
        editions.append(copy.deepcopy(press.documents(len(editions) + 1, DAY, closed)))
    return editions


@pytest.fixture(scope="module")
def world() -> World:
    return a_world(60, 11, takes_part=0.9, turnout=0.8, minutes=MINUTES, items=ITEMS)


def fresh(world: World) -> World:
    """The same people before anybody answered."""
    return replace(
        world,
        cells={name: replace(cell, steps=type(cell.steps)(), arrived=0, out=0) for name, cell in world.cells.items()},
    )


@pytest.fixture(scope="module")
def watched(world: World) -> tuple[Insider, list[list[dict[str, Any]]]]:
    """The campaign as the product edits it: who knows all, and every edition."""
    insider = Insider(campaign=world.campaign, sessions=world.sessions)
    return insider, played(fresh(world), insider)


def test_no_difference_of_editions_or_classes_shows_what_rule_n_does_not_allow(
    watched: tuple[Insider, list[list[dict[str, Any]]]],
) -> None:
    insider, editions = watched
    assert 5 < len(editions)
    assert [] == list(attacks(insider, [readings(documents) for documents in editions]))


def test_the_reader_finds_schools_in_editions_that_admit_whatever_waits(world: World) -> None:
    insider = Insider(campaign=world.campaign, sessions=world.sessions)
    everything = lambda nation: sorted(nation._waiting)  # noqa: E731  # what a careless editor would do
    editions = played(fresh(world), insider, everything)
    found = list(attacks(insider, [readings(documents) for documents in editions]))
    assert any(" - " in one for one in found)
    assert any("step" in one and " - " not in one for one in found)


def test_answers_that_were_not_admitted_leave_no_trace_in_any_document() -> None:
    world = a_world(14, 4, minutes=MINUTES, items=ITEMS)
    insider = Insider(campaign=world.campaign, sessions=world.sessions)
    editions = played(fresh(world), insider)
    admitted = {name.rpartition("/")[0] for entered, rest in insider.steps for name in (*entered, *rest)}
    kept_out = world.cells.keys() - admitted
    assert admitted
    assert kept_out
    other = fresh(world)
    for name in kept_out:
        other.cells[name].categories = (world.cells[name].categories + 1) % 8
    assert editions == played(other, Insider(campaign=world.campaign, sessions=world.sessions))


def test_what_is_left_of_urban_schools_beside_a_wholly_urban_region_moves_by_rule_n_or_not_at_all() -> None:
    def schools(number: int, region: str, settlement: str) -> list[Any]:
        return [a_session(region=region, settlement=settlement, items=("A1", "A2")) for _ in range(number)]

    register = schools(12, "Baku", "urban") + schools(6, "Ganja", "urban") + schools(12, "Ganja", "rural")
    here = register[:12] + register[12:14] + register[18:]
    campaign = a_campaign(register, breakdowns=("region", "settlement"))
    nation = Nation(campaign, {session.session: session for session in here})
    for session in here:
        counts = np.array([0, 0, 0, 10, 0, 0, 0, 0])
        nation.wait(
            Batch(
                id=f"{session.session}/student/1",
                session=session.session,
                group="student",
                people=10,
                items={"A1": counts, "A2": counts},
                moments={},
            )
        )
    entered = nation.admissible()
    sessions = {session.session: session for session in here}
    in_ganja = [sessions[name.partition("/")[0]] for name in entered]
    assert not [one for one in in_ganja if (one.stratum.region, one.stratum.settlement) == ("Ganja", "urban")]
    places = {
        ("lower-secondary", "Baku", "urban"),
        ("lower-secondary", "Ganja", "urban"),
        ("lower-secondary", "Ganja", "rural"),
    }
    assert frozenset({("lower-secondary", "Ganja", "urban")}) in derivable(places, ("region", "settlement"))


def test_the_adversary_knows_rule_n() -> None:
    assert rule_n([6] * 5)
    assert not any(map(rule_n, ([8] * 4, [5] * 5, [20, 4, 4, 4, 4], [])))


@pytest.mark.parametrize(("asked", "shown"), [(1, False), (4, False), (5, True)])
def test_an_optional_item_shows_nothing_of_fewer_than_five_schools_in_any_edition_and_class(
    asked: int, shown: bool
) -> None:
    sessions = [a_session(items=("A1", "D4") if at < asked else ("A1",)) for at in range(12)]
    nation = Nation(a_campaign(sessions), {session.session: session for session in sessions})
    press = Press(nation)
    counts = np.array([0, 0, 0, 10, 0, 0, 0, 0])
    for session in sessions:
        items = {item.code: counts for item in session.groups["student"].items}
        name = f"{session.session}/student/1"
        nation.wait(Batch(id=name, session=session.session, group="student", people=10, items=items, moments={}))
    nation.enter(nation.admissible())
    assert not [key for key, one in readings(press.documents(1, DAY, False)).items() if "D4" in one]
    last = readings(press.documents(2, DAY, True))
    assert shown == any("D4" in one for one in last.values())
    assert all(one["n"] == [120] for key, one in last.items() if key[2] == "all")


def test_a_published_class_less_the_schools_that_share_is_never_fewer_than_five(
    world: World, watched: tuple[Insider, list[list[dict[str, Any]]]]
) -> None:
    _, editions = watched
    everyone = frozenset(cell.group for cell in world.cells.values())
    parts = [
        Part(
            session=name,
            school=session.school,
            level=session.level,
            classes={breakdown: getattr(session.stratum, breakdown) for breakdown in world.campaign.breakdowns},
            asked=everyone,
            answered=frozenset(g for g in everyone if world.cells[f"{name}/{g}"].taking_part.size),
            shared=False,
        )
        for name, session in sorted(world.sessions.items())
    ]
    # One school after the other asks to share, until no more may.
    for at, part in enumerate(parts):
        if hindrance(part, parts, world.campaign.classes) is None:
            parts[at] = replace(part, shared=True)
    shared = {part.session for part in parts if part.shared}
    assert 10 < len(shared) < len(parts)
    for key in readings(editions[-1]):
        level, group, name = key
        inside = {
            session.school
            for session_id, session in world.sessions.items()
            if level in ("all", session.level)
            and (level, name)
            in [(scope, one) for scope, one in Nation(world.campaign, {}).classes_of(session) if scope == level]
            and session_id not in shared
            and group in next(part.answered for part in parts if part.session == session_id)
        }
        assert 5 <= len(inside), key
