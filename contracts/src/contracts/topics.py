"""The topics as their contract files describe them, and the partition that a school's records go to."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from contracts.data import folder

CAMPAIGNS = "campaigns-v1"
SESSIONS = "sessions-v1"
RESPONSES = "responses-v1"
DEAD_LETTERS = "responses-v1-dlq"
EDITIONS = "editions-v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """One topic file: `config` are Kafka topic settings by name, messages are `<name>.v<n>`."""

    name: str
    purpose: str
    key: str
    partitions: int
    messages: tuple[str, ...]
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    config: Mapping[str, str]


@cache
def topics() -> Mapping[str, Topic]:
    """Every topic by name, read from contracts/topics."""
    found = {}
    for path in sorted(folder("topics").glob("*.yaml")):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[raw["name"]] = Topic(
            name=raw["name"],
            purpose=raw["purpose"],
            key=raw["key"],
            partitions=raw["partitions"],
            messages=tuple(raw["messages"]),
            producers=tuple(raw["producers"]),
            consumers=tuple(raw["consumers"]),
            config=raw["config"],
        )
    return found


def partition(school: str, partitions: int | None = None) -> int:
    """The partition of a school's records: Kafka's own default (murmur2) over the school code's UTF-8 bytes."""
    return (murmur2(school.encode()) & 0x7FFFFFFF) % (partitions or topics()[RESPONSES].partitions)


def murmur2(data: bytes) -> int:
    """32-bit murmur2 with the seed that Kafka's clients use, unsigned."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = 0x9747B28C ^ len(data)
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        k = int.from_bytes(data[at : at + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = (h * m & mask) ^ k
    if tail := data[whole:]:
        h = (h ^ int.from_bytes(tail, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15
