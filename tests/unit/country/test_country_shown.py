"""What a visitor holds a report and the operators' counts against: a number that does not follow from the truth is
named, a masked or rounded one that does is not."""

import json
from pathlib import Path
from typing import Any

import pytest

from country.judge import judged, read, write
from country.ledger import Counts
from country.shown import differences
from country.visit import Truth

COUNTS = [2, 3, 4, 10, 6, 1, 1, 0]
KNOWN = {"teacher": Counts(n=27, items={"A1": COUNTS}, background={})}
LEDGER = {"balanced": True, "total": {"next": 28, "folded": 27, "duplicates": 0, "buried": 0, "markers": 1}}


def report(**changes: Any) -> dict[str, Any]:
    shares = [(10, "share"), (10, "share"), (15, "share"), (40, "share"), (None, "masked")]
    row = {
        "group": "teacher",
        "code": "A1",
        "answers": 27,
        "rated": 25,
        "shares": [{"kind": kind, "percent": percent} for percent, kind in shares],
        **changes,
    }
    return {"groups": [{"group": "teacher", "k": 5, "answers": 27, "answers_exact": True}], "items": [row]}


def test_a_report_that_follows_from_the_truth_is_exact() -> None:
    assert list(differences(report(), KNOWN)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"answers": 26},
        {"rated": 24},
        {"shares": [{"kind": "share", "percent": 20}]},
        {"shares": [{"kind": "at-most", "percent": 5}]},
        {"shares": [{"kind": "masked", "percent": None}, {"kind": "at-least", "percent": 95}]},
        {"code": "Z9"},
    ],
)
def test_a_number_that_does_not_follow_from_the_truth_is_named(changes: dict[str, Any]) -> None:
    assert len(list(differences(report(**changes), KNOWN))) == 1


def test_a_group_that_is_missing_or_shown_with_another_number_is_named() -> None:
    assert list(differences({"groups": [], "items": []}, KNOWN)) == ["teachers: 0 people are shown, 27 answered"]
    inexact = report()
    inexact["groups"][0]["answers_exact"] = False
    assert list(differences(inexact, KNOWN)) == ["teachers: 27 people are shown, 27 answered"]


def test_below_k_a_report_may_say_nothing() -> None:
    few = {"leader": Counts(n=2, items={"A1": [2, 0, 0, 0, 0, 0, 0, 0]}, background={})}
    groups = [{"group": "leader", "k": 3, "answers": 0, "answers_exact": False}]
    assert list(differences({"groups": groups, "items": []}, few)) == []


def test_the_verdict_reads_what_a_visit_left_and_sees_a_single_count_that_is_off(tmp_path: Path) -> None:
    write(tmp_path / "truth.json", Truth(cells={("S", "teacher"): KNOWN["teacher"]}, surprises=(), codes=("C",)))
    truth = read(tmp_path / "truth.json")
    assert truth.codes == ["C"]
    row = {"session": "S", "group": "teacher", "n": 27, "items": {"A1": COUNTS}}
    assert all(holds for holds, _ in judged(truth, [json.dumps(row)], LEDGER))
    moved = {**row, "items": {"A1": [3, 2, *COUNTS[2:]]}}
    for counts, ledger in (([moved], LEDGER), ([], LEDGER), ([row], {**LEDGER, "balanced": False})):
        assert not all(holds for holds, _ in judged(truth, [json.dumps(one) for one in counts], ledger))
    surprised = Truth(cells=truth.cells, surprises=("plain: 500 instead of 202",), codes=())
    assert not all(holds for holds, _ in judged(surprised, [json.dumps(row)], LEDGER))
