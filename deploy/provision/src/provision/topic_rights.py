"""Who may do what in which topic and consumer group, read from contracts/access.yaml and turned into Kafka's rights."""

from collections.abc import Iterator, Mapping
from typing import Any

from chassis.kafka import Grant

OPERATIONS: Mapping[str, str] = {"read": "read", "write": "write", "forget": "delete"}
"""Kafka's operation for each word of the contract; Read, Write and Delete imply Describe."""


def kafka_users(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Everybody who has a right somewhere in Kafka, in alphabetical order."""
    places = [*raw["kafka"]["topics"].values(), *raw["kafka"]["groups"].values()]
    return tuple(sorted({user for place in places for user in place}))


def kafka_grants(raw: Mapping[str, Any], prefix: str = "") -> set[Grant]:
    """Every right, `prefix` put before the names of users, topics and groups; ValueError names an unknown word."""
    return set(_grants(raw["kafka"], prefix))


def _grants(raw: Mapping[str, Any], prefix: str) -> Iterator[Grant]:
    for kind, places in (("topic", raw["topics"]), ("group", raw["groups"])):
        for name, words_of in places.items():
            for user, words in words_of.items():
                for word in words:
                    if word not in OPERATIONS:
                        raise ValueError(f"{kind} {name}: {user} has the unknown right {word!r}")
                    yield Grant(user=prefix + user, kind=kind, name=prefix + name, operation=OPERATIONS[word])
                if kind == "topic":  # start-up compares a topic's settings with its contract
                    yield Grant(user=prefix + user, kind=kind, name=prefix + name, operation="describe_configs")
