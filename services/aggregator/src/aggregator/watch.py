"""How far each partition lags and how long it stands still: told in figures, and fatal where nothing explains it."""

import math
from collections.abc import Callable, Mapping
from contextlib import suppress

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
        metrics.IDS.set(ids // 1000 * 1000)
        metrics.SESSIONS.set(sessions)
        if not nexts:
            for gauge in (metrics.STALLED, metrics.LAG, metrics.LOG):
                gauge.set(0)
            metrics.MARGIN.set(math.nan)
            return {}
        self.ends = source.end_offsets(list(nexts))
        starts = source.start_offsets(list(nexts))
        stalled = self._watchdog.stalled_seconds(nexts, self.ends)
        # Never one partition's: where few schools take part it is one school's, and would date its every answer.
        lag = sum(max(0, self.ends.get(partition, at) - at) for partition, at in nexts.items())
        margin = min(at - starts.get(partition, at) for partition, at in nexts.items())
        metrics.LAG.set(-(-lag // 10) * 10)
        metrics.LOG.set(sum(self.ends.values()) // 10 * 10)
        metrics.MARGIN.set(margin if margin < 0 else margin // 1000 * 1000)
        metrics.STALLED.set(max(stalled.values(), default=0.0))
        return stalled
