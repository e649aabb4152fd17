"""The sessions as Kafka tells them: a read model of sessions-v1, and how surely it is up to date."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from chassis.errors import Unavailable
from chassis.logs import event
from chassis.retry import delays
from collector import metrics
from collector.acceptance import SessionRules, Unusable, rules
from contracts.codec import Malformed, decode
from contracts.messages import SchoolSession

READ_SECONDS = 5.0


class Message(Protocol):
    """A record of the topic; its value is the newest message of its key."""

    @property
    def value(self) -> bytes | None: ...


class Reader(Protocol):
    """A compacted topic that can be read as far as it goes at the time of asking."""

    def read_to_end(self, seconds: float) -> Iterator[Message]: ...
    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A session as published and, unless this version cannot serve it, its rules."""

    message: SchoolSession
    rules: SessionRules | None


class Directory:
    """The newest revision of every session. Lookups never wait; one thread of its own keeps it up to date."""

    def __init__(
        self,
        reader: Reader,
        *,
        interval: float,
        inspect: Callable[[], list[str]],
        monotonic: Callable[[], float] = time.monotonic,
        died: Callable[[], None],
    ) -> None:
        """`interval` is the pause between readings in seconds; `inspect` names what is wrong with the topics, and
        nothing is read before it finds nothing; `died` is called if the thread ends by a mistake."""
        self._reader = reader
        self._interval = interval
        self._monotonic = monotonic
        self._inspect = inspect
        self._inspected = False
        self._died = died
        self.problem: str | None = "the sessions topic was not yet read to its end"
        """Why it has never been read to its end; None once it was."""
        self._known: dict[str, Known] = {}
        self._confirmed: float | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="directory", daemon=True)

    def start(self) -> None:
        """Begins to read."""
        self._thread.start()

    def close(self) -> None:
        """Stops reading."""
        self._stop.set()

    def find(self, session: str) -> Known | None:
        """The session, if it is known."""
        return self._known.get(session)

    def confirmed_seconds_ago(self) -> float:
        """Seconds since the directory stood at the topic's end; infinite if it never did."""
        confirmed = self._confirmed
        return float("inf") if confirmed is None else self._monotonic() - confirmed

    def refresh(self) -> None:
        """Reads to the topic's end once; raises Unavailable if it cannot, and is then as sure as before."""
        if not self._inspected:
            self._inspect_topics()
        begun = self._monotonic()  # the end is asked for after this moment, so no later one may be claimed
        for record in self._reader.read_to_end(READ_SECONDS):
            metrics.DIRECTORY_RECORDS.labels(self._take(record.value)).inc()
        self._confirmed = begun
        self.problem = None
        metrics.SESSIONS.set(len(self._known))

    def _inspect_topics(self) -> None:
        found = self._inspect()
        if found:
            self.problem = "; ".join(found)
            event("topics are not as their contract says", level=40, problems=self.problem)
            raise Unavailable("topics")
        self._inspected = True

    def _take(self, value: bytes | None) -> str:
        try:
            message = decode(value)
        except Malformed as error:
            event("session record not understood", level=40, reason=error.reason)
            return "malformed"
        if not isinstance(message, SchoolSession):
            event("session record not understood", level=40, reason="another-message")
            return "malformed"
        held = self._known.get(message.session)
        if held is not None and message.timetable.revision <= held.message.timetable.revision:
            return "stale"
        try:
            self._known[message.session] = Known(message=message, rules=rules(message))
        except Unusable as error:
            event("session cannot be served", level=40, reason=error.reason)
            self._known[message.session] = Known(message=message, rules=None)
            return "unusable"
        return "taken"

    def _run(self) -> None:
        waits = delays(0.1, 1.0)
        try:
            while not self._stop.is_set():
                try:
                    self.refresh()
                except Unavailable:
                    self._stop.wait(next(waits))
                else:
                    waits = delays(0.1, 1.0)
                    self._stop.wait(self._interval)
                metrics.DIRECTORY_AGE.set(self.confirmed_seconds_ago())
            self._reader.close()
        finally:
            if not self._stop.is_set():
                self._died()
