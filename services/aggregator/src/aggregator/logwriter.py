"""Writes and deletes on the log as commands need it: at given partitions, with given timestamps, in order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from chassis.errors import Fatal, Unavailable
from chassis.kafka import AckedProducer, Outgoing, Place, Record, delete_records
from contracts.codec import encode
from contracts.messages import Purged

_ROUND = 5_000


def midnight_ms(day: date) -> int:
    """00:00 UTC of a day in milliseconds since 1970."""
    return (datetime.combine(day, time(), UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


class LogWriter:
    """One topic family: names are given without the prefix."""

    def __init__(self, producer: AckedProducer, place: Place, prefix: str) -> None:
        self._producer = producer
        self._place = place
        self._prefix = prefix

    def delete_below(self, topic: str, below: Mapping[int, int]) -> None:
        """Deletes the records of each partition below an offset."""
        delete_records(self._place, self._prefix + topic, below)

    def mark_purged(self, topic: str, below: Mapping[int, int], day: date) -> None:
        """Appends one `purged` record dated to the day to each partition: its date makes Kafka close the file in
        which the deleted records stand, without which they would only be hidden."""
        self.send(
            Outgoing(
                topic=self._prefix + topic,
                partition=number,
                key=day.isoformat().encode(),
                value=encode(Purged(day=day, offset=offset)),
                timestamp_ms=midnight_ms(day),
            )
            for number, offset in below.items()
        )

    def append(self, topic: str, records: Iterable[Record]) -> None:
        """Puts records as they are at the end of their partitions, in order."""
        self.send(
            Outgoing(
                topic=self._prefix + topic,
                partition=record.partition,
                key=record.key,
                value=record.value,
                timestamp_ms=record.timestamp,
            )
            for record in records
        )

    def fill(self, topic: str, partition: int, number: int, timestamp_ms: int) -> None:
        """Puts so many empty records at the end of a partition."""
        empty = Outgoing(
            topic=self._prefix + topic, partition=partition, key=None, value=b"", timestamp_ms=timestamp_ms
        )
        self.send(empty for _ in range(number))

    def send(self, records: Iterable[Outgoing]) -> None:
        """Returns once everything is acknowledged; Fatal if it is not known whether something arrived."""
        for some in _rounds(records):
            try:
                self._producer.send_all(some)
            except Unavailable as error:
                raise Fatal(
                    error.detail
                    or f"Kafka did not acknowledge every record sent to {some[0].topic}; what arrived is not known."
                ) from error


def _rounds(records: Iterable[Outgoing]) -> Iterator[Sequence[Outgoing]]:
    some: list[Outgoing] = []
    for record in records:
        some.append(record)
        if len(some) == _ROUND:
            yield some
            some = []
    if some:
        yield some
