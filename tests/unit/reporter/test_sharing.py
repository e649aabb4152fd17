"""A shared report opens only beside published figures that still stand for enough schools without the sharers."""

from typing import Any

import pytest

from reporter.readers.sharing import enough_left

TERMS = {"level": "primary", "stratum": {"region": "Bakı", "settlement": "urban"}}
HEAD = {"final": False, "classes": {"region": {"Bakı": "Bakı + Abşeron"}, "settlement": {}}}
BESIDE = {"student": {"all": [1, 2], "region": [1, 1]}}


def cells(own: dict[str, int], every: dict[str, int]) -> list[dict[str, Any]]:
    """The students' cells of an edition: schools by class, of the own level and of all."""
    return [
        {"level": level, "group": "student", "classes": {name: {"schools": count} for name, count in classes.items()}}
        for level, classes in (("primary", own), ("all", every), ("vocational", {"all": 5}))
    ]


def test_five_schools_that_do_not_share_are_enough_and_four_are_not() -> None:
    own, every = {"all": 6, "region:Bakı + Abşeron": 6}, {"all": 7, "region:Bakı + Abşeron": 6}
    assert enough_left(TERMS, BESIDE, HEAD, cells(own, every))
    for name in own:
        assert not enough_left(TERMS, BESIDE, HEAD, cells({**own, name: 5}, every)), name
    for name in every:
        assert not enough_left(TERMS, BESIDE, HEAD, cells(own, {**every, name: every[name] - 1})), name


@pytest.mark.parametrize("head", [None, HEAD])
def test_a_class_that_may_still_be_published_is_waited_for(head: dict[str, Any] | None) -> None:
    assert not enough_left(TERMS, BESIDE, head, [])
    assert enough_left(TERMS, BESIDE, {**HEAD, "final": True}, []), "after the last edition none comes any more"


def test_a_class_too_small_to_be_published_hinders_nobody() -> None:
    assert enough_left(TERMS, {"student": {"all": [None, None]}}, None, [])
    assert enough_left(TERMS, {}, None, []), "nor a session without answers"
