"""The country's ledger counts a response once, and the comparison sees a single count that is off."""

import pytest

from country.compare import compare
from country.conduct import WEIGHTS, broken, conduct_of
from country.forms import Form
from country.ledger import Entry, Ledger, TwoAnswers, count

FORM = Form(version="test", items=("A1", "A2"), questions=())


def entry(a1: int | str = 4) -> Entry:
    return Entry(session="S", group="student", answers={"A1": a1}, background={})


def test_a_receipt_is_counted_once_however_often_it_comes() -> None:
    ledger = Ledger()
    for _ in range(3):
        ledger.accepted("r1", entry())

    assert count(ledger.by_cell()["S", "student"], FORM).items == {
        "A1": [0, 0, 0, 1, 0, 0, 0, 0],
        "A2": [0, 0, 0, 0, 0, 0, 0, 1],
    }


def test_one_receipt_for_two_responses_is_an_error() -> None:
    ledger = Ledger()
    ledger.accepted("r1", entry(4))

    with pytest.raises(TwoAnswers):
        ledger.accepted("r1", entry(5))


def test_equal_counts_are_exact() -> None:
    known = {("S", "student"): count([entry(), entry("na")], FORM)}

    result = compare(known, {("S", "student"): (2, known["S", "student"].items)}, guests=False)

    assert result.exact
    assert (result.cells, result.responses, result.strangers) == (1, 2, 0)


def test_one_answer_in_another_class_is_found() -> None:
    known = {("S", "student"): count([entry(4), entry(5)], FORM)}
    counted = count([entry(4), entry(4)], FORM)

    result = compare(known, {("S", "student"): (2, counted.items)}, guests=True)

    assert len(result.differences) == 1
    assert "A1" in result.differences[0]


def test_a_lost_response_is_found() -> None:
    known = {("S", "student"): count([entry(), entry()], FORM)}
    counted = count([entry()], FORM)

    assert not compare(known, {("S", "student"): (1, counted.items)}, guests=True).exact


def test_a_guest_may_add_but_only_where_guests_are_expected() -> None:
    known = {("S", "student"): count([entry()], FORM)}
    counted = {("S", "student"): (2, count([entry(), entry(1)], FORM).items)}

    assert compare(known, counted, guests=True).strangers == 1
    assert compare(known, counted, guests=True).exact
    assert not compare(known, counted, guests=False).exact


def test_a_cell_that_nobody_knows_is_found() -> None:
    counted = {("S", "student"): (1, count([entry()], FORM).items)}

    assert not compare({}, counted, guests=False).exact


def test_every_conduct_is_met_and_repeats_with_the_seed() -> None:
    met = [conduct_of(1, "S1", "primary", "student", person) for person in range(2000)]

    assert set(met) == set(WEIGHTS)
    assert met == [conduct_of(1, "S1", "primary", "student", person) for person in range(2000)]


def test_a_broken_submission_differs_from_the_real_one_in_one_thing() -> None:
    response = {"signature": "A" * 342, "answers": {"A1": 4}}

    assert broken("plain", response) is None
    assert {401, 422, 400} == {
        sent[1]
        for conduct in ("forged", "off-scale", "unknown-field", "not-json")
        if (sent := broken(conduct, response)) is not None
    }
    assert response == {"signature": "A" * 342, "answers": {"A1": 4}}
