"""Benchmark bands: the simulated truth comes out, chance is taken out, and no band or bin stands for few schools."""

from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import stats

from aggregator.benchmark import SchoolMean, Standing, band, benchmark_documents, bins, school_mean

DAY = date(2026, 10, 30)


def a_mean(value: float, noise: float = 0.0, people: int = 40) -> SchoolMean:
    return SchoolMean(value=value, noise=noise, people=people)


def a_class(number: int, stratum: str = "50-199/urban", group: str = "student", **mean: Any) -> list[Standing]:
    """So many schools of one stratum, with means from 3.0 on in steps of a hundredth."""
    size, _, settlement = stratum.partition("/")
    return [
        Standing(
            id=f"{stratum}/{at:03d}/{group}",
            level="primary",
            size=size,
            settlement=settlement,
            group=group,
            areas={"C": a_mean(3.0 + at / 100, **mean)},
        )
        for at in range(number)
    ]


def shown(standings: list[Standing]) -> dict[str, Any]:
    documents = benchmark_documents("autumn", 7, DAY, standings)
    return documents[0]["classes"] if documents else {}


def moments(answers: np.ndarray) -> dict[str, Any]:
    scaled = 840 * answers.sum(1) // answers.shape[1]
    return {"r": len(scaled), "A": int(scaled.sum()), "B": int((scaled**2).sum())}


def counts(answers: np.ndarray) -> list[list[int]]:
    return [[*np.bincount(column, minlength=6)[1:].tolist(), 0, 0, 0] for column in answers.T]


def test_a_schools_mean_and_noise_are_those_of_its_peoples_means() -> None:
    chance = np.random.default_rng(3)
    answers = np.clip(np.rint(3 + chance.normal(size=(31, 1)) + chance.normal(size=(31, 4))), 1, 5).astype(np.int64)
    found = school_mean(counts(answers), moments(answers))
    assert found is not None
    assert found.value == pytest.approx(answers.mean())
    assert found.noise == pytest.approx(stats.sem(answers.mean(1)) ** 2)
    assert 31 == found.people
    one = school_mean(counts(answers[:, :1]), None)
    assert one is not None
    assert one.noise == pytest.approx(stats.sem(answers[:, 0]) ** 2)
    assert None is school_mean(counts(answers), None)
    assert None is school_mean([[0, 0, 1, 0, 0, 9, 0, 0]], None)
    assert None is school_mean([[0] * 8], None)


def test_the_spread_between_schools_comes_out_and_chance_among_few_people_does_not_widen_it() -> None:
    """300 campaigns of 60 schools with a true spread of 0.25 around 3.4, 20 to 60 people each."""
    chance = np.random.default_rng(11)
    found, plain = [], []
    for _ in range(300):
        schools = []
        for truth in chance.normal(3.4, 0.25, 60):
            people = int(chance.integers(20, 61))
            persons = chance.normal(truth, 0.9, people)
            schools.append(a_mean(float(persons.mean()), float(persons.var(ddof=1)) / people, people))
        one = band(schools)
        assert one is not None
        found.append((one.mean, one.spread**2))
        plain.append(np.var([school.value for school in schools], ddof=1))
    means, spreads = np.mean(found, axis=0)
    assert means == pytest.approx(3.4, abs=0.01)
    assert spreads == pytest.approx(0.25**2, abs=0.004)
    assert np.mean(plain) > 0.25**2 + 0.015


def test_a_band_holds_about_half_of_the_schools_true_means() -> None:
    chance = np.random.default_rng(12)
    truths = chance.normal(3.4, 0.3, 2000)
    schools = [a_mean(float(chance.normal(truth, 0.15)), 0.15**2) for truth in truths]
    one = band(schools)
    assert one is not None
    assert 0.47 < np.mean((truths >= one.low) & (truths <= one.high)) < 0.53


def test_schools_that_differ_by_chance_alone_have_a_band_without_width() -> None:
    one = band([a_mean(3.0 + at / 100, noise=0.1) for at in range(20)])
    assert one is not None
    assert (one.low, one.high) == (one.mean, one.mean)


def test_a_stratum_and_a_level_have_a_band_from_twenty_schools_on() -> None:
    assert {} == shown(a_class(19))
    assert {"all": {"C": {"schools": 20, "mean": 3.1, "low": 3.1, "high": 3.1}}} == {
        name: row for name, row in shown(a_class(20)).items() if name == "all"
    }
    both = shown(a_class(20) + a_class(30, "under-50/rural"))
    assert {"all": 50, "50-199/urban": 20, "under-50/rural": 30} == {n: row["C"]["schools"] for n, row in both.items()}
    assert {"all"} == set(shown(a_class(12) + a_class(12, "under-50/rural")))


def test_a_school_counts_from_twenty_students_or_ten_of_its_staff_who_rated() -> None:
    assert {} == shown(a_class(20, people=19))
    assert shown(a_class(20, people=20))
    assert {} == shown(a_class(20, group="teacher", people=9))
    assert shown(a_class(20, group="teacher", people=10))


def test_the_nation_less_the_strata_is_never_a_few_schools() -> None:
    few = shown(a_class(25) + a_class(9, "under-50/rural"))
    assert 25 == few["all"]["C"]["schools"]
    assert 35 == shown(a_class(25) + a_class(10, "under-50/rural"))["all"]["C"]["schools"]
    assert 35 == shown(a_class(25) + a_class(5, "under-50/rural") + a_class(5, "200-up/rural"))["all"]["C"]["schools"]


def test_whatever_strata_there_are_no_difference_of_bands_stands_for_few_schools() -> None:
    chance = np.random.default_rng(9)
    kinds = [f"{size}/{place}" for size in ("under-50", "50-199", "200-up") for place in ("urban", "rural")]
    seen = set()
    for _ in range(150):
        sizes = {kind: int(chance.choice([0, 1, 4, 9, 10, 19, 20, 45])) for kind in kinds}
        classes = shown([standing for kind, number in sizes.items() for standing in a_class(number, kind)])
        found = {name: areas["C"]["schools"] for name, areas in classes.items()}
        rest = found.pop("all", 0) - sum(found.values())
        assert found == {kind: number for kind, number in sizes.items() if number >= 20}
        assert rest == 0 or rest >= 10
        seen.add((bool(found), rest > 0))
    assert 4 == len(seen)


def test_figures_have_one_decimal_and_depend_on_no_order() -> None:
    standings = a_class(23) + a_class(40, "200-up/urban")
    (document,) = benchmark_documents("autumn", 7, DAY, standings)
    assert "autumn/000007/benchmark/primary/student" == document["_id"]
    assert [document] == benchmark_documents("autumn", 7, DAY, reversed(standings))
    for areas in document["classes"].values():
        for row in areas.values():
            assert all(row[name] == round(row[name], 1) for name in ("mean", "low", "high"))


def test_bins_hold_at_least_five_schools_and_all_of_them_together() -> None:
    chance = np.random.default_rng(4)
    for number in (20, 21, 40, 400):
        schools = [a_mean(float(value)) for value in np.clip(chance.normal(3.3, 0.4, number), 1, 5)]
        found = bins(schools)
        assert number == sum(one["schools"] for one in found)
        assert 5 <= min(one["schools"] for one in found)
        assert (1.0, 5.0) == (found[0]["from"], found[-1]["to"])
        assert all(a["to"] == b["from"] for a, b in pairwise(found))
        for one in found:
            inside = [school for school in schools if one["from"] <= school.value < one["to"]]
            assert one["schools"] == len(inside)
    assert [] == bins([a_mean(3.0)] * 19)
    assert [{"from": 1.0, "to": 5.0, "schools": 20}] == bins([a_mean(5.0)] * 20)
