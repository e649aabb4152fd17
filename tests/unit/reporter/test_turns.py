"""A reader who asks for everything at once is told to wait; others, and her own next request, are answered."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from flask import Flask

from reporter.web import turns
from reporter.web.answers import Sessions

LONGEST = 60
ME, ANOTHER = {"Authorization": "Bearer mine"}, {"Authorization": "Bearer another"}


class Slow:
    """An app of one route that answers when it is let go, and counts who is in it."""

    def __init__(self) -> None:
        self.go, self.inside = threading.Event(), threading.Semaphore(0)
        self.app = Flask("slow")
        sessions = Sessions(key=bytes(32), secure=False, clock=lambda: datetime.now(UTC))
        turns.limit(self.app, sessions, turns.Turns(2))
        self.app.add_url_rule("/slow", "slow", self.slow)
        self.app.add_url_rule("/static/a.css", "file", lambda: "")
        self.app.add_url_rule("/wrong", "wrong", self.wrong)

    def slow(self) -> str:
        self.inside.release()
        assert self.go.wait(LONGEST)
        return "done"

    def wrong(self) -> str:
        raise RuntimeError


@pytest.fixture
def slow() -> Iterator[Slow]:
    found = Slow()
    yield found
    found.go.set()


def test_the_third_of_a_readers_requests_waits_and_nobody_elses(slow: Slow) -> None:
    ask = slow.app.test_client().get
    with ThreadPoolExecutor(2) as threads:
        under_way = [threads.submit(slow.app.test_client().get, "/slow", headers=ME) for _ in range(2)]
        for _ in under_way:
            assert slow.inside.acquire(timeout=LONGEST)
        refused = ask("/slow", headers=ME)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
        assert ask("/static/a.css", headers=ME).status_code == 200
        slow.go.set()
        assert ask("/slow", headers=ANOTHER).status_code == 200
        assert ask("/slow").status_code == 200
        assert [one.result(LONGEST).status_code for one in under_way] == [200, 200]
    assert ask("/slow", headers=ME).status_code == 200


def test_a_request_that_fails_gives_its_place_back(slow: Slow) -> None:
    slow.go.set()
    for _ in range(3):
        assert slow.app.test_client().get("/wrong", headers=ME).status_code == 500
    assert slow.app.test_client().get("/slow", headers=ME).status_code == 200
