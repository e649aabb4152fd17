"""A worker's figures and its watchdog while the database or the broker is away for longer than its patience."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from aggregator import metrics
from aggregator.changes import Changes, Dead, SessionState
from aggregator.fold import Fold
from aggregator.store import Owned
from aggregator.terms import Lookup, TermsBook
from aggregator.worker import Pace, Worker
from chassis.errors import Fatal, Unavailable
from contracts.messages import SchoolSession
from support.builders import LogRecord

BUSY, QUIET = 3, 4
OUTAGE = 600.0


class AwayStore:
    """A database that gives partitions out and then is away."""

    def take(self, partition: int, fold: Fold, lookup: Lookup) -> tuple[Owned, list[SessionState]]:
        fold.own(partition, (), ())
        return Owned(partition=partition, next=0, epoch=1), []

    def reread(self, owned: Owned, fold: Fold, lookup: Lookup) -> tuple[Owned, list[SessionState]]:
        raise Unavailable("database")

    def commit(self, owned: Mapping[int, Owned], changes: Changes, day: date) -> dict[int, Owned]:
        raise Unavailable("database")

    def write_sessions(self, sessions: Sequence[SchoolSession]) -> None:
        raise Unavailable("database")

    def write_participation(self, rows: Sequence[dict[str, Any]]) -> None:
        raise Unavailable("database")


class NoGraves:
    def bury(self, dead: Sequence[Dead]) -> None:
        """Nothing is buried here."""


class GrowingLog:
    """Ends of the log as a test sets them; `away` is a broker that does not answer."""

    def __init__(self) -> None:
        self.ends = {BUSY: 0, QUIET: 0}
        self.away = False
        self.owned = frozenset(self.ends)

    def poll(self, seconds: float, at_most: int) -> dict[int, Sequence[Any]]:
        return {}

    def seek(self, partition: int, offset: int) -> None:
        """Nothing is read here."""

    def pause(self) -> None:
        """Nothing is read here."""

    def resume(self) -> None:
        """Nothing is read here."""

    def end_offsets(self, partitions: Sequence[int]) -> dict[int, int]:
        if self.away:
            raise Unavailable("broker")
        return {partition: self.ends[partition] for partition in partitions}

    def start_offsets(self, partitions: Sequence[int]) -> dict[int, int]:
        return dict.fromkeys(partitions, 0)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log() -> GrowingLog:
    return GrowingLog()


@pytest.fixture
def worker(clock: Clock, log: GrowingLog) -> Worker:
    found = Worker(
        AwayStore(),
        TermsBook(lambda seconds: iter(())),
        NoGraves(),
        today=lambda: date(2026, 10, 5),
        pace=Pace(stall=60.0),
        monotonic=clock,
    )
    found.source = log
    found.assigned([BUSY, QUIET])
    found.idle()
    return found


def shown(gauge: Any) -> float:
    return float(gauge._value.get())


def outage(worker: Worker, clock: Clock, log: GrowingLog) -> None:
    """A batch is kept for ten minutes, and the log goes on growing in both partitions."""
    log.ends = {BUSY: 7, QUIET: 9}
    with pytest.raises(Unavailable):
        worker.batch({BUSY: [LogRecord(partition=BUSY, offset=0, value=b"nonsense")]})
    while clock.now < OUTAGE:
        clock.now += 10.0
        worker.waiting()


def test_lag_and_standstill_are_told_while_a_batch_waits_for_the_database(
    worker: Worker, clock: Clock, log: GrowingLog
) -> None:
    outage(worker, clock, log)
    assert shown(metrics.LAG) == 20  # 16 rounded up
    assert shown(metrics.STALLED) > 60


def test_a_database_that_was_away_for_long_ends_no_worker_when_it_is_back(
    worker: Worker, clock: Clock, log: GrowingLog
) -> None:
    outage(worker, clock, log)
    for _ in range(3):
        clock.now += 10.0
        worker.idle()


def test_a_broker_that_was_away_for_long_ends_no_worker_when_it_is_back(
    worker: Worker, clock: Clock, log: GrowingLog
) -> None:
    log.away = True
    while clock.now < OUTAGE:
        clock.now += 10.0
        worker.idle()
    log.away, log.ends = False, {BUSY: 7, QUIET: 9}
    for _ in range(3):
        clock.now += 10.0
        worker.idle()


def test_a_worker_that_stands_still_though_nothing_is_away_ends(worker: Worker, clock: Clock, log: GrowingLog) -> None:
    log.ends = {BUSY: 7, QUIET: 9}

    def ten_minutes() -> None:
        while clock.now < OUTAGE:
            clock.now += 10.0
            worker.idle()

    with pytest.raises(Fatal, match="stood still"):
        ten_minutes()
