"""The worker's loop: nothing is skipped, nothing lost, whatever is away or taken over meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from chassis.consume import Watchdog, gather, run
from chassis.errors import Fatal, Unavailable


@dataclass(frozen=True)
class Row:
    offset: int


class ListSource:
    """Partitions as lists; `polls` counts, `paused` follows."""

    def __init__(self, rows: Mapping[int, int]) -> None:
        self.rows = {partition: [Row(n) for n in range(count)] for partition, count in rows.items()}
        self.at = dict.fromkeys(rows, 0)
        self.owned: frozenset[int] = frozenset(rows)
        self.paused = False

    def poll(self, seconds: float, at_most: int) -> dict[int, Sequence[Row]]:
        if self.paused:
            return {}
        for partition, rows in self.rows.items():
            found = rows[self.at[partition] : self.at[partition] + at_most]
            if found and partition in self.owned:
                self.at[partition] += len(found)
                return {partition: found}
        return {}

    def seek(self, partition: int, offset: int) -> None:
        self.at[partition] = offset

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def start_offsets(self, partitions: Sequence[int]) -> dict[int, int]:
        return dict.fromkeys(partitions, 0)

    def end_offsets(self, partitions: Sequence[int]) -> dict[int, int]:
        return {partition: len(self.rows[partition]) for partition in partitions}


class Recorder:
    """Keeps what it commits; fails as often as `failures` says, before or after committing."""

    def __init__(self, source: ListSource, failures: Sequence[str] = ()) -> None:
        self.source = source
        self.failures = list(failures)
        self.committed: dict[int, list[int]] = {partition: [] for partition in source.rows}
        self.waited = 0

    def batch(self, records: Mapping[int, Sequence[Row]]) -> None:
        failure = self.failures.pop(0) if self.failures else ""
        if failure != "before":
            for partition, rows in records.items():
                self.committed[partition].extend(row.offset for row in rows)
        if failure == "lost":
            self.source.owned = frozenset()
        if failure:
            raise Unavailable("database")

    def next_offsets(self) -> dict[int, int]:
        return {partition: len(rows) for partition, rows in self.committed.items()}

    def idle(self) -> None:
        pass

    def waiting(self) -> None:
        self.waited += 1


def turn(source: ListSource, handler: Recorder, turns: int) -> None:
    left = [turns]

    def stop() -> bool:
        left[0] -= 1
        return left[0] < 0

    now = [0.0]

    def monotonic() -> float:
        now[0] += 0.01
        return now[0]

    run(
        source,
        handler,
        stop=stop,
        beat=lambda: None,
        at_most=7,
        seconds=1,
        pause=lambda wait: None,
        monotonic=monotonic,
    )


@pytest.mark.parametrize("failures", [[], ["before"], ["after"], ["before", "before", "after", "", "after"]])
def test_every_record_is_handled_once_whatever_the_commits_outcome(failures: list[str]) -> None:
    source = ListSource({0: 20, 1: 5})
    handler = Recorder(source, failures)
    turn(source, handler, 30)
    assert {0: list(range(20)), 1: list(range(5))} == handler.committed
    assert not source.paused
    assert len([failure for failure in failures if failure]) == handler.waited, "told each time that it has to wait"


def test_a_batch_of_a_lost_partition_is_thrown_away() -> None:
    source = ListSource({0: 3})
    handler = Recorder(source, ["lost"])
    turn(source, handler, 10)
    assert {0: [0, 1, 2]} == handler.committed


def test_a_batch_is_bounded_by_count() -> None:
    source = ListSource({0: 20})
    now = iter(range(1000))
    assert 7 == len(gather(source, 7, 100, lambda: float(next(now)))[0])


def test_the_watchdog_ends_a_process_that_stands_still_while_the_log_grows() -> None:
    now = [0.0]
    watchdog = Watchdog(patience=60, monotonic=lambda: now[0])
    assert {0: 0.0} == watchdog.stalled_seconds({0: 5}, {0: 9})
    now[0] = 61.0
    stalled = watchdog.stalled_seconds({0: 5}, {0: 12})
    assert {0: 61.0} == stalled
    with pytest.raises(Fatal):
        watchdog.check(stalled)


def test_the_watchdog_is_patient_without_lag_and_after_an_advance() -> None:
    now = [0.0]
    watchdog = Watchdog(patience=60, monotonic=lambda: now[0])
    watchdog.stalled_seconds({0: 5, 1: 1}, {0: 5, 1: 9})
    now[0] = 600.0
    stalled = watchdog.stalled_seconds({0: 5, 1: 2}, {0: 5, 1: 9})
    assert {0: 0.0, 1: 0.0} == stalled
    watchdog.check(stalled)


def test_what_stood_still_while_something_was_away_is_excused_and_watched_anew() -> None:
    now = [0.0]
    watchdog = Watchdog(patience=60, monotonic=lambda: now[0])
    watchdog.stalled_seconds({0: 5}, {0: 5})
    now[0] = 600.0
    assert {0: 600.0} == watchdog.stalled_seconds({0: 5}, {0: 9})
    watchdog.excuse()
    now[0] = 630.0
    watchdog.check(watchdog.stalled_seconds({0: 5}, {0: 9}))
    now[0] = 661.0
    with pytest.raises(Fatal):
        watchdog.check(watchdog.stalled_seconds({0: 5}, {0: 9}))
