"""Figures of the shown table agree with numpy and scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reporter.shown import figures
from reporter.shown.tables import Share, ShownItem

ANSWERS = np.arange(1, 6)


def shares(*values: int | str) -> tuple[Share, ...]:
    """35 is a share, "<5" a small class, ">95" a great one, "?" a masked one."""
    kinds = {"<": "at-most", ">": "at-least"}
    return tuple(
        Share(kind="share", percent=value)
        if isinstance(value, int)
        else Share(kind="masked")
        if value == "?"
        else Share(kind=kinds[value[0]], percent=int(value[1:]))  # type: ignore[arg-type]
        for value in values
    )


def an_item(rated: int = 30, code: str = "C1", found: tuple[Share, ...] | None = None) -> ShownItem:
    return ShownItem(code=code, rated=rated, shares=shares(10, 20, 30, 25, 15) if found is None else found)


distributions = st.lists(st.integers(0, 50), min_size=5, max_size=5).filter(any)


def test_masked_classes_share_what_is_left_and_a_small_one_takes_half_its_bound() -> None:
    assert figures.chances(shares("?", "?", 40, 30, 20)) == pytest.approx((0.05, 0.05, 0.4, 0.3, 0.2))
    assert figures.chances(shares("<5", "?", 40, 30, 20)) == pytest.approx((0.025, 0.075, 0.4, 0.3, 0.2))
    assert figures.chances(shares("<5", "<5", 40, 30, 22)) == pytest.approx((0.04, 0.04, 0.4, 0.3, 0.22))
    assert figures.chances(shares("<20", "?", "?", 60, 37)) == pytest.approx((0.01, 0.01, 0.01, 0.6, 0.37))


def test_a_table_leaves_a_mean_as_open_as_its_masks_and_its_rounding_allow() -> None:
    assert figures.looseness(shares("?", "?", 40, 30, 20), 0) == pytest.approx((2 - 1) * 0.10 / 2)
    assert figures.looseness(shares("<5", 20, 30, 20, "?"), 0) == pytest.approx((5 - 1) * 0.05 / 2)
    assert figures.looseness(shares("<5", "<5", "<5", "<5", ">95"), 0) == pytest.approx((4 - 1) * 0.05 / 2)
    centre = np.average(ANSWERS, weights=[10, 20, 30, 25, 15])
    expected = math.sqrt(float(((ANSWERS - centre) ** 2).sum()) * 0.05**2 / 12)
    assert figures.looseness(shares(10, 20, 30, 25, 15), 5) == pytest.approx(expected)


def test_shares_that_sum_to_more_than_all_leave_nothing_to_masked_classes() -> None:
    assert figures.chances(shares("<5", "<5", 20, 35, 50)) == pytest.approx((0, 0, 20 / 105, 35 / 105, 50 / 105))


def test_a_class_shown_as_a_great_one_stands_at_its_bound() -> None:
    assert figures.chances(shares("<5", "<5", "<5", "<5", ">95")) == pytest.approx((0.0125,) * 4 + (0.95,))


@given(distributions)
def test_mean_and_deviation_are_those_of_numpy(counts: list[int]) -> None:
    people = np.repeat(ANSWERS, counts)
    chances = tuple(count / sum(counts) for count in counts)
    assert figures.mean_of(chances) == pytest.approx(people.mean())
    assert figures.sd_of(chances) == pytest.approx(people.std(), abs=1e-9)


@pytest.mark.parametrize("degrees", [15, 19, 24, 40, 99, 500])
@pytest.mark.parametrize("probability", [0.9, 0.95, 0.975, 0.995])
def test_quantiles_of_t_are_those_of_scipy(degrees: int, probability: float) -> None:
    assert figures.t_quantile(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), abs=5e-4)


def test_an_items_interval_is_that_of_students_t() -> None:
    found = figures.item_mean(an_item(rated=30), n=32)
    assert found is not None
    chances = np.array([10, 20, 30, 25, 15]) / 100
    centre = float((chances * ANSWERS).sum())
    deviation = math.sqrt(float((chances * (ANSWERS - centre) ** 2).sum()))
    low, high = stats.t.interval(0.95, 29, loc=centre, scale=deviation / math.sqrt(30))
    assert (found.value, found.low, found.high) == pytest.approx((centre, low, high), abs=1e-3)


@pytest.mark.parametrize(("rated", "n"), [(19, 19), (19, 25), (12, 12)])
def test_below_twenty_there_is_no_mean(rated: int, n: int) -> None:
    assert figures.item_mean(an_item(rated=rated), n) is None
    assert figures.area_mean([an_item(rated=rated)], n) is None


def test_an_area_is_the_plain_mean_over_its_items_with_the_mean_deviation_and_the_fewest_raters() -> None:
    one, two = an_item(rated=40), an_item(rated=25, code="C2", found=shares(0, 0, 20, 40, 40))
    found = figures.area_mean([one, two], n=40)
    assert found is not None
    means = [figures.mean_of(figures.chances(item.shares or ())) for item in (one, two)]
    deviations = [figures.sd_of(figures.chances(item.shares or ())) for item in (one, two)]
    assert found.value == pytest.approx(np.mean(means))
    assert found.sd == pytest.approx(np.mean(deviations))
    assert found.high - found.value == pytest.approx(stats.t.ppf(0.975, 24) * found.sd / 5, abs=1e-3)


@given(distributions, distributions)
def test_superiority_is_mann_whitneys_with_ties_half(first: list[int], second: list[int]) -> None:
    a, b = np.repeat(ANSWERS, first), np.repeat(ANSWERS, second)
    expected = stats.mannwhitneyu(a, b, method="asymptotic").statistic / (len(a) * len(b))
    chances = [tuple(count / sum(counts) for count in counts) for counts in (first, second)]
    assert figures.superiority(chances[0], chances[1]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("probability", "word", "higher"),
    [(0.5, "alike", None), (0.559, "alike", None), (0.56, "small", 0), (0.36, "clear", 1), (0.71, "large", 0)],
)
def test_words_for_an_effect(probability: float, word: str, higher: int | None) -> None:
    found = figures.effect(probability)
    assert (found.word, found.higher) == (word, higher)


def test_more_answers_than_registered_people_read_a_hundred_per_cent() -> None:
    assert figures.response_rate(30, 26) == (1.0, True)
    assert figures.response_rate(13, 26) == (0.5, False)
    assert figures.response_rate(13, 0) is None
