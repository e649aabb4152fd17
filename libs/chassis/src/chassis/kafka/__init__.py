"""Kafka as we use it; what callers need of it by name, whichever room it stands in."""

from chassis.kafka.admin import delete_records, wait_for_broker
from chassis.kafka.compacted import CompactedReader
from chassis.kafka.connection import Brokers, KafkaSettings, Place, contradictions, refusal
from chassis.kafka.partitions import PartitionedConsumer
from chassis.kafka.producer import AckedProducer
from chassis.kafka.records import Outgoing, Record
from chassis.kafka.rights import Grant, bring_to, grants, set_passwords
from chassis.kafka.topics import TopicMismatch, TopicSpec, check_topics, ensure_topics, not_writable, topic_differences

__all__ = [
    "AckedProducer",
    "Brokers",
    "CompactedReader",
    "Grant",
    "KafkaSettings",
    "Outgoing",
    "PartitionedConsumer",
    "Place",
    "Record",
    "TopicMismatch",
    "TopicSpec",
    "bring_to",
    "check_topics",
    "contradictions",
    "delete_records",
    "ensure_topics",
    "grants",
    "not_writable",
    "refusal",
    "set_passwords",
    "topic_differences",
    "wait_for_broker",
]
