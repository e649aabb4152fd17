"""Records that can never be counted, sent to where somebody can look at them, before their batch is committed."""

from collections.abc import Sequence
from typing import Protocol

from aggregator.changes import Dead
from chassis.kafka import Outgoing
from contracts.codec import encode
from contracts.messages import DeadLetter


class Producer(Protocol):
    """Sends a round of records; Unavailable unless all of them were acknowledged."""

    def send_all(self, records: Sequence[Outgoing]) -> None: ...


class DeadLetters:
    """The dead-letter topic. A repeated batch buries its records again: readers drop a (partition, offset) that they
    have seen."""

    def __init__(self, producer: Producer, topic: str) -> None:
        self._producer = producer
        self._topic = topic

    def bury(self, dead: Sequence[Dead]) -> None:
        """Returns once every record is acknowledged, each on its own partition and with its own timestamp."""
        if dead:
            self._producer.send_all([self._outgoing(one) for one in dead])

    def _outgoing(self, dead: Dead) -> Outgoing:
        record = dead.record
        letter = DeadLetter(
            reason=dead.reason,
            partition=record.partition,
            offset=record.offset,
            key=record.key or b"",
            value=record.value or b"",
        )
        return Outgoing(
            topic=self._topic,
            partition=record.partition,
            key=record.key or b"",
            value=encode(letter),
            timestamp_ms=record.timestamp,
        )
