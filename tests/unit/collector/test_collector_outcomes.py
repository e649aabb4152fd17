"""Every outcome of a response moves exactly its own counter, by one."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY
from werkzeug.test import TestResponse

from chassis.errors import Unavailable
from chassis.kafka import Outgoing
from chassis.ops import Health
from chassis.web import create_app
from collector import metrics, page
from collector.directory import Directory
from collector.forms import Operators
from collector.web import MAX_BYTES, Desk, Limits, Shelf, register
from contracts.codec import encode
from contracts.messages import SchoolSession
from support.ballots import Signer, a_session
from support.company import told_at_once


@dataclass
class Written:
    value: bytes | None


class Topic:
    def __init__(self, *messages: SchoolSession) -> None:
        self._messages = messages

    def read_to_end(self, seconds: float) -> Iterator[Written]:
        yield from (Written(encode(message)) for message in self._messages)

    def close(self) -> None:
        pass


class Scripted:
    """A publisher that says what a test wants; the real one has tests of its own."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.published: list[Outgoing] = []

    def publish(self, record: Outgoing, deadline: float) -> None:
        if self.failure is not None:
            raise self.failure
        self.published.append(record)


class World:
    """A collector's desk over HTTP, its clocks in a test's hands."""

    def __init__(self) -> None:
        self.open = a_session(groups=("teacher", "student"))
        self.planned = a_session(opens=timedelta(hours=1))
        self.ended = a_session(closes=timedelta(minutes=-10))
        self.cancelled = a_session(state="cancelled")
        self.newer = a_session()
        newer = replace(self.newer.message, questionnaire="2099-1")
        self.now = 0.0
        sessions = (self.open, self.planned, self.ended, self.cancelled)
        self.directory = Directory(
            Topic(*(signer.message for signer in sessions), newer),
            interval=1.0,
            inspect=list,
            monotonic=lambda: self.now,
            died=lambda: None,
        )
        self.directory.refresh()
        self.publisher = Scripted()
        app = create_app("collector", health=Health(), max_bytes=MAX_BYTES)
        clock: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731  # a clock, as main hands one in
        desk = Desk(
            directory=self.directory,
            publisher=self.publisher,
            topic="responses-v1",
            limits=Limits(delivery=8.0, staleness=30.0),
            clock=clock,
        )
        shelf = Shelf(
            texts=page.texts(), operators=Operators(codes="A", answers="B"), page_hash="-", timezone="Asia/Baku"
        )
        register(app, desk=desk, shelf=shelf, directory=self.directory, clock=clock)
        self.client: FlaskClient = app.test_client()

    def send(self, body: Any, kind: str = "application/json") -> TestResponse:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post("/v1/responses", data=content, content_type=kind)


@pytest.fixture
def world() -> World:
    return World()


def away(reason: str) -> Callable[[World], TestResponse]:
    def drive(world: World) -> TestResponse:
        world.publisher.failure = Unavailable(reason, 2)
        return world.send(world.open.response())

    return drive


def stale(world: World) -> TestResponse:
    world.now = 31.0
    return world.send(world.open.response())


def mistaken(world: World) -> TestResponse:
    world.publisher.failure = ZeroDivisionError()
    return world.send(world.open.response())


def forged(signer: Signer) -> dict[str, Any]:
    return {**signer.response(), "signature": signer.response()["signature"]}


DRIVERS: dict[tuple[str, str], tuple[int, Callable[[World], TestResponse]]] = {
    ("accepted", "acknowledged"): (202, lambda w: w.send(w.open.response())),
    ("refused", "too-large"): (413, lambda w: w.send(b"x" * 32_769)),
    ("refused", "media-type"): (415, lambda w: w.send(b"{}", "text/plain")),
    ("refused", "not-json"): (400, lambda w: w.send(b"[]")),
    ("refused", "shape"): (422, lambda w: w.send({})),
    ("refused", "unknown-session"): (404, lambda w: w.send({**w.open.response(), "session": "ZZZZZZZZ"})),
    ("refused", "closed"): (410, lambda w: w.send(w.ended.response())),
    ("refused", "cancelled"): (410, lambda w: w.send(w.cancelled.response())),
    ("refused", "not-yet-open"): (425, lambda w: w.send(w.planned.response())),
    ("refused", "key"): (401, lambda w: w.send({**w.open.response("student"), "group": "teacher"})),
    ("refused", "signature"): (401, lambda w: w.send(forged(w.open))),
    ("refused", "content"): (422, lambda w: w.send(w.open.response(answers={"A1": 6}))),
    ("unavailable", "directory"): (503, stale),
    ("unavailable", "unusable-session"): (503, lambda w: w.send(w.newer.response())),
    ("unavailable", "busy"): (503, away("busy")),
    ("unavailable", "broker"): (503, away("broker")),
    ("unavailable", "late"): (503, away("late")),
    ("unavailable", "error"): (500, mistaken),
}


def counters() -> dict[tuple[str, str], float]:
    return {
        (outcome, reason): REGISTRY.get_sample_value(
            "collector_responses_total", {"outcome": outcome, "reason": reason}
        )
        or 0.0
        for outcome, reasons in metrics.OUTCOMES.items()
        for reason in reasons
    }


def test_every_outcome_has_its_driver() -> None:
    assert set(DRIVERS) == set(counters())


@pytest.mark.parametrize("outcome", DRIVERS)
def test_an_outcome_moves_its_own_counter_by_one(
    world: World, outcome: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told_at_once(monkeypatch, metrics, "accepted")
    status, drive = DRIVERS[outcome]
    before = counters()
    answer = drive(world)
    after = counters()
    assert answer.status_code == status
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {outcome: 1.0}
    assert ("Retry-After" in answer.headers) == (status in (425, 503))


def test_a_refusal_reaches_kafka_in_no_case(world: World) -> None:
    for (outcome, _), (_, drive) in DRIVERS.items():
        if outcome == "refused":
            drive(world)
    assert world.publisher.published == []


def test_a_known_session_is_still_asked_while_kafka_is_away(world: World) -> None:
    world.now = 3600.0
    address = "/v1/sessions/{}/questionnaire"
    assert world.client.get(address.format(world.open.message.session)).status_code == 200
    assert world.client.get(address.format("ZZZZZZZZ")).status_code == 503
