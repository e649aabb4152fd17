"""National figures: exact where they can be, near the simulated truth and honest about chance where they cannot."""

import numpy as np
import pytest
from scipy import stats

from aggregator.estimates import Registered, Unit, estimate, merge_thin
from aggregator.psychometrics import alpha, icc, quality


def unit(stratum: tuple[str, str], value: float, weight: float = 10, people: int = 10, deviation: float = 0.0) -> Unit:
    return Unit(stratum=stratum, weight=weight, registered=int(weight), people=people, value=value, deviation=deviation)


A, B, C, D = ("primary", "a"), ("primary", "b"), ("primary", "c"), ("vocational", "a")


def test_an_estimate_weights_strata_by_registered_people_and_not_by_who_answered() -> None:
    units = [unit(A, 0.2), unit(A, 0.4), unit(B, 0.8), unit(B, 0.6), unit(B, 0.7), unit(B, 0.7)]
    registry = {A: Registered(schools=20, weight=300), B: Registered(schools=4, weight=100)}
    found = estimate(units, registry)
    assert found is not None
    assert found.value == pytest.approx(0.75 * 0.3 + 0.25 * 0.7)
    between = (1 - 2 / 20) * (2 * (10 * 0.1) ** 2) / (1 * 2 * 100)
    half = stats.t.ppf(0.975, 1 + 3) * np.sqrt(0.75**2 * between)
    assert found.high is not None
    assert found.high - found.value == pytest.approx(half)


def test_everybody_in_every_school_leaves_nothing_to_chance() -> None:
    units = [unit(A, 0.2), unit(A, 0.4)]
    found = estimate(units, {A: Registered(schools=2, weight=20)})
    assert found is not None
    assert [found.low, found.high] == pytest.approx([0.3, 0.3])


def test_a_thin_stratum_joins_the_next_of_its_level_and_a_thin_level_its_neighbour() -> None:
    assert [frozenset({A, B}), frozenset({C})] == merge_thin({A, B, C}, [A, B, B, C, C])
    assert [frozenset({A, B, C, D})] == merge_thin({A, B, C, D}, [A, A, D])


def test_one_school_has_no_interval_and_none_no_estimate() -> None:
    found = estimate([unit(A, 0.5)], {})
    assert found is not None
    assert (None, None) == (found.low, found.high)
    assert estimate([], {}) is None


def test_intervals_cover_the_truth_about_95_times_in_100_when_schools_answer_at_random() -> None:
    chance = np.random.default_rng(5)
    strata = [("primary", region) for region in "abcde"]
    schools = [(stratum, int(chance.integers(20, 200))) for stratum in strata for _ in range(60)]
    level = {stratum: chance.uniform(0.3, 0.7) for stratum in strata}
    shares = [float(np.clip(chance.normal(level[stratum], 0.1), 0.05, 0.95)) for stratum, _ in schools]
    answers = [chance.random(size) < share for (_, size), share in zip(schools, shares, strict=True)]
    truth = np.concatenate(answers).mean()
    registry = {
        stratum: Registered(schools=60, weight=sum(size for one, size in schools if one == stratum))
        for stratum in strata
    }
    hits = 0
    for _ in range(200):
        units = []
        for (stratum, size), people in zip(schools, answers, strict=True):
            if chance.random() < 0.3:
                took = chance.choice(people, max(5, int(size * chance.uniform(0.4, 0.9))), replace=False)
                share = float(took.mean())
                units.append(
                    Unit(
                        stratum=stratum,
                        weight=size,
                        registered=size,
                        people=len(took),
                        value=share,
                        deviation=float(np.sqrt(share * (1 - share))),
                    )
                )
        found = estimate(units, registry)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= truth <= found.high
    assert 180 <= hits <= 198


def sums(scores: np.ndarray) -> tuple[int, np.ndarray, np.ndarray, int]:
    return len(scores), scores.sum(0), (scores**2).sum(0), int((scores.sum(1) ** 2).sum())


def test_alpha_from_moments_is_the_alpha_of_the_answers() -> None:
    chance = np.random.default_rng(1)
    trait = chance.normal(size=(400, 1))
    scores = np.clip(np.rint(3 + trait + chance.normal(size=(400, 5))), 1, 5).astype(np.int64)
    variances, whole = scores.var(0, ddof=1), scores.sum(1).var(ddof=1)
    assert alpha(*sums(scores)) == pytest.approx(5 / 4 * (1 - variances.sum() / whole))
    two = scores[:, :2]
    r = stats.pearsonr(two[:, 0], two[:, 1]).statistic
    assert alpha(*sums(two)) == pytest.approx(2 * r / (1 + r))
    assert alpha(3, np.array([3, 3]), np.array([3, 3]), 12) is None


def test_icc_from_sums_is_that_of_a_one_way_analysis_of_variance() -> None:
    chance = np.random.default_rng(2)
    schools = [chance.normal(mean, 100, 20).round().astype(int) for mean in chance.normal(2000, 60, 30)]
    between, within = (
        20 * np.var([one.mean() for one in schools], ddof=1),
        np.mean([one.var(ddof=1) for one in schools]),
    )
    expected = (between - within) / (between + 19 * within)
    found = icc([(len(one), int(one.sum()), int((one**2).sum())) for one in schools])
    assert found == pytest.approx(expected)
    assert icc([(5, 10, 20)]) is None


def test_quality_is_told_from_100_people_in_10_schools_on() -> None:
    row = {"m": 10, "S": [30, 30, 31], "Q": [100, 110, 105], "P": 900, "f": 2, "r": 10, "A": 25_200, "B": 70_000_000}
    assert quality([row] * 9) is None
    found = quality([row] * 10)
    assert found is not None
    assert (100, 10, 0.2) == (found.people, found.schools, found.straightlining)
