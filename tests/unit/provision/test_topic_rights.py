"""The rights of every Kafka user, as the contract lists them."""

from typing import Any

import pytest
import yaml

from chassis.kafka import Grant
from contracts.data import folder
from contracts.topics import topics
from provision.topic_rights import kafka_grants, kafka_users

ADDED_BY_PURPOSE = {("aggregator", "editions-v1", "read")}
"""Not in a topic's life, but in its keeping: backups read it."""


@pytest.fixture
def raw() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(folder("access.yaml").read_text("utf-8"))
    return loaded


def test_who_writes_and_reads_a_topic_is_who_its_contract_names(raw: dict[str, Any]) -> None:
    found = {
        (grant.user, grant.name, grant.operation)
        for grant in kafka_grants(raw)
        if grant.kind == "topic" and grant.operation in ("read", "write")
    }
    named = {(user, topic.name, "write") for topic in topics().values() for user in topic.producers} | {
        (user, topic.name, "read") for topic in topics().values() for user in topic.consumers
    }
    assert found == named | ADDED_BY_PURPOSE


def test_identity_can_never_read_an_answer_and_the_collector_never_read_one_back(raw: dict[str, Any]) -> None:
    readers = {grant.user for grant in kafka_grants(raw) if (grant.name, grant.operation) == ("responses-v1", "read")}
    assert readers == {"aggregator"}


def test_the_reporter_has_no_kafka_user(raw: dict[str, Any]) -> None:
    assert kafka_users(raw) == ("aggregator", "collector", "identity")


def test_the_prefix_stands_before_users_topics_and_groups(raw: dict[str, Any]) -> None:
    plain = kafka_grants(raw)
    assert kafka_grants(raw, "t-") == {
        Grant(user=f"t-{one.user}", kind=one.kind, name=f"t-{one.name}", operation=one.operation) for one in plain
    }


def test_an_unknown_word_is_named(raw: dict[str, Any]) -> None:
    raw["kafka"]["topics"]["sessions-v1"]["collector"] = ["own"]
    with pytest.raises(ValueError, match="topic sessions-v1: collector has the unknown right 'own'"):
        kafka_grants(raw)
