"""The Kafka adapters on a real broker: acknowledgements, compacted topics, owned partitions, contracts of topics."""

import secrets
from collections.abc import Iterator, Sequence

import pytest

from chassis.errors import Unavailable
from chassis.kafka import (
    AckedProducer,
    CompactedReader,
    Outgoing,
    PartitionedConsumer,
    TopicMismatch,
    TopicSpec,
    ensure_topics,
)
from support.parts import KafkaPart

DAY = 1_759_276_800_000


@pytest.fixture
def topic(broker: KafkaPart) -> str:
    name = f"t-{secrets.token_hex(4)}"
    spec = TopicSpec(name=name, partitions=1, config={"cleanup.policy": "compact"})
    assert [name] == ensure_topics(broker.bootstrap, [spec], 1)
    return name


@pytest.fixture
def producer(broker: KafkaPart) -> Iterator[AckedProducer]:
    made = AckedProducer(broker.bootstrap, 5.0)
    yield made
    made.close()


def outgoing(topic: str, key: bytes, value: bytes | None, partition: int = 0) -> Outgoing:
    return Outgoing(topic=topic, partition=partition, key=key, value=value, timestamp_ms=DAY)


def test_a_round_is_acknowledged_record_by_record_and_read_back_in_order(
    broker: KafkaPart, topic: str, producer: AckedProducer
) -> None:
    sent = [outgoing(topic, b"k", str(n).encode()) for n in range(50)]
    assert [None] * 50 == producer.send(sent)
    reader = CompactedReader(broker.bootstrap, topic)
    records = list(reader.read_to_end(10))
    assert [str(n).encode() for n in range(50)] == [record.value for record in records]
    assert {DAY} == {record.timestamp for record in records}
    producer.send_all([outgoing(topic, b"k", b"later")])
    assert [b"later"] == [record.value for record in reader.read_to_end(10)]
    reader.close()


def test_one_record_that_the_broker_refuses_does_not_refuse_the_next_round(topic: str, producer: AckedProducer) -> None:
    huge = outgoing(topic, b"k", secrets.token_bytes(3 << 20))
    assert isinstance(producer.send([huge])[0], Unavailable)
    assert [None] == producer.send([outgoing(topic, b"k", b"fine")])


def test_a_broker_that_is_away_is_unavailable_and_not_an_exception() -> None:
    producer = AckedProducer("127.0.0.1:1", 1.0)
    assert isinstance(producer.send([outgoing("t", b"k", b"v")])[0], Unavailable)
    with pytest.raises(Unavailable):
        list(CompactedReader("127.0.0.1:1", "t").read_to_end(1))


def test_a_consumer_reads_its_partitions_from_the_callers_offsets(broker: KafkaPart, producer: AckedProducer) -> None:
    name = f"t-{secrets.token_hex(4)}"
    ensure_topics(broker.bootstrap, [TopicSpec(name=name, partitions=2, config={})], 1)
    producer.send_all([outgoing(name, b"k", str(n).encode(), n % 2) for n in range(10)])
    asked: list[Sequence[int]] = []

    def assigned(partitions: Sequence[int]) -> dict[int, int]:
        asked.append(partitions)
        return dict.fromkeys(partitions, 2)

    consumer = PartitionedConsumer(
        broker.bootstrap, name, group=f"g-{name}", assigned=assigned, revoked=lambda gone: None
    )
    found: dict[int, list[bytes | None]] = {0: [], 1: []}
    for _ in range(100):
        for partition, records in consumer.poll(0.2, 100).items():
            found[partition].extend(record.value for record in records)
        if sum(map(len, found.values())) == 6:
            break
    assert {0: [b"4", b"6", b"8"], 1: [b"5", b"7", b"9"]} == found
    assert [[0, 1]] == [list(part) for part in asked]
    assert frozenset({0, 1}) == consumer.owned
    assert {0: 5, 1: 5} == consumer.end_offsets([0, 1])
    consumer.close()


def test_a_topic_that_differs_from_its_contract_is_named(broker: KafkaPart, topic: str) -> None:
    with pytest.raises(TopicMismatch, match="has 1 partitions, its contract says 3"):
        ensure_topics(broker.bootstrap, [TopicSpec(name=topic, partitions=3, config={})], 1)
    with pytest.raises(TopicMismatch, match=r"cleanup\.policy is compact, its contract says delete"):
        ensure_topics(broker.bootstrap, [TopicSpec(name=topic, partitions=1, config={"cleanup.policy": "delete"})], 1)
