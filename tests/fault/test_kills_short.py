"""Every process and part killed, frozen, cut off, filled up and slowed down once, while everyone repeats what has an
unknown outcome: nothing is lost, nothing counted twice. `make fault` does the same for half an hour."""

import os
import random
from functools import partial
from typing import Any

import pytest

from support.breakable import BreakableParts
from support.breaking import Breaker
from support.crowd import Crowd
from support.exactness import exact
from support.setting import Setting, until

pytestmark = pytest.mark.integration
PROCESSES = ("identity", "relay", "collector", "aggregator")
EACH_TIME = 9
AWAY_SECONDS = 3.5
"""Longer than the delivery timeout and the directory's staleness limit of these tests, both 3 s."""


def test_after_everything_was_broken_once_all_that_was_said_yes_to_is_counted_once(
    place: Setting, breakable: Any, own_parts: BreakableParts
) -> None:
    seed = int(os.environ.get("FAULT_SEED") or random.randrange(1_000_000))
    print(f"FAULT_SEED={seed}")
    breaker = Breaker(breakable, PROCESSES, own_parts, AWAY_SECONDS, random.Random(seed))
    order = random.Random(seed).sample(sorted(breaker.acts), len(breaker.acts))
    sessions = [place.session(place.school(), "teacher", "student") for _ in range(4)]
    crowd = Crowd(place, sessions, {"teacher": 8, "student": 56})
    with crowd.answering(hands=4):
        for name in order:
            wanted = len(crowd.known.accepted) + random.randrange(1, EACH_TIME)
            crowd.admit(EACH_TIME)
            until(partial(crowd.heard, wanted), f"answers before {name}", 60)
            breaker.act(name)
        assert crowd.left(), "people still came after the last act"
    crowd.finish(hands=3)
    breaker.whole()

    assert crowd.known.repeated, "somebody's outcome was unknown once"
    assert {status for _, status, _ in crowd.known.answers} <= {202, 503}
    assert all(helpful for _, _, helpful in crowd.known.answers), "each refusal says when to come back"
    exact(place, crowd)
