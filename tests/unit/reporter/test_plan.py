"""The action plan: what may stand in it, and a check that does not praise what rises by itself."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from contracts.questionnaire import bank
from reporter.report import plan
from reporter.report.change import Sitting
from reporter.report.plan import Check, Faults, Plan, Step
from support.sittings import LEVEL, drawn, looseness, moments, sitting, table

OPENED = "2026-11-02"
ITEMS = ("A1", "C3", "X1")
GOOD = {"item": "C3", "goal": "Internet in every room", "owner": "technician", "due": "2027-05-01"}
TEACHER = bank().core(LEVEL, "teacher")


def faults(*rows: dict[str, Any]) -> list[tuple[int, str, str]]:
    with pytest.raises(Faults) as found:
        plan.read(rows, ITEMS, OPENED)
    return list(found.value.found)


def test_a_step_is_read_as_it_was_written() -> None:
    assert plan.read([GOOD], ITEMS, OPENED) == (Step(**GOOD),)
    assert plan.read([], ITEMS, OPENED) == ()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("item", "", "missing"),
        ("item", "B1", "unknown"),
        ("goal", " \t ", "missing"),
        ("goal", "ə" * (plan.LONGEST_GOAL + 1), "too-long"),
        ("owner", "", "missing"),
        ("owner", "Leyla Məmmədova", "unknown"),
        ("due", "", "missing"),
        ("due", "1 May 2027", "unknown"),
        ("due", "2027-02-30", "unknown"),
        ("due", "20270501", "unknown"),
        ("due", "2026-11-01", "out-of-range"),
        ("due", "2031-11-02", "out-of-range"),
        ("due", "9999-12-31", "out-of-range"),
    ],
)
def test_every_mistake_is_named_with_its_place(field: str, value: str, code: str) -> None:
    assert faults(GOOD, {**GOOD, field: value}) == [(1, field, code)]


def test_all_mistakes_are_named_at_once_and_more_steps_than_fit_are_refused() -> None:
    assert {field for _, field, _ in faults({}, {})} == set(plan.FIELDS)
    assert faults(*[GOOD] * (plan.MOST_STEPS + 1)) == [(plan.MOST_STEPS, "goal", "too-many")]
    assert len(plan.read([GOOD] * plan.MOST_STEPS, ITEMS, OPENED)) == plan.MOST_STEPS


@given(st.text(max_size=200), st.one_of(st.none(), st.integers(), st.lists(st.text())))
def test_a_goal_is_one_line_of_visible_text_whatever_is_sent(text: str, other: Any) -> None:
    for sent in (text, other):
        try:
            goal = plan.read([{**GOOD, "goal": sent}], ITEMS, OPENED)[0].goal
        except Faults:
            continue
        assert goal == goal.strip() != ""
        assert "".join(goal.split()).isprintable()


def a_plan(*codes: str) -> Plan:
    return Plan(session="THEN", revision=1, steps=tuple(Step(**{**GOOD, "item": code}) for code in codes))


def years(seed: int, people: tuple[int, int], spread: float, by: float = 0.0) -> tuple[Sitting, Sitting]:
    """Two years of teachers whose items scatter by `spread` about 3.2; in the second all lie `by` higher."""
    chance = np.random.default_rng(seed)
    true = {code: float(np.clip(chance.normal(3.2, spread), 1.8, 4.4)) for code in TEACHER}
    first = table("teacher", drawn(chance, people[0], true))
    second = table("teacher", drawn(chance, people[1], {code: mean + by for code, mean in true.items()}))
    return sitting(first, session="THEN"), sitting(second)


def test_the_check_is_that_of_numpy_and_scipy_on_the_shown_table() -> None:
    then, now = years(4, (46, 52), 0.5)
    found = plan.followed(a_plan("C3", "F4"), then, now)
    tested = []
    for (check,) in found.checks:
        area = bank().area_items(LEVEL, "teacher")[check.item[0]]
        old = {code: moments(then.groups["teacher"].items[code]) for code in area}
        mean, sd, rated = old[check.item]
        noise = sd**2 / rated
        means = np.array([m for m, _, _ in old.values()])
        between = float(means.var(ddof=1) - np.mean([s**2 / n for _, s, n in old.values()]))
        share = noise / (noise + max(0.0, between))
        expected = mean + share * (float(means.mean()) - mean)
        assert (check.expected, check.noise) == pytest.approx((expected, share), rel=1e-9)
        new, new_sd, new_rated = moments(now.groups["teacher"].items[check.item])
        parts = [
            s**2 / n + looseness(side.groups["teacher"].items[check.item]) ** 2
            for side, s, n in ((then, sd, rated), (now, new_sd, new_rated))
        ]
        degrees = sum(parts) ** 2 / sum(p**2 / (n - 1) for p, n in zip(parts, (rated, new_rated), strict=True))
        chance = 2 * stats.t.sf(abs(new - expected) / np.sqrt(sum(parts)), degrees)
        assert check.chance == pytest.approx(chance, rel=1e-8)
        tested.append(chance)
    stands = stats.false_discovery_control(tested) <= 0.05
    for (check,), kept in zip(found.checks, stands, strict=True):
        by = (check.now.value if check.now else 0.0) - (check.expected or 0.0)
        assert (check.word in ("higher", "lower")) == bool(kept and abs(by) >= 0.3)


def weakest(then: Sitting, count: int = 3) -> list[str]:
    items = then.groups["teacher"].items.values()
    shown = [item for item in items if item.shares is not None]
    return [item.code for item in sorted(shown, key=lambda item: moments(item)[0])][:count]


def checks(seed: int, by: float = 0.0) -> list[Check]:
    then, now = years(seed, (30, 30), 0.3, by)
    found = plan.followed(a_plan(*weakest(then)), then, now)
    return [check for row in found.checks for check in row]


def test_where_nothing_was_done_the_weakest_items_are_not_praised_for_rising_by_themselves() -> None:
    every = [check for seed in range(120) for check in checks(seed)]
    rises = [check.now.value - check.then.value for check in every if check.now and check.then]
    beyond = [check.now.value - check.expected for check in every if check.now and check.expected]
    assert np.mean(rises) > 0.1  # they do rise, by chance alone
    assert abs(np.mean(beyond)) < np.mean(rises) / 2
    assert np.mean([check.word != "no-clear-change" for check in every]) <= 0.02


def test_a_true_rise_is_seen() -> None:
    every = [check for seed in range(40) for check in checks(seed, by=1.0)]
    assert np.mean([check.word == "higher" for check in every]) > 0.5


def test_a_small_rise_of_many_people_is_no_clear_change_however_sure_it_is() -> None:
    before, after = [300, 600, 900, 750, 450], [240, 480, 870, 870, 540]
    then = sitting(table("teacher", dict.fromkeys(("C1", "C2", "C3"), before)), session="THEN")
    now = sitting(table("teacher", dict.fromkeys(("C1", "C2", "C3"), after)))
    ((check,),) = plan.followed(a_plan("C3"), then, now).checks
    assert (check.chance or 1) < 1e-6
    assert check.word == "no-clear-change"


def test_an_item_of_an_area_with_one_item_is_moved_toward_the_whole_form() -> None:
    chance = np.random.default_rng(2)
    codes = bank().core(LEVEL, "student")
    first = table("student", drawn(chance, 60, {code: 2.0 + 0.1 * place for place, code in enumerate(codes)}))
    assert bank().area_items(LEVEL, "student")["B"] == ("B2",)
    then = sitting(first, session="THEN")
    ((check,),) = plan.followed(a_plan("B2"), then, sitting(first)).checks
    middle = np.mean([moments(item)[0] for item in first.items.values()])
    own = moments(first.items["B2"])[0]
    assert check.noise is not None
    assert check.expected == pytest.approx(own + check.noise * (middle - own), rel=1e-9)


def test_nothing_is_checked_below_twenty_nor_where_an_item_is_not_in_both_sessions() -> None:
    then, now = years(1, (30, 19), 0.3)
    (found,) = plan.followed(a_plan("C3"), then, now).checks
    assert [check.word for check in found] == ["too-few"]
    assert [(check.then, check.now, check.expected, check.noise) for check in found] == [(None,) * 4]
    assert plan.followed(a_plan("X1", "H14"), then, now).checks == ((), ())
