"""Collector, aggregator, broker and database killed with -9 at random, or frozen, while everyone repeats what has an
unknown outcome: nothing is lost, nothing counted twice."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from support.crowd import Crowd, until_known
from support.exactness import exact
from support.setting import Setting, until

pytestmark = pytest.mark.integration
EXTRA_KILLS = 2
EACH_TIME = 18
AWAY_SECONDS = 5.0
"""Longer than the delivery timeout and the directory's staleness limit of these tests, both 3 s."""


def revive(services: Any, names: tuple[str, ...]) -> list[str]:
    """What Kubernetes does: starts again what ended by itself; the names of those."""
    ended = [name for name in names if not services.child(name).running]
    for name in ended:
        services.launch(name)
    return ended


def test_after_random_kills_of_every_part_all_that_was_said_yes_to_is_counted_once(
    place: Setting, breakable: Any, own_parts: Any
) -> None:
    services = ("identity", "relay", "collector", "aggregator")
    sessions = [place.session(place.school(), "teacher", "student") for _ in range(2)]
    crowd = Crowd(place, sessions, {"teacher": 8, "student": 56})

    def restart(name: str) -> None:
        breakable.child(name).kill()
        breakable.launch(name)

    def kill_part(part: Any) -> None:
        part.kill()
        part.start()

    acts: dict[str, Callable[[], None]] = {
        "collector": lambda: restart("collector"),
        "aggregator": lambda: restart("aggregator"),
        "broker": lambda: kill_part(own_parts.broker),
        "database": lambda: kill_part(own_parts.database),
    }
    order = random.sample(list(acts), len(acts)) + random.sample(list(acts), EXTRA_KILLS)
    with crowd.answering(hands=4):
        for name in order:
            wanted = len(crowd.known.accepted) + random.randrange(1, EACH_TIME)
            crowd.admit(EACH_TIME)
            until(partial(crowd.heard, wanted), f"answers before the end of {name}", 40)
            acts[name]()
            revive(breakable, services)
        assert crowd.left(), "people still came after the last kill"
    crowd.finish(hands=3)
    for name in services:
        until(lambda: not revive(breakable, services), "the life of all processes")
        breakable.wait(name)

    assert crowd.known.repeated, "somebody's outcome was unknown once"
    exact(place, crowd)


@contextmanager
def away(part: Any) -> Iterator[None]:
    """The part holds its sockets and answers nothing while the block runs."""
    part.pause()
    try:
        yield
    finally:
        part.resume()


def test_a_broker_away_for_longer_than_the_delivery_timeout_is_503_and_the_same_collector_takes_all_retries(
    place: Setting, breakable: Any, own_parts: Any
) -> None:
    session = place.session(place.school(), "teacher")
    people = place.respondents(session, "teacher", 6)
    responses = [person.response({"A1": value}) for person, value in zip(people, (1, 2, 3, 4, 5, 5), strict=True)]
    assert people[0].submit(responses[0]).status_code == 202
    collector = breakable.child("collector").pid

    with ThreadPoolExecutor(5) as hands:
        with away(own_parts.broker):
            begun = time.monotonic()
            said = [hands.submit(person.submit, one) for person, one in zip(people[1:3], responses[1:3], strict=True)]
            refused = [one.result() for one in said]
            until(lambda: time.monotonic() - begun > AWAY_SECONDS, "the delivery timeout's end")
            refused.append(people[3].submit(responses[3]))
        back = time.monotonic()
        assert {one.status_code for one in refused} == {503}
        assert all(int(one.headers["Retry-After"]) > 0 for one in refused)
        retried = list(hands.map(lambda one: until_known(lambda: people[0].submit(one))[0], responses[1:]))

    assert {one.status_code for one in retried} == {202}
    assert time.monotonic() - back < 20, "the collector came back in time"
    assert (breakable.child("collector").pid, breakable.child("collector").running) == (collector, True)
    assert place.counted(session, "teacher", 6)["items"]["A1"] == [1, 1, 1, 1, 2, 0, 0, 0]
