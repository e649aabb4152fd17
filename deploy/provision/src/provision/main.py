"""Provisioning from beginning to end: topics, then collections, indexes, roles and users."""

import os
from collections.abc import Callable

import yaml

from chassis.errors import Fatal
from chassis.kafka import TopicSpec, ensure_topics, wait_for_broker
from chassis.mongo import connect, ping
from chassis.settings import Secret, load
from contracts.data import folder
from contracts.topics import topics
from provision.access import parse_access
from provision.indexes import parse_indexes
from provision.settings import Settings
from provision.store import create_collections, create_indexes, create_users

SINGLE_COPY = "REPLICATION is 1: Kafka keeps a single copy of every record, right for a demo and never for a country."


def run(say: Callable[[str], None]) -> None:
    """Provisions what the environment names."""
    provision(load(Settings, os.environ), say)


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


def _provision_kafka(settings: Settings, say: Callable[[str], None]) -> None:
    if not wait_for_broker(settings.kafka_bootstrap, settings.wait_seconds):
        raise Fatal(f"Kafka does not answer on {settings.kafka_bootstrap}: is it running, is KAFKA_BOOTSTRAP right?")
    specs = [
        TopicSpec(name=settings.name_prefix + topic.name, partitions=topic.partitions, config=topic.config)
        for topic in topics().values()
    ]
    created = ensure_topics(settings.kafka_bootstrap, specs, settings.replication)
    say(f"topics: {len(specs)}, of them new: {', '.join(created) or 'none'}")


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
