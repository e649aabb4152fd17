"""Change over time: equal to scipy on the shown table, rare false words, only like with like."""

import dataclasses
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from scipy import stats

from contracts.questionnaire import Questionnaire, bank
from reporter.report import change, significance
from reporter.report.change import Change, Sitting
from support.sittings import LEVEL, drawn, looseness, moments, sitting, table

TEACHER = bank().core(LEVEL, "teacher")
STUDENT = bank().core(LEVEL, "student")


def two(seed: int, people: tuple[int, int], by: float = 0.0) -> tuple[Sitting, Sitting]:
    """Two sessions of teachers and students; in the second every item lies `by` higher."""
    chance = np.random.default_rng(seed)
    centre = {code: float(chance.uniform(2.4, 4.2)) for code in dict.fromkeys((*TEACHER, *STUDENT))}
    sessions = []
    for name, n, more in (("THEN", people[0], 0.0), ("NOW", people[1], by)):
        tables = [
            table(group, drawn(chance, n, {code: centre[code] + more for code in codes}))
            for group, codes in (("teacher", TEACHER), ("student", STUDENT))
        ]
        sessions.append(sitting(*tables, session=name))
    return sessions[0], sessions[1]


def compared(then: Sitting, now: Sitting) -> Change:
    found = change.change(LEVEL, now, [then])
    assert found is not None
    return found


@pytest.mark.parametrize("t", [0.0, 0.3, 1.0, 1.96, 2.6, 5.0, 12.0, 60.0])
@pytest.mark.parametrize("degrees", [1.0, 2.5, 19.0, 37.4, 200.0, 5000.0])
def test_the_probability_of_students_t_is_that_of_scipy(t: float, degrees: float) -> None:
    assert significance.two_sided(t, degrees) == pytest.approx(2 * stats.t.sf(t, degrees), rel=1e-9, abs=1e-290)
    assert significance.two_sided(-t, degrees) == significance.two_sided(t, degrees)


def test_what_stands_under_benjamini_and_hochberg_is_what_scipy_keeps() -> None:
    chance = np.random.default_rng(3)
    for _ in range(200):
        tested = np.concatenate([chance.uniform(size=30), chance.uniform(size=8) / 200])
        expected = stats.false_discovery_control(tested) <= 0.05
        assert significance.kept(list(tested), 0.05) == list(expected)
    assert significance.kept([], 0.05) == []


@pytest.mark.parametrize("people", [(20, 20), (26, 61), (118, 140)])
def test_every_figure_of_change_is_that_of_numpy_and_scipy_on_the_shown_table(people: tuple[int, int]) -> None:
    then, now = two(11, people, by=0.5)
    found = compared(then, now)
    tested: list[float] = []
    for shift in (*found.areas, *found.items):
        area = shift.code in bank().areas
        codes = bank().area_items(LEVEL, shift.group)[shift.code] if area else (shift.code,)
        codes = tuple(code for code in codes if code in change.shared(then, now, shift.group))
        each = [[moments(side.groups[shift.group].items[code]) for code in codes] for side in (then, now)]
        mean, sd, rated = ([float(np.mean([m[part] for m in side])) for side in each] for part in (0, 1, 2))
        rated = [min(m[2] for m in side) for side in each]
        assert shift.items == len(codes)
        assert shift.people == tuple(rated)
        if min(rated) < 20:
            assert shift.means is None
            assert shift.word == "too-few"
            continue
        assert shift.means is not None
        assert [shift.means[0].value, shift.means[1].value] == pytest.approx(mean, abs=1e-12)
        loose = [
            float(np.mean([looseness(side.groups[shift.group].items[code]) for code in codes])) for side in (then, now)
        ]
        parts = [s**2 / n + open_**2 for s, n, open_ in zip(sd, rated, loose, strict=True)]
        error = np.sqrt(sum(parts))
        degrees = sum(parts) ** 2 / sum(part**2 / (n - 1) for part, n in zip(parts, rated, strict=True))
        expected = 2 * stats.t.sf(abs(mean[1] - mean[0]) / error, degrees)
        assert shift.chance == pytest.approx(expected, rel=1e-8)
        tested.append(expected)
    stands = iter(stats.false_discovery_control(tested) <= 0.05)
    for shift in (*found.areas, *found.items):
        if shift.chance is None:
            continue
        by = shift.difference or 0.0
        said = next(stands) and abs(by) >= 0.3
        assert shift.word == (("higher" if by > 0 else "lower") if said else "no-clear-change")


@pytest.mark.parametrize("people", [(20, 20), (25, 25), (40, 30), (80, 80), (150, 120)])
def test_without_any_change_there_is_at_most_one_false_word_in_eight_reports(people: tuple[int, int]) -> None:
    said = [len(compared(*two(seed, people)).clear) for seed in range(100, 160)]
    assert np.mean(said) <= 0.12


def test_a_change_of_a_whole_step_is_said_for_nearly_every_item() -> None:
    found = compared(*two(5, (60, 60), by=1.0))
    assert sum(shift.word == "higher" for shift in found.items) >= 0.85 * len(found.items)
    assert all(shift.word != "lower" for shift in (*found.areas, *found.items))


def test_a_small_change_of_many_people_is_no_clear_change_however_sure_it_is() -> None:
    before, after = [300, 600, 900, 750, 450], [240, 480, 870, 870, 540]
    found = compared(
        sitting(table("teacher", {"A1": before}), session="THEN"), sitting(table("teacher", {"A1": after}))
    )
    assert found.items[0].difference == pytest.approx(0.18)
    assert (found.items[0].chance or 1) < 1e-6
    assert found.items[0].word == "no-clear-change"


def test_below_twenty_in_either_session_there_is_no_mean_and_no_word() -> None:
    for people in ((19, 60), (60, 19)):
        found = compared(*two(8, people, by=1.0))
        assert {shift.word for shift in (*found.areas, *found.items)} == {"too-few"}
        assert all(shift.means is None and shift.chance is None for shift in (*found.areas, *found.items))


def test_only_items_with_the_same_code_and_scale_in_both_are_compared() -> None:
    then, now = two(9, (40, 40))
    known = bank()
    changed = {**known.items, "C3": dataclasses.replace(known.items["C3"], scale="useful")}
    old = {code: item for code, item in then.groups["teacher"].items.items() if code != "A1"}
    older = dataclasses.replace(
        then,
        questionnaire=cast(Questionnaire, SimpleNamespace(items=changed)),
        groups={**then.groups, "teacher": dataclasses.replace(then.groups["teacher"], items=old)},
    )
    found = compared(older, now)
    assert {"A1", "C3"} & {shift.code for shift in found.items if shift.group == "teacher"} == set()
    areas: dict[tuple[str, str], Any] = {(shift.code, shift.group): shift for shift in found.areas}
    assert areas["A", "teacher"].items == len(known.area_items(LEVEL, "teacher")["A"]) - 1


def test_own_items_are_never_compared() -> None:
    tables = [table("teacher", {"A1": [2, 8, 9, 8, 3], "X1": [3, 9, 6, 8, 4]}) for _ in range(2)]
    found = compared(sitting(tables[0], session="THEN"), sitting(tables[1]))
    assert [shift.code for shift in found.items] == ["A1"]


def test_the_series_is_over_the_items_that_all_sessions_show() -> None:
    first, last = two(12, (40, 50))
    middle, _ = two(13, (19, 40))
    found = change.change(LEVEL, last, [first, middle])
    assert found is not None
    assert found.since is middle
    series = found.series["A", "teacher"]
    assert series[0] is not None
    assert series[1] is None
    assert series[2] is not None
    codes = bank().area_items(LEVEL, "teacher")["A"]
    expected = np.mean([moments(last.groups["teacher"].items[code])[0] for code in codes])
    assert series[2].value == pytest.approx(expected, abs=1e-12)


def test_without_an_earlier_session_there_is_no_change() -> None:
    assert change.change(LEVEL, two(1, (30, 30))[1], []) is None
