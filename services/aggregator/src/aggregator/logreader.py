"""The log read from where it begins to where it ended when asked, for recounts; owns and commits nothing."""

from collections.abc import Callable, Iterator, Mapping

from chassis.kafka import PartitionedConsumer, Place, Record

_MOST = 5_000


class LogReader:
    """Passes over all partitions of a topic; records of a partition come in offset order."""

    def __init__(self, place: Place, topic: str, partitions: int) -> None:
        self._place = place
        self._topic = topic
        self._numbers = range(partitions)

    def bounds(self) -> dict[int, tuple[int, int]]:
        """Where each partition begins and ends now."""
        source = self._source({})
        try:
            starts, ends = source.start_offsets(self._numbers), source.end_offsets(self._numbers)
            return {number: (starts[number], ends[number]) for number in self._numbers}
        finally:
            source.close()

    def starts(self) -> dict[int, int]:
        """Where each partition begins now."""
        return {number: start for number, (start, _) in self.bounds().items()}

    def records(
        self,
        seconds_of_silence: float = 30.0,
        *,
        starts: Mapping[int, int] | None = None,
        ends: Mapping[int, int] | None = None,
        enough: Callable[[int], bool] = lambda number: False,
    ) -> Iterator[Record]:
        """Every record, or those of each partition from `starts` to below `ends`. Unavailable if Kafka is away; ends
        where the log ended at the call. No more of a partition is read once there is `enough` of it."""
        bounds = {}
        for number, (start, end) in self.bounds().items():
            first = start if starts is None else starts.get(number, end)
            last = end if ends is None else min(end, ends.get(number, 0))
            if first < last:
                bounds[number] = first, last
        if not bounds:
            return
        source = self._source({number: start for number, (start, _) in bounds.items()})
        missing = set(bounds)
        try:
            while missing:
                for number, rows in source.poll(seconds_of_silence, _MOST).items():
                    end = bounds[number][1]
                    yield from (row for row in rows if row.offset < end)
                    if rows and (rows[-1].offset >= end - 1 or enough(number)):
                        missing.discard(number)
                        source.leave(number)
        finally:
            source.close()

    def _source(self, starts: Mapping[int, int]) -> PartitionedConsumer:
        return PartitionedConsumer(
            self._place,
            self._topic,
            partitions=sorted(starts),
            assigned=lambda numbers: {number: starts[number] for number in numbers},
            revoked=lambda numbers: None,
        )
