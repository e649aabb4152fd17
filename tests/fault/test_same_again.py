"""The same response five times at once, again and again: one answer, one count."""

import os

import pytest

from support.crowd import Crowd
from support.exactness import exact
from support.setting import Setting

pytestmark = pytest.mark.integration
PEOPLE = 1_000 if os.environ.get("GUZGU_TEST_FULL") else 30
TIMES = 5


def test_five_identical_submissions_in_parallel_are_all_confirmed_and_counted_once(place: Setting) -> None:
    session = place.session(place.school(students=PEOPLE), "student")
    crowd = Crowd(place, [session], {"student": PEOPLE})
    crowd.finish_at_once(TIMES, hands=3)
    assert len(crowd.known.accepted) == PEOPLE
    assert len(crowd.known.answers) >= PEOPLE * TIMES
    account = exact(place, crowd)
    assert account["sessions"][session.id]["folded"] == PEOPLE
