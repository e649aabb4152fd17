"""What single people did is told ten at a time, at a moment that nobody can foresee; what failed is told at once."""

import threading
from functools import partial

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from chassis.company import TEN, Company, Tens
from chassis.ops import Health
from chassis.web import create_app, problem

secret = st.binary(min_size=16, max_size=16)


@given(secret, st.lists(st.integers(0, 400), max_size=40))
def test_only_whole_tens_are_told_and_at_most_nineteen_wait(key: bytes, numbers: list[int]) -> None:
    tens, come, told = Tens(key), 0, 0
    for number in numbers:
        come += number
        told += tens.add(number)
        assert told % TEN == 0
        assert 0 <= come - told <= 19


def first_told(key: bytes) -> int:
    tens = Tens(key)
    return next(number for number in range(1, 40) if tens.add())


def test_the_act_at_which_ten_are_told_may_be_any_of_ten() -> None:
    assert {first_told(bytes([number]) * 16) for number in range(256)} == set(range(10, 20))


def test_who_counts_the_same_acts_tells_them_at_the_same_act() -> None:
    one, other = Tens(), Tens()
    assert [one.add() for _ in range(500)] == [other.add() for _ in range(500)]


def test_many_threads_lose_nothing_and_the_first_come_is_told_first() -> None:
    company, told = Company(), list[int]()

    def one_thread() -> None:
        for _ in range(250):
            company.tell(partial(told.append, 1))

    order = [threading.Thread(target=one_thread) for _ in "abcd"]
    for thread in order:
        thread.start()
    for thread in order:
        thread.join()
    assert len(told) % TEN == 0
    assert 981 <= len(told) <= 1000
    lonely, names = Company(), list[int]()
    for number in range(40):
        lonely.tell(partial(names.append, number))
    assert names == list(range(len(names)))


@pytest.fixture
def app() -> Flask:
    app = create_app(__name__, health=Health(), max_bytes=100)

    @app.get("/company/<name>")
    def greet(name: str) -> ResponseReturnValue:
        return {"hello": name} if name != "nobody" else problem(404, "not-here", "Nobody is here.")

    return app


def seen(status: str) -> tuple[float, float]:
    """(how many requests with that status, how many requests the histogram holds) as they are told now."""
    labels = {"route": "/company/<name>", "method": "GET"}
    told = REGISTRY.get_sample_value("http_requests_total", {**labels, "status": status}) or 0
    return told, REGISTRY.get_sample_value("http_request_seconds_count", labels) or 0


def test_requests_that_went_well_are_told_in_tens_and_failures_at_once(app: Flask) -> None:
    client, readings = app.test_client(), []
    for _ in range(60):
        assert client.get("/company/aynur").status_code == 200
        readings.append(seen("200"))
    assert {told % TEN for told, _ in readings} == {0}
    assert 41 <= readings[-1][0] <= 60
    assert all(told == timed for told, timed in readings)
    for number in range(1, 4):
        assert client.get("/company/nobody").status_code == 404
        assert seen("404")[0] == number


def test_a_request_in_work_is_one_that_runs_and_none_runs_afterwards(app: Flask) -> None:
    during: list[float | None] = []

    def now() -> str:
        during.append(REGISTRY.get_sample_value("http_requests_running"))
        return "fine"

    def mistake() -> str:
        raise RuntimeError

    app.add_url_rule("/now", "now", now)
    app.add_url_rule("/mistake", "mistake", mistake)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    before = REGISTRY.get_sample_value("http_requests_running") or 0
    for path in ("/now", "/mistake", "/nowhere", "/livez", "/metrics"):
        app.test_client().get(path)
    assert during == [before + 1]
    assert REGISTRY.get_sample_value("http_requests_running") == before
    assert REGISTRY.get_sample_value("http_threads") == 64
