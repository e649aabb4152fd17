"""A compacted topic, read from its start as far as it goes."""

import time
from collections.abc import Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from chassis.errors import Unavailable
from chassis.kafka.connection import Place, away, options
from chassis.kafka.records import Record


class CompactedReader:
    """Reads a one-partition topic from its start, as far as asked; newest value per key is for the caller to keep."""

    def __init__(self, place: Place, topic: str) -> None:
        self._place = place
        self._partition = TopicPartition(topic, 0)
        self._consumer: Any = None
        self._position = 0

    def read_to_end(self, seconds: float) -> Iterator[Record]:
        """The records up to where the topic ended when this was called; Unavailable if that takes longer."""
        deadline = time.monotonic() + seconds
        try:
            consumer = self._connected(seconds)
            end = consumer.end_offsets([self._partition])[self._partition]
            while (position := consumer.position(self._partition)) < end:
                if time.monotonic() > deadline:
                    raise Unavailable("broker")
                for records in consumer.poll(timeout_ms=200).values():
                    yield from records
            self._position = position
        except KafkaError as error:
            self.close()
            raise away(error, self._place) from error

    def close(self) -> None:
        """Lets go of the consumer; the next read goes on where the last whole one ended."""
        if self._consumer is not None:
            self._consumer.close(autocommit=False)
            self._consumer = None

    def _connected(self, seconds: float) -> Any:
        if self._consumer is None:
            consumer = KafkaConsumer(
                **options(self._place),
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="none",
                request_timeout_ms=10_000,
                bootstrap_timeout_ms=int(min(10.0, seconds) * 1000),
                reconnect_backoff_max_ms=1000,
            )
            consumer.assign([self._partition])
            start = consumer.beginning_offsets([self._partition])[self._partition]
            consumer.seek(self._partition, max(start, self._position))
            self._consumer = consumer
        return self._consumer
