"""The broker or the database away for long while people answer, and a collector that sleeps through a closing time."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import pytest

from support.breakable import BreakableParts
from support.crowd import Crowd, until_known
from support.exactness import exact, folded_up, none_buried
from support.foreign import Respondent, receipt_of
from support.setting import Setting, until

pytestmark = pytest.mark.integration
BROKER_SECONDS = 60.0 if os.environ.get("GUZGU_TEST_FULL") else 20.0
"""Ten minutes in `make fault`."""
STALLED = 60.0 / 10
"""The alert waits for 60 s (docs/operations.md); times are lowered here."""
READY = 40
IN_FLIGHT = 6


def figures(http: httpx.Client, address: str, name: str) -> list[float]:
    """A figure of a process, of all labels."""
    lines = http.get(address).text.splitlines()
    return [float(row.rpartition(" ")[2]) for row in lines if row.partition("{")[0].partition(" ")[0] == name]


def crowd_of(place: Setting, ready: int) -> Crowd:
    """People of two sessions, so many of whom hold their ballots."""
    sessions = [place.session(place.school(), "teacher", "student") for _ in range(2)]
    crowd = Crowd(place, sessions, {"teacher": 6, "student": 30})
    crowd.prepare(ready, hands=4)
    return crowd


def heard_again(crowd: Crowd, since: float) -> bool:
    return any(status == 202 for _, status, _ in crowd.known.between(since, float("inf")))


def test_a_broker_stopped_under_load_is_503_and_the_same_collector_takes_every_retry(
    place: Setting, breakable: Any, own_parts: BreakableParts
) -> None:
    crowd = crowd_of(place, 30)
    collector = breakable.child("collector").pid
    with crowd.answering(hands=5):
        crowd.admit(8)
        until(partial(crowd.heard, 6), "the first answers")
        own_parts.broker.stop()
        away = time.monotonic()
        crowd.admit(24)
        threading.Event().wait(BROKER_SECONDS)  # the length of the outage is what is tried here
        returning = time.monotonic()  # it takes responses before whoever starts it hears that it is there
        own_parts.broker.start()
        until(partial(heard_again, crowd, returning), "a 202 after the broker's return", 20)
    crowd.finish(hands=3)

    meanwhile = crowd.known.between(away, returning)
    assert len(meanwhile) > 20
    assert {(503, True)} == {(status, helpful) for _, status, helpful in meanwhile}, "with Retry-After, each"
    assert (breakable.child("collector").pid, breakable.child("collector").running) == (collector, True)
    assert crowd.known.repeated
    exact(place, crowd)


def test_collection_goes_on_without_the_database_the_alert_is_true_and_everything_drains_exactly(
    place: Setting, breakable: Any, own_parts: BreakableParts
) -> None:
    crowd = crowd_of(place, READY)
    before = folded_up(breakable)["total"]["next"]
    worker = breakable.site.metrics["aggregator"]
    with crowd.answering(hands=5):
        own_parts.database.stop()
        crowd.admit(READY)
        until(partial(crowd.heard, READY), "a 202 for everybody who is ready, without a database")
        until(lambda: sum(figures(place.http, worker, "aggregator_lag_records")) >= READY, "the lag")
        stalled = "aggregator_partition_stalled_seconds"
        until(lambda: max(figures(place.http, worker, stalled)) > STALLED, "the alert's condition")
        own_parts.database.start()
    crowd.finish(hands=3)

    assert {202} == {status for _, status, _ in crowd.known.answers}
    exact(place, crowd)
    assert folded_up(breakable)["total"]["next"] > before + READY
    until(lambda: sum(figures(place.http, worker, "aggregator_lag_records")) == 0, "no lag")


def test_a_collector_asleep_between_check_and_send_across_the_closing_time_says_no_yes_that_is_not_counted(
    place: Setting, breakable: Any, own_parts: BreakableParts
) -> None:
    session = place.session(place.school(), "teacher")
    people = place.respondents(session, "teacher", 2 * IN_FLIGHT)
    responses = [person.response({"A1": 4}) for person in people]
    assert {202} == {one.submit(body).status_code for one, body in zip(people[:IN_FLIGHT], responses, strict=False)}

    def waiting() -> bool:
        found = figures(place.http, breakable.site.metrics["collector"], "collector_waiting_responses")
        return sum(found) >= IN_FLIGHT

    def submit(one: Respondent, body: dict[str, Any]) -> int:
        with httpx.Client(timeout=120, trust_env=False) as http:
            return http.post(f"{one.collector}/v1/responses", json=body).status_code

    collector = breakable.child("collector")
    with ThreadPoolExecutor(IN_FLIGHT) as hands:
        own_parts.broker.pause()
        checked = list(zip(people, responses, strict=True))[IN_FLIGHT:]
        late = [hands.submit(submit, one, body) for one, body in checked]
        until(waiting, "responses that were checked and not yet sent")
        collector.pause()
        own_parts.broker.resume()
        place.close(session)
        collector.resume()
        said = [one.result() for one in late]

    assert 202 not in said
    again = [until_known(partial(people[0].submit, body))[0].status_code for body in responses]
    assert {410} == set(again), "a close is final"
    folded_up(breakable)
    cell = place.counts(session, "teacher")
    assert cell is not None
    assert IN_FLIGHT <= cell["n"] <= 2 * IN_FLIGHT, "what was never answered may have arrived in time"
    none_buried(breakable, [receipt_of(body["key_id"], body["ballot"]) for body in responses[:IN_FLIGHT]])
