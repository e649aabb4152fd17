"""The demo's comparison finds a snapshot that is not the sum of its first responses."""

from typing import Any

from country.forms import Form
from country.ledger import Entry, Ledger, count
from stack.comparison import Logged, compare_ended, compare_released

FORM = Form(version="test", items=("A1",), questions=())
KEY = ("S", "student")


def entry(value: int) -> Entry:
    return Entry(session="S", group="student", answers={"A1": value}, background={})


def logged(*values: int) -> Logged:
    return Logged(cells={KEY: [(f"r{at}", entry(value)) for at, value in enumerate(values)]})


def snapshot(n: int, counts: list[int], final: bool = False) -> dict[str, Any]:
    return {
        "_id": f"S/student/{n}",
        "session": "S",
        "group": "student",
        "n": n,
        "items": {"A1": counts},
        "background": {},
        "final": final,
    }


def ledger_of(*values: int) -> Ledger:
    ledger = Ledger()
    for at, value in enumerate(values):
        ledger.accepted(f"r{at}", entry(value))
    return ledger


def test_a_snapshot_of_the_first_responses_is_right() -> None:
    right = snapshot(2, [1, 1, 0, 0, 0, 0, 0, 0])

    assert (1, []) == compare_released(ledger_of(1, 2, 3), {KEY: FORM}, logged(1, 2, 3), [right])


def test_a_snapshot_of_other_responses_is_found() -> None:
    wrong = snapshot(2, [1, 0, 1, 0, 0, 0, 0, 0])

    number, differences = compare_released(ledger_of(1, 2, 3), {KEY: FORM}, logged(1, 2, 3), [wrong])

    assert 1 == number
    assert "items" in differences[0]


def test_the_ledger_is_believed_before_the_log() -> None:
    tampered = snapshot(1, [0, 0, 0, 0, 1, 0, 0, 0])

    assert compare_released(ledger_of(1), {KEY: FORM}, logged(5), [tampered])[1]


def test_an_ended_session_that_was_not_released_whole_is_found() -> None:
    counted = {KEY: (12, count([], FORM).items)}

    for released, fine in ((12, True), (8, False)):
        found = compare_ended({KEY: FORM}, ["S"], {KEY: 10}, counted, [snapshot(released, [], final=True)])
        assert fine == (found[1] == [])


def test_a_cell_below_its_threshold_need_not_be_released() -> None:
    assert (0, []) == compare_ended({KEY: FORM}, ["S"], {KEY: 10}, {KEY: (9, {})}, [])
