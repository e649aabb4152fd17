"""The loop of a worker: gather a batch, hand it over whole, go on only when it is committed; knows no Kafka class."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from chassis.errors import Fatal, Unavailable
from chassis.logs import away
from chassis.retry import delays

Batch = Mapping[int, Sequence[Any]]


class Source(Protocol):
    """Where records come from."""

    @property
    def owned(self) -> frozenset[int]: ...
    def poll(self, seconds: float, at_most: int) -> Mapping[int, Sequence[Any]]: ...
    def seek(self, partition: int, offset: int) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def end_offsets(self, partitions: Sequence[int]) -> Mapping[int, int]: ...
    def start_offsets(self, partitions: Sequence[int]) -> Mapping[int, int]: ...


class Handler(Protocol):
    """What is done with them. `batch` returns only when everything is committed; it raises Unavailable to be asked
    again with the same records, anything else ends the process. `waiting` is called each time before it is asked again,
    `idle` between batches."""

    def batch(self, records: Batch) -> None: ...
    def next_offsets(self) -> Mapping[int, int]: ...
    def idle(self) -> None: ...
    def waiting(self) -> None: ...


class Watchdog:
    """Notices a consumer that stands still while the log grows, and says so once `patience` seconds have passed."""

    def __init__(self, patience: float = 60.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._monotonic = monotonic
        self._moved: dict[int, tuple[int, float]] = {}

    def stalled_seconds(self, positions: Mapping[int, int], ends: Mapping[int, int]) -> dict[int, float]:
        """For each partition with lag, the seconds since its position last advanced; 0 without lag."""
        now = self._monotonic()
        stalled = {}
        for partition, position in positions.items():
            last, since = self._moved.get(partition, (-1, now))
            if position != last or position >= ends.get(partition, position):
                self._moved[partition] = (position, now)
                stalled[partition] = 0.0
            else:
                stalled[partition] = now - since
        for gone in self._moved.keys() - positions.keys():
            del self._moved[gone]
        return stalled

    def excuse(self) -> None:
        """Patience begins anew: something else was away, and nothing could advance."""
        now = self._monotonic()
        self._moved = {partition: (position, now) for partition, (position, _) in self._moved.items()}

    def check(self, stalled: Mapping[int, float]) -> None:
        """Raises Fatal when a partition has stood still for longer than the patience."""
        stuck = [partition for partition, seconds in stalled.items() if seconds > self._patience]
        if stuck:
            raise Fatal(f"partitions {stuck} have stood still for over {self._patience:g} s while their log grows")


def gather(source: Source, at_most: int, seconds: float, monotonic: Callable[[], float]) -> dict[int, list[Any]]:
    """Up to `at_most` records by partition, in offset order: ends early once a poll brings nothing more."""
    found: dict[int, list[Any]] = {}
    count, deadline = 0, monotonic() + seconds
    while count < at_most and (left := deadline - monotonic()) > 0:
        brought = source.poll(min(left, 0.05) if found else left, at_most - count)
        if found and not brought:
            break
        for partition, records in brought.items():
            found.setdefault(partition, []).extend(records)
            count += len(records)
    return {partition: records for partition, records in found.items() if partition in source.owned}


def run(
    source: Source,
    handler: Handler,
    *,
    stop: Callable[[], bool],
    beat: Callable[[], None],
    at_most: int = 20_000,
    seconds: float = 0.5,
    pause: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Runs until `stop()`: one batch in flight, committed before the next poll.

    While something is away the batch is kept, the source paused and polled so that the partitions stay ours. A batch
    is thrown away when a partition of it was lost meanwhile or its handler had to read its state back: the source
    then goes on from the stored offsets.
    """
    while not stop():
        beat()
        try:
            records = gather(source, at_most, seconds, monotonic)
        except Unavailable as reason:
            away("waiting", reason=reason.reason)
            pause(0.5)
            continue
        if records:
            _hand_over(source, handler, records, stop=stop, beat=beat, pause=pause)
        handler.idle()


def _hand_over(
    source: Source,
    handler: Handler,
    records: dict[int, list[Any]],
    *,
    stop: Callable[[], bool],
    beat: Callable[[], None],
    pause: Callable[[float], None],
) -> None:
    waits = delays(0.1, 2.0)
    paused = False
    try:
        while not stop():
            beat()
            try:
                handler.batch(records)
                return
            except Unavailable as reason:
                away("batch kept", reason=reason.reason)
            handler.waiting()
            source.pause()  # every time: a partition that came meanwhile is not paused
            paused = True
            pause(next(waits))
            try:
                for partition, unasked in source.poll(0.0, 1).items():
                    source.seek(partition, unasked[0].offset)
            except Unavailable as reason:
                away("waiting", reason=reason.reason)
            records = _still_ours(source, handler, records)
            if not records:
                return
    finally:
        if paused:
            source.resume()


def _still_ours(source: Source, handler: Handler, records: dict[int, list[Any]]) -> dict[int, list[Any]]:
    """The part of a batch that is still ours and not yet committed (an unknown commit may have landed)."""
    nexts = handler.next_offsets()
    kept = {}
    for partition, rows in records.items():
        if partition in source.owned and partition in nexts:
            rest = [row for row in rows if row.offset >= nexts[partition]]
            if rest:
                kept[partition] = rest
    return kept
