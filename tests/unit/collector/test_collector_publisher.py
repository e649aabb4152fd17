"""Group commit: who hears what, and when."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from chassis.errors import Unavailable
from chassis.kafka import Outgoing
from collector.publisher import Publisher

LIMIT = 5.0


def a_record(value: bytes = b"1") -> Outgoing:
    return Outgoing(topic="t", partition=0, key=b"k", value=value, timestamp_ms=0)


class Log:
    """A producer whose rounds a test lets through one by one; it refuses values that say so."""

    def __init__(self, *, held: bool = False) -> None:
        self.rounds: list[list[bytes]] = []
        self.gate = threading.Event()
        self.taken = threading.Event()
        if not held:
            self.gate.set()

    def send(self, records: Sequence[Outgoing]) -> list[Unavailable | None]:
        if not records:
            return []
        self.taken.set()
        assert self.gate.wait(LIMIT)
        values = [record.value or b"" for record in records]
        self.rounds.append(values)
        return [Unavailable("broker") if value == b"bad" else None for value in values]

    def close(self) -> None:
        self.gate.set()


@pytest.fixture
def started() -> Iterator[Callable[..., Publisher]]:
    made: list[tuple[Publisher, Log]] = []

    def start(log: Log, at_most: int = 48) -> Publisher:
        publisher = Publisher(log, at_most=at_most, beat=lambda: None, died=lambda: None)
        publisher.start()
        made.append((publisher, log))
        return publisher

    yield start
    for publisher, log in made:
        log.gate.set()
        publisher.close()


def soon(seconds: float = LIMIT) -> float:
    return time.monotonic() + seconds


def in_threads(publisher: Publisher, values: Sequence[bytes], seconds: float = LIMIT) -> list[threading.Thread]:
    heard: dict[int, str] = {}

    def ask(number: int, value: bytes) -> None:
        try:
            publisher.publish(a_record(value), soon(seconds))
            heard[number] = "yes"
        except Unavailable as away:
            heard[number] = away.reason

    threads = [threading.Thread(target=ask, args=pair) for pair in enumerate(values)]
    for thread in threads:
        thread.start()
        thread.heard = heard  # type: ignore[attr-defined]  # handed back with the threads
    return threads


def outcomes(threads: list[threading.Thread]) -> list[str]:
    for thread in threads:
        thread.join(LIMIT)
    heard: dict[int, str] = threads[0].heard  # type: ignore[attr-defined]  # see in_threads
    return [heard[number] for number in sorted(heard)]


def until(condition: Callable[[], bool]) -> None:
    deadline = soon()
    while not condition():
        assert time.monotonic() < deadline, "the condition never came"
        time.sleep(0.002)


def test_a_handler_returns_only_after_the_acknowledgement(started: Callable[..., Publisher]) -> None:
    log = Log(held=True)
    publisher = started(log)
    threads = in_threads(publisher, [b"1"])
    assert log.taken.wait(LIMIT)
    assert threads[0].is_alive()
    log.gate.set()
    assert outcomes(threads) == ["yes"]


def test_what_waits_while_a_round_is_under_way_goes_as_one_round(started: Callable[..., Publisher]) -> None:
    log = Log(held=True)
    publisher = started(log)
    first = in_threads(publisher, [b"first"])
    assert log.taken.wait(LIMIT)
    rest = in_threads(publisher, [b"a", b"b", b"c"])
    until(lambda: len(publisher._queue) == 3)
    log.gate.set()
    assert outcomes(first) + outcomes(rest) == ["yes"] * 4
    assert [sorted(round_) for round_ in log.rounds] == [[b"first"], [b"a", b"b", b"c"]]


def test_each_hears_of_its_own_record_alone(started: Callable[..., Publisher]) -> None:
    log = Log(held=True)
    publisher = started(log)
    first = in_threads(publisher, [b"first"])
    assert log.taken.wait(LIMIT)
    rest = in_threads(publisher, [b"good", b"bad", b"good"])
    until(lambda: len(publisher._queue) == 3)
    log.gate.set()
    assert outcomes(first) == ["yes"]
    assert outcomes(rest) == ["yes", "broker", "yes"]


def test_one_too_many_is_turned_away_at_once(started: Callable[..., Publisher]) -> None:
    log = Log(held=True)
    publisher = started(log, at_most=2)
    waiting = in_threads(publisher, [b"1", b"2"])
    until(lambda: publisher._waiting == 2)
    with pytest.raises(Unavailable, match="busy") as refusal:
        publisher.publish(a_record(), soon())
    assert refusal.value.retry_after >= 1
    log.gate.set()
    assert outcomes(waiting) == ["yes", "yes"]


def test_places_are_free_again_after_late_ones(started: Callable[..., Publisher]) -> None:
    log = Log(held=True)
    publisher = started(log, at_most=1)
    with pytest.raises(Unavailable, match="late"):
        publisher.publish(a_record(), soon(0.05))
    log.gate.set()
    publisher.publish(a_record(), soon())


def test_an_acknowledgement_after_the_deadline_is_no_yes() -> None:
    now = [100.0]

    class Slow(Log):
        def send(self, records: Sequence[Outgoing]) -> list[Unavailable | None]:
            now[0] += 60.0 if records else 0.0
            return [None for _ in records]

    publisher = Publisher(Slow(), at_most=48, beat=lambda: None, died=lambda: None, monotonic=lambda: now[0])
    publisher.start()
    with pytest.raises(Unavailable, match="late"):
        publisher.publish(a_record(), 108.0)
    publisher.close()


def test_a_record_whose_time_ran_out_is_never_sent(started: Callable[..., Publisher]) -> None:
    log = Log(held=True)
    publisher = started(log)
    first = in_threads(publisher, [b"first"])
    assert log.taken.wait(LIMIT)
    with pytest.raises(Unavailable, match="late"):
        publisher.publish(a_record(b"stopped"), soon(0.05))
    log.gate.set()
    assert outcomes(first) == ["yes"]
    publisher.publish(a_record(b"next"), soon())
    assert log.rounds == [[b"first"], [b"next"]]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_in_the_thread_is_told_and_not_hidden() -> None:
    died = threading.Event()

    class Broken(Log):
        def send(self, records: Sequence[Outgoing]) -> list[Unavailable | None]:
            if not records:
                return []
            raise AssertionError("a mistake of ours")

    publisher = Publisher(Broken(), at_most=48, beat=lambda: None, died=died.set)
    publisher.start()
    with pytest.raises(Unavailable):
        publisher.publish(a_record(), soon(0.2))
    assert died.wait(LIMIT)
    until(lambda: not publisher.alive())
