"""Editions of simulated campaigns: every figure is that of the admitted batches, made step by step or at once."""

import copy
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.edition import Press, edition_documents
from support.adversary import Insider
from support.campaigning import World, a_world, releases
from support.national_oracle import differences

DAY = date(2026, 10, 9)
MINUTES = 40
ITEMS = {
    "leader": ("A1", "A2", "B1", "C1"),
    "teacher": ("A1", "A2", "B1", "C1", "C3"),
    "student": ("A1", "A2", "A3", "C1", "C3"),
}


def editions(world: World, insider: Insider) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """Each edition as the press made it step by step, and made anew from the beginning."""
    nation = world.nation()
    press = Press(nation)
    number = 0
    for _, news, closed in releases(world, MINUTES):
        for batch in news:
            insider.batches[batch.id] = batch
            nation.wait(batch)
        ids = nation.admissible()
        if ids or closed:
            number += 1
            nation.enter(ids)
            rest = nation.remainder() if closed else []
            nation.enter_nation_alone(rest)
            insider.steps.append((ids, rest))
            yield press.documents(number, DAY, closed), edition_documents(nation, number, DAY, closed)


def test_every_edition_is_the_same_to_the_last_bit_as_one_made_from_the_beginning_and_true() -> None:
    world = a_world(60, 21, takes_part=0.8, minutes=MINUTES, items=ITEMS)
    insider = Insider(campaign=world.campaign, sessions=world.sessions)
    wrong: list[str] = []
    for number, (stepwise, anew) in enumerate(editions(world, insider), 1):
        assert stepwise == anew
        final = stepwise[0]["final"]
        if final or number % 8 == 0:
            wrong += differences(insider, stepwise, final=final)
    assert [] == wrong
    assert final


@pytest.fixture(scope="module")
def nation() -> World:
    return a_world(300, 5, items=ITEMS, groups=("student",), minutes=10)


def test_one_more_addition_touches_its_own_classes_and_slices_alone(nation: World) -> None:
    made = nation.nation()
    press = Press(made)
    cells = [cell for cell in nation.cells.values() if len(cell.taking_part) >= 20]
    for cell in cells:
        made.wait(cell.batch(0, len(cell.taking_part) // 2, "1"))
    made.enter(made.admissible())
    before = copy.deepcopy(press.documents(1, DAY, False))
    classes, slices = press.made, press.slices_made
    first = cells[0].session
    same = [cell for cell in cells if list(made.classes_of(cell.session)) == list(made.classes_of(first))]
    same = [cell for cell in same if cell.session.stratum.region == first.stratum.region][:6]
    assert 5 < len(same)
    for cell in same:
        made.wait(cell.batch(len(cell.taking_part) // 2, len(cell.taking_part), "2"))
    made.enter([cell.batch(0, 1, "2").id for cell in same])
    after = press.documents(2, DAY, False)
    touched = len(nation.campaign.breakdowns) + 1
    assert (2 * touched, touched - 1) == (press.made - classes, press.slices_made - slices)
    assert classes > 3 * touched
    assert after == edition_documents(made, 2, DAY, False)
    changed = {
        (cell["level"], name)
        for old, cell in zip(before[1:], after[1:], strict=True)
        for name in cell["classes"]
        if old["classes"][name] != cell["classes"][name]
    }
    assert 2 * touched == len(changed)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), cuts=st.lists(st.integers(1, 60), min_size=1, max_size=5))
def test_in_whatever_order_batches_enter_the_edition_is_the_same(nation: World, seed: int, cuts: list[int]) -> None:
    cells = [cell for cell in nation.cells.values() if len(cell.taking_part) >= 20][:40]
    order = np.random.default_rng(seed).permutation(2 * len(cells)).tolist()
    stepwise, at_once = nation.nation(), nation.nation()
    press = Press(stepwise)
    for one in (stepwise, at_once):
        for cell in cells:
            half = len(cell.taking_part) // 2
            one.wait(cell.batch(0, half, "1"))
            one.wait(cell.batch(half, len(cell.taking_part), "2"))
    ids = [f"{cells[at // 2].id}/{1 + at % 2}" for at in order]
    start = 0
    for cut in (*cuts, len(ids)):
        stepwise.enter(ids[start : start + cut])
        start += cut
        documents = press.documents(1, DAY, False)
    at_once.enter(sorted(ids))
    assert documents == edition_documents(at_once, 1, DAY, False)
