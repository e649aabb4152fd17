"""Log lines: one JSON object each, with a level that means something, and nothing of what somebody sent."""

import io
import json
import logging
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from chassis import logs
from chassis.ops import Health
from chassis.web import create_app
from chassis.weblogs import JsonLogger


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a process writes that was set up as ours are; the test's own logging is put back."""
    root, shown = logging.getLogger(), warnings.showwarning
    before = root.handlers[:], root.level
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logs, "_said", {})
    text = io.StringIO()
    monkeypatch.setattr(sys, "stderr", text)
    logs.configure("collector", "INFO")
    yield text
    logging.captureWarnings(capture=False)
    warnings.showwarning = shown
    root.handlers[:], _ = before
    root.setLevel(before[1])


def lines(said: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


def test_a_line_is_one_object_with_its_fields(said: io.StringIO) -> None:
    logs.event("closed", session_kind="ə\n", number=3)
    [line] = lines(said)
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "info", "service": "collector", "event": "closed", "session_kind": "ə\n", "number": 3}


def test_what_libraries_python_and_threads_say_are_lines_too(said: io.StringIO) -> None:
    logging.getLogger("somebody.else").warning("a %s", "word")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    thread = threading.Thread(target=lambda: 1 // 0)
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError("x"), None)
    found = lines(said)
    assert [line["level"] for line in found] == ["warning", "warning", "critical", "critical"]
    assert [found[0][name] for name in ("event", "library")] == ["a word", "somebody.else"]
    assert "DeprecationWarning: old" in found[1]["event"]
    assert [found[2][name] for name in ("event", "error")] == ["a thread ended by a mistake", "ZeroDivisionError"]
    assert [found[3][name] for name in ("event", "error")] == ["ended by a mistake", "ValueError"]


def test_what_is_away_is_told_once_a_minute_with_how_often_it_was(
    said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for _ in range(120):
        logs.away("waiting", reason="database")
        now[0] += 1.0
    logs.away("waiting", reason="broker")
    told = [(line["level"], line["reason"], line.get("times")) for line in lines(said)]
    assert told == [("warning", "database", None), ("warning", "database", 60), ("warning", "broker", None)]


def test_each_sentence_of_a_refusal_to_start_is_a_line(said: io.StringIO) -> None:
    logs.cannot_go_on("A is missing: x\nB must be a number: y")
    assert [(line["level"], line["detail"]) for line in lines(said)] == [
        ("critical", "A is missing: x"),
        ("critical", "B must be a number: y"),
    ]


def test_the_web_servers_own_lines_have_the_same_form(said: io.StringIO) -> None:
    from gunicorn.config import Config  # type: ignore[import-untyped]  # the library has no types

    settings = Config()
    settings.set("default_proc_name", "reporter.main:web()")
    settings.set("errorlog", "-")
    logger = JsonLogger(settings)
    [handler] = logger.error_log.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(said)
    try:
        logger.error("Worker (pid:%s) was sent %s!", 7, "SIGKILL")
    finally:
        logger.error_log.handlers.clear()
    [line] = lines(said)
    assert (line["service"], line["library"], line["level"]) == ("reporter", "gunicorn.error", "error")
    assert line["event"] == "Worker (pid:7) was sent SIGKILL!"


@pytest.fixture
def app() -> Flask:
    app = create_app(__name__, health=Health(), max_bytes=100)

    @app.get("/broken/<word>")
    def broken(word: str) -> str:
        raise ValueError(f"cannot read {word}")

    @app.get("/fine")
    def fine() -> str:
        return "fine"

    return app


def test_a_mistake_and_its_reply_share_an_id_that_no_client_made(said: io.StringIO, app: Flask) -> None:
    client = app.test_client()
    replies = [client.get("/broken/secret", headers={"X-Request-Id": "mine"}).get_json() for _ in range(2)]
    found = lines(said)
    assert [line["request"] for line in found] == [reply["request"] for reply in replies]
    assert len({line["request"] for line in found}) == 2
    assert "mine" not in said.getvalue()
    assert [(line["level"], line["event"], line["error"]) for line in found] == 2 * [
        ("error", "unforeseen error", "ValueError")
    ]


def test_a_trace_says_where_and_not_what_somebody_sent(said: io.StringIO, app: Flask) -> None:
    app.test_client().get("/broken/secret")
    [line] = lines(said)
    assert "in broken" in line["trace"]
    assert "secret" not in said.getvalue()


def test_a_request_that_is_answered_well_leaves_no_line_and_no_id(said: io.StringIO, app: Flask) -> None:
    assert app.test_client().get("/fine").status_code == 200
    logs.event("later")
    [line] = lines(said)
    assert "request" not in line
