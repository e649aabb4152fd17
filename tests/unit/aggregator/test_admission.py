"""Admission: every class of every breakdown moves by nothing or by what rule N allows, and all add up."""

from collections import defaultdict
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.admission import NATION, Waiting, admit, rule_n

REGIONS, LEVELS, SETTLEMENTS = ("a", "b", "c"), ("primary", "vocational"), ("urban", "rural")


@st.composite
def schools(draw: st.DrawFn) -> list[tuple[str, str, str, str, int]]:
    """(school, level, region, settlement, people) of a few rounds of releases."""
    number = draw(st.integers(1, 40))
    fixed = [(f"s{at}", draw(st.sampled_from(REGIONS)), draw(st.sampled_from(SETTLEMENTS))) for at in range(number)]
    return [
        (school, draw(st.sampled_from(LEVELS)), region, settlement, draw(st.sampled_from((3, 5, 10, 12, 40, 90, 600))))
        for school, region, settlement in fixed
        for _ in range(draw(st.integers(0, 2)))
    ]


def waiting(rows: list[tuple[str, str, str, str, int]], start: int = 0) -> list[Waiting]:
    return [
        Waiting(
            id=f"{start + at:04d}",
            school=school,
            people=people,
            classes=tuple(
                f"{scope}/{name}" for scope in ("all", level) for name in ("all", f"region:{region}", settlement)
            ),
        )
        for at, (school, level, region, settlement, people) in enumerate(rows)
    ]


def by_class(batches: list[Waiting]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for batch in batches:
        for name in batch.classes:
            found[name][batch.school] += batch.people
    return found


@settings(max_examples=200, deadline=None)
@given(rounds=st.lists(schools(), min_size=1, max_size=4))
def test_every_step_of_every_class_obeys_rule_n_and_all_breakdowns_add_up(
    rounds: list[list[tuple[str, str, str, str, int]]],
) -> None:
    left: list[Waiting] = []
    out: list[Waiting] = []
    for number, rows in enumerate(rounds):
        left += waiting(rows, number * 1000)
        admitted = admit(left)
        for people in by_class(admitted).values():
            assert rule_n(people.values())
        out += admitted
        left = [batch for batch in left if batch not in admitted]
    sums = {name: sum(people.values()) for name, people in by_class(out).items()}
    for people in by_class(out).values():
        assert rule_n(people.values())
    for scope in ("all", *LEVELS):
        whole = sums.get(f"{scope}/all", 0)
        assert whole == sum(sums.get(f"{scope}/region:{region}", 0) for region in REGIONS)
        assert whole == sum(sums.get(f"{scope}/{settlement}", 0) for settlement in SETTLEMENTS)
    assert sums.get(NATION, 0) == sum(sums.get(f"{level}/all", 0) for level in LEVELS)


def test_a_thin_region_waits_and_does_not_hold_back_the_others() -> None:
    rows = [(f"s{at}", "primary", "a", "urban", 10) for at in range(10)]
    rows += [("t1", "primary", "b", "urban", 10), ("t2", "primary", "b", "urban", 10)]
    assert [f"{at:04d}" for at in range(10)] == [batch.id for batch in admit(waiting(rows))]


def test_one_school_that_is_half_of_the_whole_keeps_the_whole_back() -> None:
    rows = [(f"s{at}", "primary", "a", "urban", 10) for at in range(6)] + [("big", "primary", "a", "urban", 70)]
    assert [] == admit(waiting(rows))


def test_rule_n_asks_for_5_schools_30_people_and_no_two_schools_that_know_the_rest() -> None:
    assert rule_n([6, 6, 6, 6, 6])
    assert not rule_n([8, 8, 8, 8])
    assert not rule_n([5, 5, 5, 5, 5])
    assert rule_n([20, 10, 10, 5, 5])
    assert not rule_n([21, 10, 10, 5, 5])
    assert not rule_n([])


def test_a_school_that_outweighs_the_others_in_weighted_figures_waits_although_few_of_its_people_answered() -> None:
    rows = [(f"s{at}", "primary", "a", "urban", 12) for at in range(6)]
    batches = waiting(rows)
    heavy = [replace(batch, weight=weight) for batch, weight in zip(batches, (900, 90, 90, 90, 90, 90), strict=True)]
    assert [] == admit(heavy)
    assert batches == admit(batches)
    twice = [replace(batch, weight=300.0, cell=batch.school) for batch in waiting([*rows, *rows])]
    assert twice == admit(twice)
