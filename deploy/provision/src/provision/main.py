"""Provisioning from beginning to end: topics, then collections, indexes, roles and users."""

import os
from collections.abc import Callable

import yaml

from chassis.errors import Fatal, Unavailable
from chassis.kafka import TopicSpec, bring_to, ensure_topics, set_passwords, wait_for_broker
from chassis.mongo import connect, ping
from chassis.settings import Secret, load
from contracts.data import folder
from contracts.topics import topics
from provision.access import parse_access
from provision.indexes import parse_indexes
from provision.settings import Settings, contradictions
from provision.store import create_collections, create_indexes, create_users
from provision.topic_rights import kafka_grants, kafka_users

SINGLE_COPY = "REPLICATION is 1: Kafka keeps a single copy of every record, right for a demo and never for a country."

OPEN_KAFKA = "Kafka users: none, since no passwords are given: whoever reaches Kafka may do everything in it."


def run(say: Callable[[str], None]) -> None:
    """Provisions what the environment names."""
    provision(load(Settings, os.environ, contradictions), say)


def provision(settings: Settings, say: Callable[[str], None]) -> None:
    """Creates what is missing and tells `say`; Fatal where something exists otherwise than its contract says."""
    if settings.replication == 1:
        say(SINGLE_COPY)
    _provision_kafka(settings, say)
    _provision_mongo(settings, say)


def passwords(settings: Settings) -> dict[str, Secret]:
    """The password of each database user by its name in contracts/access.yaml."""
    return {
        "identity": settings.identity_db_password,
        "aggregator": settings.aggregator_db_password,
        "reporter": settings.reporter_db_password,
    }


def kafka_passwords(settings: Settings) -> dict[str, Secret]:
    """The password of each Kafka user by its name in contracts/access.yaml; {} where none are made."""
    given = {
        "identity": settings.identity_kafka_password,
        "collector": settings.collector_kafka_password,
        "aggregator": settings.aggregator_kafka_password,
    }
    return {user: password for user, password in given.items() if password is not None}


def _provision_kafka(settings: Settings, say: Callable[[str], None]) -> None:
    try:
        if not wait_for_broker(settings.kafka, settings.wait_seconds):
            raise Fatal(
                f"Kafka does not answer on {settings.kafka_bootstrap}: is it running, is KAFKA_BOOTSTRAP right?"
            )
        specs = [
            TopicSpec(name=settings.name_prefix + topic.name, partitions=topic.partitions, config=topic.config)
            for topic in topics().values()
        ]
        created = ensure_topics(settings.kafka, specs, settings.replication)
        say(f"topics: {len(specs)}, of them new: {', '.join(created) or 'none'}")
        say(_kafka_users(settings))
    except Unavailable as error:
        raise Fatal(error.detail or "Kafka went away meanwhile: provision again.") from error


def _kafka_users(settings: Settings) -> str:
    passwords = kafka_passwords(settings)
    if not passwords:
        return OPEN_KAFKA
    raw = yaml.safe_load(folder("access.yaml").read_text("utf-8"))
    prefix = settings.name_prefix
    users = [prefix + user for user in kafka_users(raw)]
    set_passwords(settings.kafka, {prefix + user: passwords[user] for user in kafka_users(raw)})
    granted, taken = bring_to(settings.kafka, users, kafka_grants(raw, prefix))
    return f"Kafka users: {', '.join(kafka_users(raw))}; rights granted: {granted}, taken back: {taken}"


def _provision_mongo(settings: Settings, say: Callable[[str], None]) -> None:
    raw = yaml.safe_load(folder("access.yaml").read_text("utf-8"))
    access = parse_access(raw, settings.name_prefix)
    indexes = parse_indexes(yaml.safe_load(folder("indexes.yaml").read_text("utf-8")), raw, settings.name_prefix)
    uri = settings.mongo_admin_uri.reveal()
    with connect(uri, app="provision", timeout_seconds=max(1.0, settings.wait_seconds)) as client:
        if problem := ping(client):
            raise Fatal(f"{problem}: is it running, is MONGO_ADMIN_URI right?")
        created = create_collections(client, access)
        create_indexes(client, indexes)
        create_users(client, access, passwords(settings), settings.name_prefix)
    say(f"collections: {len(access.collections)}, of them new: {len(created)}")
    say(f"indexes: {len(indexes)}")
    say(f"database users: {', '.join(access.users())}")
