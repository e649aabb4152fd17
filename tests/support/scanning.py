"""Looks through everything that a stack keeps (topics, collections, oplog, dumps, logs, figures) for what must not be
there: somebody's code, address or agent, and a time beside an answer."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson
from bson import ObjectId
from kafka import KafkaConsumer, TopicPartition
from pymongo import MongoClient

Place = tuple[str, bytes]
"""Where something stands, in words, and the bytes that stand there."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A record of a topic as Kafka keeps it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    headers: tuple[Any, ...]
    key: bytes
    value: bytes


def spelled(text: str) -> set[bytes]:
    """How a secret may stand somewhere: as it is, in small letters, hyphenated, or hashed without a key."""
    hyphens = f"{text[:4]}-{text[4:8]}-{text[8:]}"
    forms = {text, text.lower(), hyphens, hyphens.lower()}
    hashed = [digest for form in (text, hyphens) for digest in _digests(form.encode())]
    return {form.encode() for form in forms} | set(hashed) | {digest.hex().encode() for digest in hashed}


def _digests(plain: bytes) -> list[bytes]:
    return [hashlib.new(name, plain).digest() for name in ("md5", "sha1", "sha256")]


def found(needles: Mapping[str, Iterable[bytes]], places: Iterable[Place]) -> list[str]:
    """A sentence for each needle that stands in a place."""
    wanted = [(name, form) for name, forms in needles.items() for form in forms]
    return sorted({f"{name} in {where}" for where, content in places for name, form in wanted if form in content})


def messages(bootstrap: str, prefix: str) -> Iterator[Message]:
    """Every record of every topic whose name begins so."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest", consumer_timeout_ms=10_000
    )
    try:
        names = [name for name in consumer.topics() if name.startswith(prefix)]
        places = [TopicPartition(name, number) for name in names for number in consumer.partitions_for_topic(name)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        while any(consumer.position(place) < end for place, end in ends.items()):
            for place, rows in consumer.poll(timeout_ms=500).items():
                for row in rows:
                    yield Message(
                        topic=place.topic,
                        partition=place.partition,
                        offset=row.offset,
                        timestamp=row.timestamp,
                        headers=tuple(row.headers),
                        key=row.key or b"",
                        value=row.value or b"",
                    )
    finally:
        consumer.close()


def in_topics(rows: Iterable[Message]) -> Iterator[Place]:
    """Keys, values and headers of records."""
    for row in rows:
        yield f"a key of {row.topic}", row.key
        yield f"a value of {row.topic}", row.value
        yield f"a header of {row.topic}", _bytes(row.headers)


def documents(client: MongoClient[Any], database: str) -> Iterator[tuple[str, Any]]:
    """(collection, document) of everything in a database."""
    for name in client[database].list_collection_names():
        for row in client[database][name].find():
            yield f"{database}.{name}", row


def in_documents(rows: Iterable[tuple[str, Any]]) -> Iterator[Place]:
    """Names and values of documents, as deep as they go."""
    for where, row in rows:
        yield where, _bytes(row)


def in_oplog(client: MongoClient[Any], prefix: str) -> Iterator[Place]:
    """What the database's own log of changes keeps of databases whose names begin so."""
    begins = {"$regex": f"^{prefix}"}
    query = {"$or": [{"ns": begins}, {"o.applyOps.ns": begins}]}
    for row in client["local"]["oplog.rs"].find(query):
        yield f"the oplog ({row['ns']})", _bytes(row)


def in_logs(folder: Path) -> Iterator[Place]:
    """Every line of the processes' logs."""
    for path in sorted(folder.glob("*.log")):
        yield f"the log {path.name}", path.read_bytes()


def in_database_log(client: MongoClient[Any]) -> Iterator[Place]:
    """What the database server itself wrote to its log lately."""
    for line in client.admin.command("getLog", "global")["log"]:
        yield "the database server's log", str(line).encode()


def in_figures(figures: Mapping[str, str]) -> Iterator[Place]:
    """Names and labels that processes show, as text by process."""
    for process, text in figures.items():
        yield f"the figures of {process}", text.encode()


def in_files(folder: Path) -> Iterator[Place]:
    """Every file below a folder, such as a backup's."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield f"the file {path.relative_to(folder)}", path.read_bytes()


def in_dump(dumped: "Dump") -> Iterator[Place]:
    """A dump's documents as the bytes that stand in it."""
    for (where, _), document in dumped.items():
        yield f"the dump of {where}", bson.encode(document)


Dump = Mapping[tuple[str, str], Mapping[str, Any]]
"""Documents by (collection, id), as of one moment."""


def dump(rows: Iterable[tuple[str, Any]]) -> Dump:
    """All these documents."""
    return {(where, repr(row["_id"])): row for where, row in rows}


def clock_times(rows: Iterable[tuple[str, Any]]) -> list[str]:
    """Where something in a (place, document) tells a time finer than a day: a moment, a text, or a number near now."""
    return sorted({f"a time in {where}" for where, row in rows for value in values(row) if _tells_time(value)})


def _tells_time(value: Any) -> bool:
    if isinstance(value, datetime):
        return bool(value.hour or value.minute or value.second or value.microsecond)
    if isinstance(value, bytes):
        return bool(_CLOCK.search(value))
    if isinstance(value, str):
        return bool(_CLOCK.search(value.encode())) or (
            value.isdecimal() and len(value) < 20 and _tells_time(int(value))
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        now = datetime.now(UTC).timestamp()
        found = [value / unit for unit in (1, 10**3, 10**6, 10**9)]
        return any(abs(one - now) < 3 * 86_400 and round(value) % 86_400 for one in found)
    return False


# With a date before the T: in the letters of a signature T and four digits come by chance.
_CLOCK = re.compile(rb"\d\d:\d\d:\d\d|\dT\d\d:\d\d|\d{8}T\d{4}")


def values(document: Any) -> Iterator[Any]:
    """Every value in a document, as deep as it goes."""
    if isinstance(document, Mapping):
        for inner in document.values():
            yield from values(inner)
    elif isinstance(document, list | tuple):
        for inner in document:
            yield from values(inner)
    else:
        yield document


def object_ids(rows: Iterable[tuple[str, Any]]) -> list[str]:
    """Where an ObjectId stands, which holds a time and a counter."""
    return sorted({where for where, row in rows if any(isinstance(value, ObjectId) for value in values(row))})


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return b"\0" + value + b"\0"
    if isinstance(value, Mapping):
        return b"\0".join(_bytes(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return b"\0".join(_bytes(part) for part in value)
    return str(value).encode()
