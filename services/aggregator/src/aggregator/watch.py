"""How far each partition lags and how long it stands still: told in figures, and fatal where nothing explains it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from aggregator import metrics
from chassis.consume import Source, Watchdog
from chassis.errors import Unavailable


class Watch:
    """One worker's view of its partitions; `ends` is where the log ended when it last looked."""

    def __init__(self, patience: float, monotonic: Callable[[], float]) -> None:
        """`patience`: seconds for which a partition with lag may stand still while nothing is away."""
        self._watchdog = Watchdog(patience, monotonic)
        self._excused = False
        self.ends: Mapping[int, int] = {}

    def look(self, source: Source, nexts: Mapping[int, int], ids: int, sessions: int) -> None:
        """Sets the gauges. Fatal if a partition stands still; Unavailable, and patience begins anew, if the broker is
        away."""
        try:
            stalled = self._measure(source, nexts, ids, sessions)
        except Unavailable:
            self._excused = True
            raise
        if self._excused:
            self._watchdog.excuse()
            self._excused = False
        else:
            self._watchdog.check(stalled)

    def excused(self, source: Source, nexts: Mapping[int, int], ids: int, sessions: int) -> None:
        """The same while a batch waits for what is away: the lag is told, and no standstill is held against anybody."""
        self._excused = True
        with suppress(Unavailable):
            self._measure(source, nexts, ids, sessions)

    def _measure(self, source: Source, nexts: Mapping[int, int], ids: int, sessions: int) -> Mapping[int, float]:
        metrics.OWNED.set(len(nexts))
        metrics.IDS.set(ids)
        metrics.SESSIONS.set(sessions)
        if not nexts:
            return {}
        self.ends = source.end_offsets(list(nexts))
        starts = source.start_offsets(list(nexts))
        stalled = self._watchdog.stalled_seconds(nexts, self.ends)
        for partition, at in nexts.items():
            metrics.LAG.labels(str(partition)).set(max(0, self.ends.get(partition, at) - at))
            metrics.MARGIN.labels(str(partition)).set(at - starts.get(partition, at))
            metrics.STALLED.labels(str(partition)).set(stalled.get(partition, 0.0))
        return stalled


def forget(partition: int) -> None:
    """Tells nothing more of a partition that went."""
    for gauge in (metrics.STALLED, metrics.LAG, metrics.MARGIN):
        _forget(gauge, partition)


def _forget(gauge: Any, partition: int) -> None:
    with suppress(KeyError):
        gauge.remove(str(partition))
