"""The embedded broker and database: real, closed to strangers, with their data kept through restart and kill."""

import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure

from chassis.errors import Unavailable
from chassis.kafka import AckedProducer, Outgoing, TopicSpec, ensure_topics, wait_for_broker
from chassis.mongo import Client, connect, in_transaction
from stack.broker import Broker
from stack.children import Children
from stack.database import Database
from stack.errors import StackError
from stack.parts import Parts, parts
from stack.ports import free_ports
from stack.toolbox import locate

pytestmark = pytest.mark.integration
UNAUTHORISED = 13
TOPIC = "kept"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedded")


@pytest.fixture(scope="module")
def pair(folder: Path) -> Iterator[Parts]:
    """A pair of this module's own: other tests must not notice that it is killed."""
    with parts(folder) as running:
        ensure_topics(running.broker.bootstrap, [TopicSpec(name=TOPIC, partitions=1, config={})], 1)
        yield running


def _send(bootstrap: str, value: bytes, seconds: float = 8.0, topic: str = TOPIC) -> None:
    producer = AckedProducer(bootstrap, delivery_seconds=seconds)
    try:
        producer.send_all([Outgoing(topic=topic, partition=0, key=b"k", value=value, timestamp_ms=0)])
    finally:
        producer.close()


def _values(bootstrap: str) -> list[bytes]:
    partition = TopicPartition(TOPIC, 0)
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        consumer.assign([partition])
        end = consumer.end_offsets([partition])[partition]
        consumer.seek(partition, 0)
        found: list[bytes] = []
        limit = time.monotonic() + 20
        while consumer.position(partition) < end and time.monotonic() < limit:
            found += [record.value for records in consumer.poll(timeout_ms=500).values() for record in records]
        return found
    finally:
        consumer.close()


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_the_broker_keeps_acknowledged_records_when_it_is(pair: Parts, ending: str) -> None:
    value = secrets.token_bytes(8)
    _send(pair.broker.bootstrap, value)
    getattr(pair.broker, ending)()
    assert not wait_for_broker(pair.broker.bootstrap, 0)
    pair.broker.start()
    assert value in _values(pair.broker.bootstrap)


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_the_database_keeps_acknowledged_transactions_when_it_is(pair: Parts, ending: str) -> None:
    key = secrets.token_hex(4)
    with connect(pair.database.admin_uri, app="test") as client:
        client["kept"]["documents"].insert_one({"_id": f"{key}-before"})
        in_transaction(
            client, lambda session: client["kept"]["documents"].insert_one({"_id": key}, session=session).inserted_id
        )
    getattr(pair.database, ending)()
    pair.database.start()
    with connect(pair.database.admin_uri, app="test") as client:
        assert client["kept"]["documents"].count_documents({"_id": {"$in": [key, f"{key}-before"]}}) == 2


def test_a_paused_broker_answers_nobody_and_goes_on_when_resumed(pair: Parts) -> None:
    pair.broker.pause()
    try:
        with pytest.raises(Unavailable):
            _send(pair.broker.bootstrap, b"while paused", seconds=1.5)
    finally:
        pair.broker.resume()
    pair.broker.wait()
    _send(pair.broker.bootstrap, b"after pause")
    assert b"after pause" in _values(pair.broker.bootstrap)


def test_a_paused_database_answers_nobody_and_goes_on_when_resumed(pair: Parts) -> None:
    client: Client
    with MongoClient(pair.database.admin_uri, serverSelectionTimeoutMS=300, socketTimeoutMS=300) as client:
        pair.database.pause()
        try:
            with pytest.raises(AutoReconnect):
                client.admin.command("ping")
        finally:
            pair.database.resume()
        pair.database.wait()
        client.admin.command("ping")


def test_the_broker_makes_no_topic_by_itself(pair: Parts) -> None:
    with pytest.raises(Unavailable):
        _send(pair.broker.bootstrap, b"lost", seconds=1.5, topic="never-made")
    kafka = KafkaAdminClient(bootstrap_servers=pair.broker.bootstrap)
    try:
        assert "never-made" not in kafka.list_topics()
    finally:
        kafka.close()


def test_the_database_lets_no_stranger_in(pair: Parts) -> None:
    stranger = pair.database.uri("guzgu-admin", "guess")
    anonymous = "mongodb://" + pair.database.admin_uri.partition("@")[2].replace("authSource=admin&", "")
    client: Client
    for address in (stranger, anonymous):
        with MongoClient(address, serverSelectionTimeoutMS=3000) as client, pytest.raises(OperationFailure):
            client["kept"]["documents"].find_one()


def test_the_door_for_the_first_user_is_shut_behind_him(pair: Parts) -> None:
    host = pair.database.admin_uri.partition("@")[2]
    client: Client
    with MongoClient("mongodb://" + host.replace("authSource=admin&", "")) as client:
        with pytest.raises(OperationFailure) as refusal:
            client.admin.command("createUser", "second", pwd="second", roles=["root"])
    assert refusal.value.code == UNAUTHORISED


def test_secrets_are_files_that_only_their_owner_reads(pair: Parts, folder: Path) -> None:
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder / "mongodb").glob("*.*") if path.is_file()
    }
    assert {name: modes[name] for name in ("member.key", "admin.password")} == {
        "member.key": 0o600,
        "admin.password": 0o600,
    }


def test_the_administrators_password_stands_in_no_log(pair: Parts, folder: Path) -> None:
    password = (folder / "mongodb/admin.password").read_text().strip()
    assert not any(password in log.read_text("utf-8", "replace") for log in (folder / "logs").iterdir())


def test_a_busy_port_stops_everything_before_anything_is_started(pair: Parts, tmp_path: Path) -> None:
    taken = int(pair.broker.bootstrap.rpartition(":")[2])
    with pytest.raises(StackError, match=f"Port {taken} is already in use .* set --kafka-port"):
        with parts(tmp_path, kafka_port=taken):
            pass
    assert list(tmp_path.iterdir()) == []


def test_a_broker_takes_no_other_programs_answer_for_its_own(pair: Parts, tmp_path: Path) -> None:
    tools = locate()
    taken = int(pair.broker.bootstrap.rpartition(":")[2])
    with Children(tools.setpriv, tmp_path / "logs") as children:
        broker = Broker(children, tools, tmp_path / "kafka", taken, free_ports(1)[0])
        with pytest.raises(StackError, match=rf"^Port {taken} is already in use .* set kafka's port to another"):
            broker.start()


def test_a_database_takes_no_other_programs_answer_for_its_own(pair: Parts, tmp_path: Path) -> None:
    tools = locate()
    taken = int(pair.database.admin_uri.partition("@")[2].partition("/")[0].rpartition(":")[2])
    with Children(tools.setpriv, tmp_path / "logs") as children:
        with pytest.raises(StackError, match=rf"^Port {taken} is already in use .* set mongodb's port to another"):
            Database(children, tools, tmp_path / "mongodb", taken).start()


def test_a_broker_that_cannot_lay_out_its_folder_says_so(tmp_path: Path) -> None:
    tools = locate()
    (tmp_path / "kafka").mkdir()
    (tmp_path / "kafka/data").touch()
    with Children(tools.setpriv, tmp_path / "logs") as children:
        port, controller_port = free_ports(2)
        broker = Broker(children, tools, tmp_path / "kafka", port, controller_port)
        with pytest.raises(StackError, match=r"^Kafka could not lay out .*/kafka: "):
            broker.start()


def test_a_database_that_ends_at_once_says_why(tmp_path: Path) -> None:
    tools = locate()
    folder = tmp_path / "mongodb"
    folder.mkdir()
    (folder / "member.key").write_text("open to all")
    with Children(tools.setpriv, tmp_path / "logs") as children:
        with pytest.raises(StackError, match=r"(?s)^mongodb ended with code 1 while starting; .*permissions"):
            Database(children, tools, folder, free_ports(1)[0]).start()


@pytest.mark.parametrize("kind", ["broker", "database"])
def test_a_part_that_was_never_started_says_so(tmp_path: Path, kind: str) -> None:
    tools = locate()
    with Children(tools.setpriv, tmp_path / "logs") as children:
        made: dict[str, Broker | Database] = {
            "broker": Broker(children, tools, tmp_path, 1, 2, name="never"),
            "database": Database(children, tools, tmp_path, 1, name="never"),
        }
        with pytest.raises(StackError, match=r"^never was not started\.$"):
            made[kind].stop()
