"""Partitions of one topic, owned by a group or by name, read from offsets that are the caller's."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from chassis.errors import Fatal
from chassis.kafka.connection import Place, away, options
from chassis.kafka.records import Record


class PartitionedConsumer:
    """Owns partitions of one topic: by group (`group` given) or the listed ones; offsets are the caller's.

    `assigned(partitions) -> {partition: next offset}` is asked whenever partitions come, `revoked` told when they go.
    Partitions that came wait, paused, until a `poll` has asked for their offsets: kafka-python calls
    its listeners on the thread of its heartbeats, where neither a slow question nor an error of ours may happen.
    """

    def __init__(
        self,
        place: Place,
        topic: str,
        *,
        group: str | None = None,
        partitions: Iterable[int] = (),
        assigned: Callable[[Sequence[int]], Mapping[int, int]],
        revoked: Callable[[Sequence[int]], None],
    ) -> None:
        self._place = place
        self._topic = topic
        self._assigned = assigned
        self._owned: set[int] = set()
        self._coming: set[int] = set()
        self.consumer: Any = KafkaConsumer(
            **options(place),
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_bytes=16 << 20,
            max_partition_fetch_bytes=2 << 20,
            fetch_max_wait_ms=100,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=1_000,
            request_timeout_ms=15_000,
            max_poll_interval_ms=300_000,
            reconnect_backoff_max_ms=1000,
        )
        outer = self

        class Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
            def on_partitions_assigned(self, assigned_now: Iterable[Any]) -> None:
                came = list(assigned_now)
                outer._coming.update(tp.partition for tp in came)
                outer.consumer.pause(*came)
                for tp in came:
                    outer.consumer.seek(
                        tp, 0
                    )  # replaced before anything is read; without one it asks Kafka for its own

            def on_partitions_revoked(self, revoked_now: Iterable[Any]) -> None:
                gone = sorted(tp.partition for tp in revoked_now)
                outer._owned.difference_update(gone)
                outer._coming.difference_update(gone)
                revoked(gone)

        if group is not None:
            self.consumer.subscribe([topic], listener=Listener())
        else:
            wanted = [TopicPartition(topic, number) for number in sorted(partitions)]
            self.consumer.assign(wanted)
            self._announce(wanted)

    @property
    def owned(self) -> frozenset[int]:
        """The partitions that are ours now."""
        return frozenset(self._owned)

    def poll(self, seconds: float, at_most: int) -> dict[int, Sequence[Record]]:
        """Records by partition, in offset order; {} if none came in time. Unavailable if Kafka is away."""
        self._take()  # or a wait for records would be one for partitions that are still paused
        try:
            found = self.consumer.poll(timeout_ms=int(seconds * 1000), max_records=at_most)
        except KafkaError as error:
            if type(error).__name__ in ("OffsetOutOfRangeError", "NoOffsetForPartitionError"):
                raise Fatal(f"{self._topic}: the stored offset is not in the log: {error}; see `doctor`") from error
            raise away(error, self._place) from error
        self._take()
        return {tp.partition: records for tp, records in found.items() if tp.partition in self._owned}

    def seek(self, partition: int, offset: int) -> None:
        """The next poll reads `partition` from `offset` on."""
        self.consumer.seek(TopicPartition(self._topic, partition), offset)

    def leave(self, partition: int) -> None:
        """Reads nothing more of one partition."""
        self._owned.discard(partition)
        self.consumer.pause(TopicPartition(self._topic, partition))

    def pause(self) -> None:
        """Polls keep the membership alive and bring nothing until `resume`."""
        self.consumer.pause(*self.consumer.assignment())

    def resume(self) -> None:
        """Polls bring records again."""
        self.consumer.resume(*(TopicPartition(self._topic, number) for number in self._owned))

    def end_offsets(self, partitions: Iterable[int]) -> dict[int, int]:
        """Where each partition's log ends now."""
        return self._offsets(self.consumer.end_offsets, partitions)

    def start_offsets(self, partitions: Iterable[int]) -> dict[int, int]:
        """Where each partition's log begins now."""
        return self._offsets(self.consumer.beginning_offsets, partitions)

    def close(self) -> None:
        """Leaves the group."""
        self.consumer.close(autocommit=False)

    def _offsets(self, ask: Callable[[list[Any]], dict[Any, int]], partitions: Iterable[int]) -> dict[int, int]:
        try:
            return {tp.partition: at for tp, at in ask([TopicPartition(self._topic, p) for p in partitions]).items()}
        except KafkaError as error:
            raise away(error, self._place) from error

    def _announce(self, came: Sequence[Any]) -> None:
        self._coming.update(tp.partition for tp in came)
        self.consumer.pause(*came)
        for tp in came:
            self.consumer.seek(tp, 0)  # replaced before anything is read; without one it asks Kafka for its own

    def _take(self) -> None:
        if not self._coming:
            return
        for number, offset in self._assigned(sorted(self._coming)).items():
            self.seek(number, offset)
            self.consumer.resume(TopicPartition(self._topic, number))
            self._owned.add(number)
            self._coming.discard(number)
