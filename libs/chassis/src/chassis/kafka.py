"""Kafka as we use it: a producer that knows what was acknowledged, readers of compacted topics, a group's consumer."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kafka import ConsumerRebalanceListener, KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError

from chassis.errors import Fatal, Unavailable
from chassis.retry import delays


class Record(Protocol):
    """A record as read: timestamp in ms since 1970, key and value as bytes or None."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A record to send: partition given explicitly, timestamp in ms since 1970."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    timestamp_ms: int


class AckedProducer:
    """An idempotent producer with acks=all whose every record is answered by its own acknowledgement.

    After any failed or expired record the client is thrown away and a new one is built before the next round, since
    kafka-python's idempotent producer stays broken after one failure. Not for several threads at once.
    """

    def __init__(self, bootstrap: str, delivery_seconds: float = 8.0, pause: Callable[[float], None] = time.sleep):
        self._bootstrap = bootstrap
        self._delivery = delivery_seconds
        self._pause = pause
        self._client: Any = None
        self._waits = delays(0.1, 2.0)

    def send(self, records: Sequence[Outgoing]) -> list[Unavailable | None]:
        """Sends a round and waits; for each record None (acknowledged by all in-sync replicas) or why not.

        Returns within the delivery time plus a second. A record answered with Unavailable may still arrive.
        """
        deadline = time.monotonic() + self._delivery
        try:
            client = self._connected()
            futures = [
                client.send(r.topic, value=r.value, key=r.key, partition=r.partition, timestamp_ms=r.timestamp_ms)
                for r in records
            ]
        except KafkaError:
            self._discard()
            return [Unavailable("broker") for _ in records]
        outcomes: list[Unavailable | None] = []
        for future in futures:
            try:
                future.get(timeout=max(0.0, deadline - time.monotonic()))
                outcomes.append(None)
            except KafkaError:
                outcomes.append(Unavailable("broker"))
        if any(outcomes):
            self._discard()
        else:
            self._waits = delays(0.1, 2.0)
        return outcomes

    def send_all(self, records: Sequence[Outgoing]) -> None:
        """Sends a round; raises Unavailable unless every record was acknowledged."""
        for outcome in self.send(records):
            if outcome is not None:
                raise outcome

    def close(self) -> None:
        """Lets go of the client without waiting."""
        if self._client is not None:
            _close_aside(self._client)
            self._client = None

    def _connected(self) -> Any:
        if self._client is None:
            milliseconds = int(self._delivery * 1000)
            self._client = KafkaProducer(
                bootstrap_servers=self._bootstrap.split(","),
                acks="all",
                enable_idempotence=True,
                delivery_timeout_ms=milliseconds,
                request_timeout_ms=max(1000, milliseconds - 500),
                max_block_ms=milliseconds,
                bootstrap_timeout_ms=milliseconds,
                linger_ms=0,
                metrics_enabled=False,
                reconnect_backoff_max_ms=1000,
            )
        return self._client

    def _discard(self) -> None:
        self.close()
        self._pause(next(self._waits))


def _close_aside(client: Any) -> None:
    threading.Thread(target=lambda: client.close(timeout=0), name="close-producer", daemon=True).start()


class CompactedReader:
    """Reads a one-partition topic from its start, as far as asked; newest value per key is for the caller to keep."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._bootstrap = bootstrap
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
            raise Unavailable("broker") from error

    def close(self) -> None:
        """Lets go of the consumer; the next read goes on where the last whole one ended."""
        if self._consumer is not None:
            self._consumer.close(autocommit=False)
            self._consumer = None

    def _connected(self, seconds: float) -> Any:
        if self._consumer is None:
            consumer = KafkaConsumer(
                bootstrap_servers=self._bootstrap.split(","),
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


class PartitionedConsumer:
    """Owns partitions of one topic: by group (`group` given) or the listed ones; offsets are the caller's.

    `assigned(partitions) -> {partition: next offset}` is asked whenever partitions come, `revoked` told when they go.
    Partitions that came wait, paused, until a `poll` has asked for their offsets: kafka-python calls
    its listeners on the thread of its heartbeats, where neither a slow question nor an error of ours may happen.
    """

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        *,
        group: str | None = None,
        partitions: Iterable[int] = (),
        assigned: Callable[[Sequence[int]], Mapping[int, int]],
        revoked: Callable[[Sequence[int]], None],
    ) -> None:
        self._topic = topic
        self._assigned = assigned
        self._owned: set[int] = set()
        self._coming: set[int] = set()
        self.consumer: Any = KafkaConsumer(
            bootstrap_servers=bootstrap.split(","),
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
            raise Unavailable("broker") from error
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
            raise Unavailable("broker") from error

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


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicSpec:
    """A topic as it should be: name, partition number, Kafka settings by name."""

    name: str
    partitions: int
    config: Mapping[str, str]


class TopicMismatch(Fatal):
    """A topic exists with other partitions or settings than its contract; the text names each difference."""


def ensure_topics(bootstrap: str, specs: Sequence[TopicSpec], replication: int) -> list[str]:
    """Creates the topics that are missing and returns their names; TopicMismatch if one differs."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","))
    try:
        present = set(admin.list_topics())
        missing = [spec for spec in specs if spec.name not in present]
        if missing:
            wanted = {
                spec.name: {
                    "num_partitions": spec.partitions,
                    "replication_factor": replication,
                    "configs": {**spec.config, "min.insync.replicas": str(max(1, replication - 1))},
                }
                for spec in missing
            }
            with contextlib.suppress(TopicAlreadyExistsError):  # made by somebody else meanwhile: compared below
                admin.create_topics(wanted, wait_for_metadata=True)
        differences = topic_differences(admin, specs)
        if differences:
            raise TopicMismatch("; ".join(differences))
        return [spec.name for spec in missing]
    finally:
        admin.close()


def topic_differences(admin: Any, specs: Sequence[TopicSpec]) -> list[str]:
    """A sentence for each way in which the existing topics differ from their contracts."""
    found = []
    described = {row["name"]: row for row in admin.describe_topics([spec.name for spec in specs])}
    resources = [ConfigResource(ConfigResourceType.TOPIC, spec.name) for spec in specs]
    configs = admin.describe_configs(resources, config_filter="all")
    by_topic: Mapping[str, Any] = next(
        (rows for kind, rows in configs.items() if str(kind).lower().endswith("topic")), {}
    )
    for spec in specs:
        partitions = len(described[spec.name]["partitions"])
        if partitions != spec.partitions:
            found.append(f"{spec.name} has {partitions} partitions, its contract says {spec.partitions}")
        actual = by_topic.get(spec.name, {})
        for name, value in spec.config.items():
            held = actual.get(name, {})
            shown = str(held.get("value") if isinstance(held, Mapping) else held)
            if shown != value:
                found.append(f"{spec.name}: {name} is {shown}, its contract says {value}")
    return found


def check_topics(bootstrap: str, specs: Sequence[TopicSpec]) -> list[str]:
    """A sentence for each topic that is missing or differs from its contract; Unavailable if Kafka is away."""
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","), bootstrap_timeout_ms=10_000)
    except KafkaError as error:
        raise Unavailable("broker") from error
    try:
        present = set(admin.list_topics())
        missing = [f"{spec.name} is missing" for spec in specs if spec.name not in present]
        return missing + topic_differences(admin, [spec for spec in specs if spec.name in present])
    except KafkaError as error:
        raise Unavailable("broker") from error
    finally:
        admin.close()


def delete_records(bootstrap: str, topic: str, below: Mapping[int, int]) -> None:
    """Deletes each partition's records whose offset is lower; the log begins there from now on. Kafka frees the disk
    a whole segment at a time, and never the one that it still writes to. Unavailable if Kafka is away."""
    if not below:
        return
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","), bootstrap_timeout_ms=10_000)
    except KafkaError as error:
        raise Unavailable("broker") from error
    try:
        admin.delete_records({TopicPartition(topic, number): offset for number, offset in below.items()})
    except KafkaError as error:
        raise Unavailable("broker") from error
    finally:
        admin.close()


def wait_for_broker(bootstrap: str, seconds: float) -> bool:
    """Whether the broker answers a metadata request within `seconds`."""
    deadline = time.monotonic() + seconds
    for wait in delays(0.1, 0.5):
        try:
            KafkaAdminClient(bootstrap_servers=bootstrap.split(","), bootstrap_timeout_ms=2000).close()
        except KafkaError:
            if time.monotonic() > deadline:
                return False
            time.sleep(wait)
        else:
            return True
    return False
