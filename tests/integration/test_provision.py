"""Provisioning on the real broker and database: every user has its rights and not one more."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml
from kafka import KafkaAdminClient
from pymongo.errors import OperationFailure

from chassis.errors import Fatal
from chassis.kafka import ensure_topics
from chassis.mongo import Client, connect
from chassis.settings import Secret
from contracts.data import folder
from provision.access import Access, parse_access
from provision.main import SINGLE_COPY, provision
from provision.settings import Settings
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration
UNAUTHORISED = 13


@pytest.fixture(scope="module")
def settings(broker: KafkaPart, database: MongoPart) -> Settings:
    return Settings(
        kafka_bootstrap=broker.bootstrap,
        replication=1,
        mongo_admin_uri=Secret(database.admin_uri),
        identity_db_password=Secret(secrets.token_hex(8)),
        aggregator_db_password=Secret(secrets.token_hex(8)),
        reporter_db_password=Secret(secrets.token_hex(8)),
        name_prefix=f"t{secrets.token_hex(3)}-",
    )


@pytest.fixture(scope="module")
def administrator(settings: Settings) -> Iterator[Client]:
    with connect(settings.mongo_admin_uri.reveal(), app="test") as client:
        yield client


@pytest.fixture(scope="module")
def access(settings: Settings) -> Access:
    return parse_access(yaml.safe_load(folder("access.yaml").read_text("utf-8")), settings.name_prefix)


@pytest.fixture(scope="module")
def said(settings: Settings, access: Access, administrator: Client) -> Iterator[list[str]]:
    lines: list[str] = []
    provision(settings, lines.append)
    yield lines
    for user in access.users():
        administrator.admin.command("dropUser", settings.name_prefix + user)
        administrator.admin.command("dropRole", f"{settings.name_prefix}guzgu-{user}")
    for name in access.databases():
        administrator.drop_database(name)
    kafka = KafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    kafka.delete_topics([name for name in kafka.list_topics() if name.startswith(settings.name_prefix)])
    kafka.close()


@pytest.fixture(scope="module")
def clients(settings: Settings, database: MongoPart, said: list[str]) -> Iterator[dict[str, Client]]:
    """A signed-in client of each service's own database user."""
    held = {
        name: connect(database.uri(settings.name_prefix + name, password.reveal()), app="test")
        for name, password in {
            "identity": settings.identity_db_password,
            "aggregator": settings.aggregator_db_password,
            "reporter": settings.reporter_db_password,
        }.items()
    }
    yield held
    for client in held.values():
        client.close()


ATTEMPTS: dict[str, Callable[[Any], object]] = {
    "find": lambda collection: collection.find_one({}),
    "insert": lambda collection: collection.insert_one({"_id": secrets.token_hex(8)}),
    "update": lambda collection: collection.update_one({"_id": "nobody"}, {"$set": {"seen": 1}}),
    "remove": lambda collection: collection.delete_one({"_id": "nobody"}),
}


def _refused(attempt: Callable[[Any], object], collection: Any) -> bool:
    try:
        attempt(collection)
    except OperationFailure as refusal:
        if refusal.code != UNAUTHORISED:
            raise
        return True
    return False


def test_each_user_is_refused_everything_but_what_the_contract_allows(
    clients: dict[str, Client], access: Access
) -> None:
    expected, found = {}, {}
    for collection in access.collections:
        for user, client in clients.items():
            allowed = access.actions(user, collection)
            for action, attempt in ATTEMPTS.items():
                place = (user, collection.database, collection.name, action)
                expected[place] = action not in allowed
                found[place] = _refused(attempt, client[collection.database][collection.name])
    assert len(expected) == len(access.collections) * 3 * 4
    assert found == expected


def test_a_collection_that_no_contract_lists_is_refused_to_every_user(
    clients: dict[str, Client], access: Access
) -> None:
    places = [*access.databases(), "admin", "local", "config"]
    attempts = [ATTEMPTS["find"], ATTEMPTS["insert"]]
    assert all(
        _refused(attempt, client[place]["answers"])
        for client in clients.values()
        for place in places
        for attempt in attempts
    )


def test_no_user_reads_the_oplog_or_other_peoples_passwords(clients: dict[str, Client]) -> None:
    assert all(_refused(ATTEMPTS["find"], client["local"]["oplog.rs"]) for client in clients.values())
    assert all(_refused(ATTEMPTS["find"], client["admin"]["system.users"]) for client in clients.values())


def test_a_user_writes_several_collections_in_one_transaction(clients: dict[str, Client], settings: Settings) -> None:
    client = clients["aggregator"]
    statistics = client[f"{settings.name_prefix}statistics"]
    with client.start_session() as session, session.start_transaction():
        statistics["seen"].insert_one({"_id": "0/1"}, session=session)
        statistics["cells"].insert_one({"_id": "AAAAAAA"}, session=session)
    assert [
        statistics[name].count_documents({"_id": key}) for name, key in (("seen", "0/1"), ("cells", "AAAAAAA"))
    ] == [
        1,
        1,
    ]


def test_a_single_copy_is_said_aloud(said: list[str]) -> None:
    assert SINGLE_COPY in said


def test_a_second_run_creates_nothing_and_sets_new_passwords(
    settings: Settings, database: MongoPart, clients: dict[str, Client]
) -> None:
    lines: list[str] = []
    new = Secret(secrets.token_hex(8))
    provision(replace(settings, reporter_db_password=new), lines.append)
    with connect(database.uri(f"{settings.name_prefix}reporter", new.reveal()), app="test") as client:
        client.admin.command("ping")
    provision(settings, lines.append)
    assert [line for line in lines if "new: none" in line or "new: 0" in line] == [
        line for line in lines if "new:" in line
    ]


def test_a_topic_with_another_number_of_partitions_stops_it_by_name(settings: Settings) -> None:
    from chassis.kafka import TopicSpec

    other = replace(settings, name_prefix=f"t{secrets.token_hex(3)}-")
    name = f"{other.name_prefix}sessions-v1"
    ensure_topics(other.kafka_bootstrap, [TopicSpec(name=name, partitions=2, config={})], 1)
    try:
        with pytest.raises(Fatal, match=f"{name} has 2 partitions, its contract says 1"):
            provision(other, lambda line: None)
    finally:
        kafka = KafkaAdminClient(bootstrap_servers=other.kafka_bootstrap)
        kafka.delete_topics([topic for topic in kafka.list_topics() if topic.startswith(other.name_prefix)])
        kafka.close()


def test_an_index_with_other_options_stops_it_by_name(
    settings: Settings, administrator: Client, said: list[str]
) -> None:
    sessions = administrator[f"{settings.name_prefix}identity"]["sessions"]
    name = "school_1_campaign_1_level_1"
    sessions.drop_index(name)
    sessions.create_index(["school", "campaign", "level"])
    try:
        with pytest.raises(
            Fatal, match=r"identity\.sessions has an index on school, campaign, level with other options"
        ):
            provision(settings, lambda line: None)
    finally:
        sessions.drop_index(name)
        provision(settings, lambda line: None)


def test_kafka_away_is_one_sentence(settings: Settings) -> None:
    away = replace(settings, kafka_bootstrap="127.0.0.1:1", wait_seconds=0)
    with pytest.raises(
        Fatal, match=r"Kafka does not answer on 127\.0\.0\.1:1: is it running, is KAFKA_BOOTSTRAP right"
    ):
        provision(away, lambda line: None)


def test_mongodb_away_is_one_sentence_without_the_password(settings: Settings, said: list[str]) -> None:
    away = replace(settings, mongo_admin_uri=Secret("mongodb://root:sesame@127.0.0.1:1/"), wait_seconds=1)
    with pytest.raises(Fatal, match="MongoDB does not answer") as failure:
        provision(away, lambda line: None)
    assert "sesame" not in str(failure.value)
