"""The demo's open door: whoever is on the machine reads every topic and changes nothing."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer
from kafka.errors import GroupAuthorizationFailedError

from chassis.errors import Unavailable
from chassis.kafka import AckedProducer, CompactedReader, Outgoing, TopicSpec, delete_records, ensure_topics
from stack.broker import Broker
from stack.children import Children
from stack.listeners import let_look
from stack.ports import free_ports
from stack.toolbox import locate

pytestmark = pytest.mark.integration
TOPIC = "answers"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder, tools, ports = tmp_path_factory.mktemp("onlookers"), locate(), free_ports(3)
    with Children(tools.setpriv, folder / "logs") as children:
        made = Broker(children, tools, folder / "kafka", ports[0], ports[1], secured_port=ports[2], onlookers=True)
        made.start()
        ensure_topics(made.administrator, [TopicSpec(name=TOPIC, partitions=1, config={})], 1)
        let_look(made.administrator, taken=["counting"])
        assert sent(AckedProducer(made.administrator)) is None
        yield made


def sent(producer: AckedProducer) -> Unavailable | None:
    try:
        return producer.send([Outgoing(topic=TOPIC, partition=0, key=b"k", value=b"v", timestamp_ms=0)])[0]
    finally:
        producer.close()


def test_anybody_may_read(broker: Broker) -> None:
    reader = CompactedReader(broker.bootstrap, TOPIC)
    assert [record.value for record in reader.read_to_end(10)] == [b"v"]
    reader.close()


def records_of_group(broker: Broker, group: str) -> list[bytes]:
    consumer = KafkaConsumer(
        TOPIC,
        bootstrap_servers=broker.bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    found: list[bytes] = []
    try:
        for _ in range(60):
            for records in consumer.poll(500).values():
                found += [record.value for record in records]
            if found:
                break
    finally:
        consumer.close(autocommit=False)
    return found


def test_anybody_may_read_in_a_group_of_his_own_and_in_no_other(broker: Broker) -> None:
    assert records_of_group(broker, "a-second-fold") == [b"v"]
    with pytest.raises(GroupAuthorizationFailedError):
        records_of_group(broker, "counting")


def test_nobody_may_write_forget_or_make_anything(broker: Broker) -> None:
    refused = sent(AckedProducer(broker.bootstrap, 4.0))
    assert refused is not None
    assert "Kafka refuses" in refused.detail
    with pytest.raises(Unavailable, match="Kafka refuses"):
        delete_records(broker.bootstrap, TOPIC, {0: 1})
    with pytest.raises(Unavailable, match="Kafka refuses"):
        ensure_topics(broker.bootstrap, [TopicSpec(name="mine", partitions=1, config={})], 1)


def test_after_a_restart_the_administrator_signs_in_as_before(broker: Broker) -> None:
    before = broker.administrator
    broker.restart()
    assert broker.administrator == before
    assert sent(AckedProducer(before)) is None


def test_passwords_stand_in_files_that_their_owner_alone_may_read(broker: Broker) -> None:
    folder = Path(broker.child.log).parent.parent / "kafka"
    for name in ("admin.password", "broker.password", "server.properties"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600, name
