"""Suggestions follow their rules and the shown table; the whole school is its levels by their answers."""

import numpy as np
import pytest

from contracts.questionnaire import LEVELS, bank
from reporter.report import advice, change, school
from reporter.report.advice import Suggestion
from reporter.report.change import Sitting
from reporter.report.whole import Level, whole
from reporter.shown.tables import ShownGroup
from reporter.told.advice_words import ADVICE
from support.sittings import LEVEL, drawn, moments, probabilities, sitting, table

TEACHER, STUDENT = bank().core(LEVEL, "teacher"), bank().core(LEVEL, "student")


def groups(people: int, **means: dict[str, float]) -> list[ShownGroup]:
    """Groups whose items lie at 3.5 but for those that are named."""
    found = []
    for seed, (group, other) in enumerate(means.items()):
        codes = bank().core(LEVEL, group)
        chance = np.random.default_rng(seed)
        found.append(table(group, drawn(chance, people, {code: other.get(code, 3.5) for code in codes})))
    return found


def suggested(tables: list[ShownGroup], then: Sitting | None = None) -> tuple[Suggestion, ...]:
    found = school.report(LEVEL, tables, bank())
    changed = None if then is None else change.change(LEVEL, sitting(*tables), [then])
    return advice.suggestions(found, changed, bank())


def test_the_widest_gap_the_weakest_item_the_deepest_fall_and_the_lowest_area_come_first() -> None:
    area = dict.fromkeys(bank().area_items(LEVEL, "teacher")["H"], 1.8)
    now = groups(60, teacher={"F4": 4.8, "D1": 2.2, **area}, student={"F4": 1.5})
    before = sitting(*groups(60, teacher={"D1": 4.5, **area}, student={}), session="THEN")
    first = suggested(now, before)[:4]
    assert [(one.rule, one.code) for one in first] == [
        ("gap", "F4"),
        ("weak", min(area, key=lambda code: moments(now[0].items[code])[0])),
        ("fell", "D1"),
        ("low", "H"),
    ]


@pytest.mark.parametrize("seed", range(8))
def test_every_suggestion_obeys_its_rule_and_no_area_takes_all(seed: int) -> None:
    chance = np.random.default_rng(seed)
    means = [{code: float(chance.uniform(1.5, 4.8)) for code in codes} for codes in (TEACHER, STUDENT)]
    now = groups(40, teacher=means[0], student=means[1])
    before = sitting(*groups(40, teacher={}, student={}), session="THEN")
    found = suggested(now, before)
    assert 0 < len(found) <= advice.MOST
    codes, areas = [one.code for one in found], [one.area for one in found]
    assert len(set(codes)) == len(codes)
    assert max(areas.count(area) for area in areas) <= 2
    for one in found:
        if one.rule == "gap":
            assert one.gap is not None
            assert one.gap.effect is not None
            assert one.gap.effect.word in ("clear", "large")
        elif one.rule == "weak":
            assert one.mean is not None
            assert one.middle is not None
            assert one.mean.high < one.middle
        elif one.rule == "fell":
            assert one.shift is not None
            assert one.shift.word == "lower"
        else:
            assert one.mean is not None
            assert one.mean.high < 3


def test_below_twenty_answers_nothing_is_suggested() -> None:
    assert suggested(groups(19, teacher={"F4": 5, "C3": 1}, student={"F4": 1, "C3": 5})) == ()


def test_an_area_is_called_low_only_if_its_whole_interval_is() -> None:
    codes = bank().area_items(LEVEL, "teacher")["C"]
    spread, low = [4, 8, 9, 5, 4], [12, 11, 5, 1, 1]
    for counts, called in ((spread, False), (low, True)):
        found = school.report(LEVEL, [table("teacher", dict.fromkeys(codes, counts))], bank())
        mean = found.figures["C", "teacher"].mean
        assert mean is not None
        assert mean.value < 3
        assert bool(advice.suggestions(found, None, bank())) == called


def test_every_core_item_and_area_has_its_own_text_and_none_is_left_over() -> None:
    known = bank()
    core = {code for level in LEVELS for group in known.groups(level) for code in known.core(level, group)}
    agree = {code for code in core if known.items[code].scale == "agree"}
    assert ADVICE.keys() == {f"item.{code}" for code in agree} | {f"area.{area}" for area in known.areas}
    for key in ADVICE.keys():  # noqa: SIM118  # no dictionary
        assert ADVICE.get(key, "en") != ADVICE.get(key, "az")


def a_level(level: str, *tables: ShownGroup) -> Level:
    asked = bank().groups(level)
    return Level(level=level, questionnaire=bank(), asked=asked, groups={found.group: found for found in tables})


def test_the_whole_school_weighs_its_levels_by_answers_and_names_those_that_are_missing() -> None:
    chance = np.random.default_rng(5)
    people = {"primary": 24, "lower-secondary": 60}
    tables = {
        level: table("teacher", drawn(chance, n, dict.fromkeys(bank().core(level, "teacher"), 3.2)), level=level)
        for level, n in people.items()
    }
    levels = [a_level(level, found) for level, found in tables.items()]
    figures = {(one.area, one.group): one for one in whole([*levels, a_level("upper-secondary")])}
    found = figures["C", "teacher"]
    assert (found.levels, found.missing) == (("primary", "lower-secondary"), ("upper-secondary",))
    shares = []
    for level, shown in tables.items():
        items = [shown.items[code] for code in bank().area_items(level, "teacher")["C"]]
        shares.append(np.mean([probabilities(item)[3:].sum() for item in items if item.shares is not None]))
    assert found.share == pytest.approx(np.average(shares, weights=list(people.values())), rel=1e-9)
    assert found.n == sum(people.values())


def test_one_level_alone_is_no_whole_school_and_bands_are_not_added_up() -> None:
    shown = table("teacher", drawn(np.random.default_rng(1), 30, dict.fromkeys(TEACHER, 3.2)))
    leaders = [table("leader", {"A1": [0, 1, 1, 1, 0]}, n=3, level=level) for level in ("primary", LEVEL)]
    assert all(found.bands is not None for found in leaders)
    assert whole([a_level(LEVEL, shown, leaders[1]), a_level("primary", leaders[0])]) == ()
