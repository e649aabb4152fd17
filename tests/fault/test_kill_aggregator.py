"""The aggregator killed with -9, again and again, while people answer and while a session closes."""

import random
from functools import partial
from typing import Any

import httpx
import pytest

from support.crowd import Crowd
from support.exactness import equal_second_fold, exact
from support.setting import Setting, until

pytestmark = pytest.mark.integration
KILLS = 5
PEOPLE = {"teacher": 12, "student": 80}
EACH_TIME = 30


def folded(services: Any, http: httpx.Client, wanted: int) -> bool:
    """Whether the running aggregator has told of so many counted responses since it was started."""
    lines = http.get(services.site.metrics["aggregator"]).text.splitlines()
    found = [line for line in lines if line.startswith('aggregator_records_total{outcome="folded"')]
    return sum(float(line.rpartition(" ")[2]) for line in found) >= wanted


def test_counts_ledger_and_digest_are_exact_after_the_aggregator_was_killed_while_people_answered(
    place: Setting, breakable: Any
) -> None:
    sessions = [place.session(place.school(students=120), "teacher", "student") for _ in range(2)]
    crowd = Crowd(place, sessions, PEOPLE)
    lived = []
    with crowd.answering(hands=3):
        for _ in range(KILLS):
            crowd.admit(EACH_TIME)
            until(partial(folded, breakable, place.http, random.randrange(1, EACH_TIME - 10)), "more counted answers")
            victim = breakable.child("aggregator")
            victim.kill()
            lived.append(victim.exit_code)
            breakable.launch("aggregator")
            breakable.wait("aggregator")
        assert lived == [-9] * KILLS
        assert crowd.left(), "people still came when it was killed for the last time"
    crowd.finish(hands=3)

    breakable.child("aggregator").kill()
    place.close(sessions[0])
    breakable.launch("aggregator", {"PARTITIONS": ""})  # as a member of its group, for the rest
    breakable.wait("aggregator")

    exact(place, crowd)
    for group, people in PEOPLE.items():
        cell = place.counts(sessions[0], group)
        assert cell is not None
        assert (cell["n"], cell["released"]) == (people, people), "a closed cell is released whole"
    equal_second_fold(breakable)
