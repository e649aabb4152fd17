"""What of a snapshot is shown, and what is not."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.questionnaire import bank
from reporter.report import cells, school
from reporter.shown import disclosure
from reporter.shown.snapshot import BadSnapshot
from reporter.shown.tables import ShownGroup, Withheld
from support.reporter_world import a_session, a_snapshot


def shown(group: str, n: int, k: int | None = None, **changes: Any) -> ShownGroup:
    session = a_session()
    found = disclosure.show({**a_snapshot(session, group, n), **changes}, k or session["groups"][group]["k"], bank())
    assert isinstance(found, ShownGroup)
    return found


def test_fewer_than_k_answers_are_withheld_even_if_a_snapshot_stands_there() -> None:
    found = disclosure.show(a_snapshot(a_session(), "student", 9), 10, bank())
    assert found == Withheld(group="student", reason="below-k")


@pytest.mark.parametrize("n", [3, 4])
def test_three_or_four_leaders_are_bands_of_areas_and_nothing_else(n: int) -> None:
    found = shown("leader", n)
    assert found.items == {}
    assert found.background == {}
    assert set(found.bands or {}) == set(bank().area_items("lower-secondary", "leader"))
    assert all(band in (0, 1, 2, 3) for band in (found.bands or {}).values())


@pytest.mark.parametrize(("agree", "others", "band"), [(0, 4, 0), (1, 3, 1), (2, 2, 1), (3, 1, 2), (4, 0, 3)])
def test_bands_are_under_a_quarter_up_to_half_up_to_three_quarters_and_more(agree: int, others: int, band: int) -> None:
    items = {code: [others, 0, 0, agree, 0, 0, 0, 0] for code in bank().core("lower-secondary", "leader")}
    assert set((shown("leader", 4, items=items).bands or {}).values()) == {band}


def test_five_leaders_are_shown_as_other_groups() -> None:
    found = shown("leader", 5)
    assert found.bands is None
    assert found.items


def test_an_item_rated_by_fewer_than_k_shows_neither_shares_nor_how_many() -> None:
    found = shown("student", 12, items={"C3": [1, 1, 3, 2, 2, 1, 1, 1]})
    assert (found.items["C3"].shares, found.items["C3"].rated, found.items["C3"].reason) == (None, None, "few-raters")


def test_own_items_are_shown_from_ten_answers_on() -> None:
    few = shown("teacher", 9, items={"X1": [1, 1, 2, 3, 2, 0, 0, 0]}).own["X1"]
    assert (few.shares, few.rated, few.reason) == (None, None, "fewer-than-10")
    assert shown("teacher", 10, items={"X1": [0, 0, 0, 4, 6, 0, 0, 0]}).own["X1"].shares is not None


def test_background_is_shown_from_twenty_answers_on() -> None:
    assert shown("teacher", 19).background == {}
    assert shown("teacher", 20).background


@settings(deadline=None)
@given(st.integers(20, 200), st.integers(0, 10_000))
def test_no_background_class_of_fewer_than_three_people_stands_alone(n: int, seed: int) -> None:
    session = a_session()
    document = a_snapshot(session, "teacher", n, seed=seed)
    found = disclosure.show(document, 5, bank())
    assert isinstance(found, ShownGroup)
    for code, options in found.background.items():
        counts = document["background"][code]
        many = bank().question(code).kind == "many"
        for option in options:
            if option.option is not None and counts[option.option] < 3:
                assert many
                assert option.share.kind == "at-most"
        together = [option for option in options if option.option is None]
        if together:
            alone = {option.option for option in options}
            rest = sum(count for name, count in counts.items() if name not in alone)
            assert rest == 0 or rest >= 3


@pytest.mark.parametrize(
    "change",
    [{"n": "many"}, {"items": {"C1": [1, 2]}}, {"items": {"C1": [9, 0, 0, 0, 0, 0, 0, 0]}}, {"items": None}],
)
def test_a_malformed_snapshot_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadSnapshot):
        disclosure.show({**a_snapshot(a_session(), "teacher", 20), **change}, 5, bank())


@settings(max_examples=40, deadline=None)
@given(st.integers(5, 19), st.integers(0, 10_000))
def test_below_twenty_answers_no_mean_interval_or_effect_is_in_any_output(n: int, seed: int) -> None:
    session = a_session()
    tables = [disclosure.show(a_snapshot(session, group, n, seed=seed), 5, bank()) for group in ("teacher", "student")]
    found = school.report("lower-secondary", [table for table in tables if isinstance(table, ShownGroup)], bank())
    assert all(figure.mean is None for figure in found.figures.values())
    assert all(gap.effect is None for gap in (*found.area_gaps, *sum(found.item_gaps.values(), ())))
    assert found.outliers == ()


@settings(max_examples=30, deadline=None)
@given(st.integers(20, 150), st.integers(0, 10_000))
def test_everything_shown_is_a_function_of_the_shown_table(n: int, seed: int) -> None:
    """Counts that give the same shown table give the same document: nothing else can be in it."""
    session = a_session()
    document = a_snapshot(session, "student", n, seed=seed)
    first = disclosure.show(document, 10, bank())
    moved = {**document, "items": {code: _moved(code, counts, seed) for code, counts in document["items"].items()}}
    second = disclosure.show(moved, 10, bank())
    if first == second:
        assert isinstance(first, ShownGroup)
        assert isinstance(second, ShownGroup)
        reports = [school.report("lower-secondary", [table], bank()) for table in (first, second)]
        assert reports[0] == reports[1]


def _moved(code: str, counts: list[int], seed: int) -> list[int]:
    """One person gives another answer."""
    chance = random.Random(f"{seed}{code}")
    source = chance.choice([place for place in range(5) if counts[place]] or [5])
    target = chance.randrange(5)
    found = list(counts)
    if found[source]:
        found[source] -= 1
        found[target] += 1
    return found


def test_the_longest_share_text_says_what_is_masked() -> None:
    items = shown("teacher", 23).items.values()
    texts = {str(cells.share_text(share)) for item in items for share in item.shares or ()}
    assert "≤5" in texts
    assert all(text == "masked" or text[0] in "≤≥" or text.isdecimal() for text in texts)
