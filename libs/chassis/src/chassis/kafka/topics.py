"""Topics as they should be: made where they are missing, compared where they are there."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError

from chassis.errors import Fatal
from chassis.kafka.admin import asking
from chassis.kafka.connection import Place, away, options, refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicSpec:
    """A topic as it should be: name, partition number, Kafka settings by name."""

    name: str
    partitions: int
    config: Mapping[str, str]


class TopicMismatch(Fatal):
    """A topic exists with other partitions or settings than its contract; the text names each difference."""


def ensure_topics(place: Place, specs: Sequence[TopicSpec], replication: int) -> list[str]:
    """Creates the topics that are missing and returns their names; TopicMismatch if one differs."""
    admin = KafkaAdminClient(**options(place))
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
    except KafkaError as error:
        if refusal(error, place):
            raise away(error, place) from error
        raise
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
        if spec.config.keys() - actual.keys() == spec.config.keys() != set():
            found.append(f"{spec.name}: this process's user may not see its settings; run `python -m provision`")
            continue
        for name, value in spec.config.items():
            held = actual.get(name, {})
            shown = str(held.get("value") if isinstance(held, Mapping) else held)
            if shown != value:
                found.append(f"{spec.name}: {name} is {shown}, its contract says {value}")
    return found


def check_topics(place: Place, specs: Sequence[TopicSpec]) -> list[str]:
    """A sentence for each topic that is missing or differs from its contract; Unavailable if Kafka is away."""
    with asking(place) as admin:
        present = set(admin.list_topics())
        missing = [
            f"{spec.name} is missing, or hidden from this process's user: run `python -m provision`"
            for spec in specs
            if spec.name not in present
        ]
        return missing + topic_differences(admin, [spec for spec in specs if spec.name in present])


def not_writable(place: Place, names: Sequence[str]) -> list[str]:
    """The topics among these that this process's user may not write to, or not see; Unavailable if Kafka is away."""
    with asking(place) as admin:
        rows = admin.describe_topics(list(names))
    writable = {row["name"] for row in rows if "WRITE" in _operations(row)}
    return [name for name in names if name not in writable]


def _operations(row: Mapping[str, Any]) -> set[str]:
    return {str(name) for name in row.get("authorized_operations") or ()}
