"""Ready copies: built once however many ask, few at a time, and no crowd at one page keeps others out."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.errors import Unavailable
from reporter.web.shelf import Shelf

LONGEST = 20


def test_two_threads_that_ask_at_once_get_the_bytes_of_one_build() -> None:
    shelf, started, go = Shelf(), threading.Event(), threading.Event()
    built: list[str] = []

    def build() -> bytes:
        built.append("once")
        started.set()
        assert go.wait(LONGEST)
        return b"bytes"

    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(shelf.get, "report", build)
        assert started.wait(LONGEST)
        others = [threads.submit(shelf.get, "report", build) for _ in range(6)]
        go.set()
        answers = [asked.result(LONGEST) for asked in (first, *others)]
    assert built == ["once"]
    assert [fresh for _, fresh in answers] == [True] + [False] * 6
    assert {page.body for page, _ in answers} == {b"bytes"}


def test_a_build_that_failed_is_tried_again_by_whoever_waited() -> None:
    shelf, started, go = Shelf(), threading.Event(), threading.Event()

    def fail() -> bytes:
        started.set()
        assert go.wait(LONGEST)
        raise ValueError

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(shelf.get, "report", fail)
        assert started.wait(LONGEST)
        second = threads.submit(shelf.get, "report", lambda: b"whole")
        go.set()
        with pytest.raises(ValueError):
            first.result(LONGEST)
        assert second.result(LONGEST)[0].body == b"whole"


def test_who_finds_no_place_is_sent_away_at_once_and_ready_pages_are_still_given() -> None:
    shelf, started, go = Shelf(builders=1, places=1), threading.Event(), threading.Event()
    shelf.get("ready", lambda: b"ready")

    def slow() -> bytes:
        started.set()
        assert go.wait(LONGEST)
        return b"slow"

    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(shelf.get, "slow", slow)
        assert started.wait(LONGEST)
        for name in ("slow", "other"):
            with pytest.raises(Unavailable) as told:
                shelf.get(name, lambda: b"never")
            assert (told.value.reason, told.value.retry_after) == ("busy", 3)
        assert shelf.get("ready", lambda: b"never")[0].body == b"ready"
        go.set()
        assert first.result(LONGEST)[1]
    assert shelf.get("other", lambda: b"now")[0].body == b"now"


def test_only_what_was_used_last_is_kept() -> None:
    shelf = Shelf(room=2)
    for name in ("a", "b", "a", "c"):
        shelf.get(name, name.encode)
    assert [shelf.get(name, name.encode)[1] for name in ("a", "c", "b")] == [False, False, True]


def test_packed_files_are_not_packed_twice() -> None:
    assert Shelf().get("x", lambda: b"%PDF", packed=True)[0].zipped is None
    assert Shelf().get("x", lambda: b"page")[0].zipped
