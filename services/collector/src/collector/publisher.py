"""Group commit: handlers hand in a record each, one thread sends what waits as a round, each hears of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from chassis.company import Company
from chassis.errors import Unavailable
from chassis.kafka import Outgoing
from collector import metrics


class Producer(Protocol):
    """Sends a round and says for each record whether it was acknowledged (None) or not."""

    def send(self, records: Sequence[Outgoing]) -> list[Unavailable | None]: ...
    def close(self) -> None: ...


class _Job:
    __slots__ = ("acknowledged_at", "deadline", "done", "failure", "record")

    def __init__(self, record: Outgoing, deadline: float) -> None:
        self.record = record
        self.deadline = deadline
        self.done = threading.Event()
        self.failure: Unavailable | None = None
        self.acknowledged_at: float | None = None


class Publisher:
    """A bounded number of records wait at a time; the thread that sends them is its own."""

    def __init__(
        self,
        producer: Producer,
        *,
        at_most: int,
        beat: Callable[[], None],
        died: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`beat` is called at each turn of the loop, `died` if the thread ends by a mistake."""
        self._producer = producer
        self._at_most = at_most
        self._beat = beat
        self._died = died
        self._monotonic = monotonic
        self._waiting = 0
        self._queue: list[_Job] = []
        self._stopping = False
        self._changed = threading.Condition()
        self._rounds, self._acknowledged = Company(), Company()
        metrics.PLACES.set(at_most)
        self._thread = threading.Thread(target=self._run, name="flusher", daemon=True)

    def start(self) -> None:
        """Begins to send."""
        self._thread.start()

    def close(self) -> None:
        """Sends what still waits, then stops."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()
        self._producer.close()

    def alive(self) -> bool:
        """Whether the thread that sends still runs."""
        return self._thread.is_alive()

    def publish(self, record: Outgoing, deadline: float) -> None:
        """Returns once Kafka has acknowledged the record, no later than `deadline` (of the monotonic clock).

        Raises Unavailable otherwise: `busy` at once if too many wait, `late` if the time ran out, `broker` if Kafka
        refused or failed; the record may arrive all the same.
        """
        job = _Job(record, deadline)
        with self._changed:
            if self._waiting >= self._at_most or self._stopping:
                raise Unavailable("busy", 1)
            self._waiting += 1
            metrics.WAITING.set(self._waiting)
            self._queue.append(job)
            self._changed.notify()
        try:
            job.done.wait(max(0.0, deadline - self._monotonic()))
        finally:
            with self._changed:
                self._waiting -= 1
                metrics.WAITING.set(self._waiting)
                if job in self._queue:  # its time ran out before it was sent: nobody waits for it any more
                    self._queue.remove(job)
        if job.failure is not None:
            raise job.failure
        if job.acknowledged_at is None or job.acknowledged_at > deadline:
            raise Unavailable("late", 2)

    def _run(self) -> None:
        try:
            self._producer.send([])  # connects, so that the first response need not wait for it
            while (round_ := self._next()) is not None:
                self._beat()
                if round_:
                    self._send(round_)
        finally:
            if not self._stopping:
                self._died()

    def _next(self) -> list[_Job] | None:
        with self._changed:
            if not self._queue and not self._stopping:
                self._changed.wait(1.0)
            if self._stopping and not self._queue:
                return None
            taken, self._queue = self._queue, []
        now = self._monotonic()
        return [job for job in taken if job.deadline > now]

    def _send(self, jobs: list[_Job]) -> None:
        began = self._monotonic()
        outcomes = self._producer.send([job.record for job in jobs])
        now = self._monotonic()
        tell = partial(_tell_round, len(jobs), now - began)
        if any(outcomes):
            tell()
        else:
            self._rounds.tell(tell)
        for job, failure in zip(jobs, outcomes, strict=True):
            if failure is None:
                self._acknowledged.tell(metrics.PUBLISHED.labels("acknowledged").inc)
            else:
                metrics.PUBLISHED.labels("unknown").inc()
            job.failure = failure
            job.acknowledged_at = None if failure is not None else now
            job.done.set()


def _tell_round(records: int, seconds: float) -> None:
    metrics.ROUNDS.observe(records)
    metrics.ROUND_SECONDS.observe(seconds)
