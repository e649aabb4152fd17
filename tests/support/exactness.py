"""Is everything counted exactly, now that it is quiet? Asked of the operators' commands and of Kafka."""

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from kafka import KafkaConsumer, TopicPartition

from support.crowd import Crowd
from support.foreign import to_bytes
from support.setting import Setting, until

if TYPE_CHECKING:
    from stack.services import Services


def log_end(services: "Services") -> int:
    """How many records the log of responses has taken."""
    topic = f"{services.site.prefix}responses-v1"
    consumer = KafkaConsumer(bootstrap_servers=services.site.kafka, enable_auto_commit=False)
    try:
        places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        return sum(consumer.end_offsets(places).values())
    finally:
        consumer.close()


def buried_ids(services: "Services") -> list[str]:
    """The receipts of all responses among the dead letters."""
    topic = f"{services.site.prefix}responses-v1-dlq"
    consumer = KafkaConsumer(bootstrap_servers=services.site.kafka, enable_auto_commit=False)
    found = []
    try:
        places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        while any(consumer.position(place) < ends[place] for place in places):
            for rows in consumer.poll(timeout_ms=200).values():
                found += [json.loads(to_bytes(json.loads(row.value)["data"]["value"]))["id"] for row in rows]
    finally:
        consumer.close()
    return found


def none_buried(services: "Services", accepted: Collection[str]) -> None:
    """No response that was answered 202 is a dead letter."""
    assert not set(buried_ids(services)) & set(accepted)


def ledger(services: "Services", changes: dict[str, str] | None = None) -> dict[str, Any]:
    """The ledger as its command prints it; AssertionError if it is not balanced."""
    done = services.run("aggregator", "ledger", "--json", changes=changes)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert (found["balanced"], done.returncode) == (True, 0)
    return found


def folded_up(services: "Services", changes: dict[str, str] | None = None, seconds: float = 90.0) -> dict[str, Any]:
    """The ledger once it holds every record of the log."""
    end = log_end(services)
    until(lambda: ledger(services, changes)["total"]["next"] == end, f"the fold of {end} records", seconds)
    return ledger(services, changes)


def exact(setting: Setting, crowd: Crowd, seconds: float = 90.0) -> dict[str, Any]:
    """Counts and ledger equal what the crowd wrote down, to the last count, and the aggregator's recount agrees; the
    ledger. The fold may take so many `seconds` to reach the end of the log."""
    account = folded_up(setting.services, seconds=seconds)
    total = account["total"]
    known = crowd.known.counts(crowd.items)
    sessions = {session for session, _ in crowd.items}
    found = {cell: row for cell, row in setting.all_counts().items() if cell[0] in sessions}
    assert {cell: {"n": row["n"], "items": row["items"]} for cell, row in found.items()} == known
    for session in sessions:
        people = [row["n"] for cell, row in known.items() if cell[0] == session]
        assert account["sessions"][session] == {"folded": sum(people), "cells": len(people)}
    if total["buried"]:
        none_buried(setting.services, crowd.known.accepted)
    assert total["next"] == total["folded"] + total["duplicates"] + total["buried"] + total["markers"]
    verdict = setting.services.run("aggregator", "verify", "--ballots")
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    return account


def equal_second_fold(services: "Services") -> None:
    """Another aggregator folds the same log into another database, and comes to the same digest."""
    from stack.ports import free_ports

    changes = {
        "STATISTICS_DATABASE": f"{services.site.prefix}statistics_b",
        "PARTITIONS": ",".join(map(str, range(24))),  # it may join no other group than the aggregator's
        "METRICS_PORT": str(free_ports(1)[0]),
    }
    second = services.launch("aggregator", changes, alias="second-fold")
    try:
        folded_up(services, changes)
    finally:
        second.stop()
    first, again = (services.output("aggregator", "digest", changes=where).strip() for where in (None, changes))
    assert len(first) == 64
    assert first == again
