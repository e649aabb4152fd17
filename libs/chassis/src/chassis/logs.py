"""One JSON object a line on standard error; fields are given by name and never hold a secret or a person.

Levels: info, something began, ended or was made; warning, something is away and is waited for; error, somebody should
look today; critical, the process ends. What repeats itself while something is away is told once a minute.
"""

import json
import logging
import sys
import threading
import time
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Stands in every line that is written while a request is answered; made here, never taken from a client."""
AGAIN_SECONDS = 60.0
_said: dict[tuple[str, str], tuple[float, int]] = {}
_lock = threading.Lock()


class JsonLines(logging.Formatter):
    """Formats a record as {"time", "level", "service", "event", …fields}."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "event": record.getMessage(),
        }
        if record.name not in ("guzgu", "root"):
            line["library"] = record.name
        if (request := request_id.get()) is not None:
            line["request"] = request
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            # What a mistake says while a request is answered may quote what somebody sent.
            quoting = request is None
            line["trace"] = self.formatException(record.exc_info) if quoting else _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def _places(trace: TracebackType | None) -> str:
    return "".join(traceback.format_tb(trace))


def configure(service: str, level: str = "INFO") -> None:
    """Sends all logging to standard error as JSON lines, warnings of Python and mistakes that nobody caught among it;
    libraries speak from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("kafka", "pymongo", "werkzeug", "gunicorn.access", "fontTools", "weasyprint"):
        logging.getLogger(noisy).setLevel(logging.ERROR if noisy == "kafka" else logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _mistake
    threading.excepthook = _mistake_of_a_thread


def event(name: str, level: int = logging.INFO, **fields: Any) -> None:
    """Logs one event with its fields."""
    logging.getLogger("guzgu").log(level, name, extra={"fields": fields})


def away(name: str, **fields: Any) -> None:
    """Logs a warning about what is away: the first at once, then at most one a minute, with how often it was."""
    key, now = (name, repr(sorted(fields.items()))), time.monotonic()
    with _lock:
        told, times = _said.get(key, (now - AGAIN_SECONDS, 0))
        if now - told < AGAIN_SECONDS:
            _said[key] = (told, times + 1)
            return
        _said[key] = (now, 0)
    event(name, logging.WARNING, **fields, **({"times": times + 1} if times else {}))


def cannot_go_on(why: str) -> None:
    """Logs why a process ends, a line for each sentence."""
    for sentence in why.splitlines():
        event("cannot go on", logging.CRITICAL, detail=sentence)


def _mistake(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("guzgu").critical("ended by a mistake", exc_info=(kind, error, trace))


def _mistake_of_a_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not issubclass(told.exc_type, SystemExit):
        info = (told.exc_type, told.exc_value, told.exc_traceback)
        logging.getLogger("guzgu").critical("a thread ended by a mistake", exc_info=info)
