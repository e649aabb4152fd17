"""Printed means and intervals of a school against those who answered, against the truth, and against numpy."""

import json
import math

import numpy as np
import pytest

from contracts.questionnaire import bank
from reporter.files import exports
from reporter.report import school
from reporter.shown import disclosure
from reporter.shown.tables import ShownGroup
from support import sittings

ANSWERS = np.arange(1, 6)
SIZES = (20, 30, 60, 100, 150)
SCHOOLS = 40
LEVEL = "lower-secondary"


def asked() -> dict[str, list[str]]:
    return {area: list(codes) for area, codes in bank().area_items(LEVEL, "student").items()}


def truth(chance: np.random.Generator) -> dict[str, np.ndarray]:
    """The distribution of answers to each item in a school of which everybody might have been asked."""
    found = {}
    for codes in asked().values():
        middle = chance.normal(3.2, 0.6)
        for code in codes:
            weights = np.exp(-((ANSWERS - middle - chance.normal(0, 0.3)) ** 2) / (2 * chance.uniform(0.7, 1.3) ** 2))
            found[code] = weights / weights.sum()
    return found


def answered(chance: np.random.Generator, chances: dict[str, np.ndarray], n: int) -> dict[str, list[int]]:
    return {code: [int(count) for count in chance.multinomial(n, each)] for code, each in chances.items()}


@pytest.mark.parametrize("n", SIZES)
def test_printed_means_lie_near_those_who_answered_and_intervals_hold_the_truth(n: int) -> None:
    chance = np.random.default_rng(n)  # a simulation
    near, held = [], []
    for _ in range(SCHOOLS):
        true = truth(chance)
        counts = answered(chance, true, n)
        table = disclosure.show(sittings.document("student", counts, n), 10, bank())
        assert isinstance(table, ShownGroup)
        report = school.report(LEVEL, [table], bank())
        for area, codes in asked().items():
            mean = report.figures[area, "student"].mean
            if mean is None:  # no item of this area shows a distribution
                assert all(table.items[code].shares is None for code in codes)
                continue
            exact = np.mean([ANSWERS @ counts[code] / n for code in codes])
            near.append(abs(round(mean.value, 1) - exact) <= 0.2 + 1e-9)
            real = np.mean([ANSWERS @ true[code] for code in codes])
            held.append(round(mean.low, 1) - 1e-9 <= real <= round(mean.high, 1) + 1e-9)
    assert len(near) > 0.9 * SCHOOLS * len(asked())
    assert np.mean(near) >= 0.9
    assert np.mean(held) >= 0.9


def chances(shares: list[dict[str, int | str | None]]) -> np.ndarray:
    """A printed row as a distribution, by the rule of docs/statistics.md."""
    parts = np.full(5, np.nan)
    for place, share in enumerate(shares):
        if share["kind"] in ("share", "at-least"):
            parts[place] = share["percent"]
    left = max(0.0, 100 - np.nansum(parts))
    small = [place for place, share in enumerate(shares) if share["kind"] == "at-most"]
    masked = [place for place, share in enumerate(shares) if share["kind"] == "masked"]
    equal = left / max(1, len(small) + len(masked))
    for place in small:
        parts[place] = min(equal, int(shares[place]["percent"] or 0) / 2) if masked else equal
    if masked:
        parts[masked] = (left - parts[small].sum()) / len(masked)
    return np.asarray(parts / parts.sum())


@pytest.mark.parametrize("n", [20, 33, 57, 100, 180])
def test_every_printed_figure_can_be_computed_again_from_the_printed_table_alone(n: int) -> None:
    """With numpy and scipy, from the JSON document alone, to its last digit; the interval's rule is tested beside."""
    chance = np.random.default_rng(1000 + n)  # a simulation
    terms_groups = {}
    for group in ("teacher", "student"):
        counts = {
            code: [int(count) for count in chance.multinomial(n, chance.dirichlet(np.ones(5) * 3))]
            for code in bank().core(LEVEL, group)
        }
        table = disclosure.show(sittings.document(group, counts, n), 5, bank())
        assert isinstance(table, ShownGroup)
        terms_groups[group] = table
    report = school.report(LEVEL, list(terms_groups.values()), bank())
    items = {
        (group, code): json.loads(json.dumps(exports._item(item, table, "")))
        for group, table in terms_groups.items()
        for code, item in table.items.items()
    }
    shown = {place: chances(item["shares"]) for place, item in items.items() if item["shares"] is not None}
    for place, found in shown.items():
        assert items[place]["agree_percent"] == math.floor(100 * (found[3] + found[4]) + 0.5)
        assert items[place]["mean"] == pytest.approx(ANSWERS @ found, abs=0.05 + 1e-9)  # of a half, either
    for (area, group), figure in report.figures.items():
        codes = [code for code in bank().area_items(LEVEL, group).get(area, ()) if (group, code) in shown]
        if codes:
            assert figure.share == pytest.approx(np.mean([shown[group, code][3:].sum() for code in codes]), abs=1e-12)
            assert figure.mean is not None
            assert figure.mean.value == pytest.approx(np.mean([ANSWERS @ shown[group, code] for code in codes]))
    for gaps in report.item_gaps.values():
        for gap in gaps:
            first, second = (shown[group, gap.code] for group in gap.groups)
            superiority = sum(first[i] * (second[:i].sum() + second[i] / 2) for i in range(5))
            assert gap.effect is not None
            assert gap.effect.probability == pytest.approx(superiority, abs=1e-12)
            printed = exports.gap_document(gap)["probability"]
            assert printed is None if n < 100 else printed == pytest.approx(superiority, abs=0.05 + 1e-9)
