"""The truth is known, repeatable, and leans as people do."""

import numpy as np

from country import truth
from country.forms import Form, Question
from country.ledger import Entry, count

FORM = Form(
    version="test",
    items=("A1", "A2", "B1", "C3", "H1"),
    questions=(
        Question(code="years", kind="one", options=("few", "some", "many")),
        Question(code="barriers", kind="many", options=("money", "time")),
        Question(code="useful", kind="ten", options=tuple(str(n) for n in range(1, 11))),
    ),
)


def mean(cell: truth.Cell) -> float:
    rated = cell.categories[cell.categories < truth.NA]
    return float(rated.mean()) + 1


def test_the_same_seed_gives_the_same_answers() -> None:
    first, again, other = (truth.cell(seed, "S1", "primary", "student", 40, FORM) for seed in (1, 1, 2))

    assert np.array_equal(first.categories, again.categories)
    assert np.array_equal(first.options, again.options)
    assert not np.array_equal(first.categories, other.categories)


def test_leaders_see_their_schools_more_kindly_than_students() -> None:
    leaders, students = (
        np.mean([mean(truth.cell(1, f"S{n}", "primary", group, 60, FORM)) for n in range(40)])
        for group in ("leader", "student")
    )

    assert leaders > students + 0.2


def test_schools_differ_by_more_than_chance() -> None:
    means = [mean(truth.cell(1, f"S{n}", "primary", "student", 200, FORM)) for n in range(60)]

    assert 0.15 < float(np.std(means)) < 0.6


def test_some_skip_some_cannot_say_and_some_draw_a_straight_line() -> None:
    cell = truth.cell(1, "S1", "primary", "student", 4000, FORM)

    for category in (truth.NA, truth.PN, truth.SKIPPED):
        assert 0.005 < float((cell.categories == category).mean()) < 0.06
    assert (cell.categories == cell.categories[:, :1]).all(axis=1).mean() > 0.02
    assert 0.8 < float(cell.responds.mean()) < 0.95


def test_what_people_send_adds_up_to_the_truth() -> None:
    cell = truth.cell(5, "S1", "primary", "teacher", 300, FORM)
    sent = [
        Entry(session="S", group="teacher", answers=cell.answers(n), background=cell.background(n))
        for n in cell.respondents()
    ]

    counted = count(sent, FORM)

    assert cell.counts() == counted.items
    assert int(cell.responds.sum()) == counted.n
    for question in ("years", "useful"):
        assert counted.n == sum(counted.background[question].values())
