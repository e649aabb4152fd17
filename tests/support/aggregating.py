"""The aggregator as it really runs: workers in processes of their own, topics and a database of their own."""

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from chassis.kafka import AckedProducer, Outgoing, TopicSpec, ensure_topics
from chassis.mongo import Client, connect
from contracts import topics
from contracts.ballots import b64
from contracts.codec import encode
from contracts.messages import Campaign, Message, ResponseSubmitted, SchoolSession, SessionClosed
from support.builders import DAY_MS
from support.parts import GUARD, KafkaPart, MongoPart

LIMIT = 120.0
COLLECTIONS = (
    *("offsets", "seen", "cells", "moments", "covers", "snapshots", "sessions"),
    *("participation", "campaigns", "editions", "admitted", "current", "leases"),
)


def wait_for(what: str, condition: Callable[[], Any], seconds: float = LIMIT) -> Any:
    """What `condition` returns as soon as it is true; AssertionError names what did not come."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} did not come within {seconds:g} s"
        time.sleep(0.05)
    return found


@dataclass(kw_only=True)
class Aggregation:
    """One log and one database, and the processes that fold one into the other."""

    bootstrap: str
    mongo: str
    prefix: str
    client: Client = field(repr=False)
    producer: AckedProducer = field(repr=False)
    folder: Path
    blob_key: str = field(repr=False)
    database: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def db(self) -> Any:
        return self.client[self.database]

    def environment(self, **changes: str) -> dict[str, str]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "KAFKA_BOOTSTRAP": self.bootstrap,
            "MONGO_URI": self.mongo,
            "TOPIC_PREFIX": self.prefix,
            "STATISTICS_DATABASE": self.database,
            "BLOB_KEY": self.blob_key,
            "HOST": "127.0.0.1",
            "METRICS_PORT": str(port),
            "PARTICIPATION_SECONDS": "1",
            "EDITION_SECONDS": "1",
            "DELIVERY_TIMEOUT_SECONDS": "5",
            **self.extra,
            **changes,
        }

    def start(self, what: str = "worker", **changes: str) -> subprocess.Popen[bytes]:
        """A process of the aggregator; its log goes to a file."""
        env = self.environment(**changes)
        self.ports.append(int(env["METRICS_PORT"]))
        log = (self.folder / f"{what}-{len(self.processes)}.log").open("wb")
        process = subprocess.Popen([*GUARD, sys.executable, "-m", "aggregator", what], env=env, stderr=log, stdout=log)
        log.close()
        self.processes.append(process)
        return process

    def ask(self, *command: str, database: str | None = None, code: int = 0) -> str:
        """What a command prints; AssertionError unless it ends with `code`."""
        env = self.environment(**({"STATISTICS_DATABASE": database} if database else {}))
        run = subprocess.run(
            [sys.executable, "-m", "aggregator", *command], env=env, capture_output=True, text=True, timeout=120
        )
        assert code == run.returncode, run.stdout + run.stderr
        return run.stdout

    def ledger(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask("ledger", "--json"))
        return found

    def counts(self) -> dict[tuple[str, str], dict[str, Any]]:
        rows = map(json.loads, self.ask("counts", "--json").splitlines())
        return {(row["session"], row["group"]): row for row in rows}

    def announce(self, *messages: SchoolSession | Campaign) -> None:
        """Puts sessions and campaigns on their topics."""
        self._send([(_compacted(message), 0, message) for message in messages])

    def submit(self, *messages: ResponseSubmitted | SessionClosed) -> None:
        """Puts responses and markers on the log; returns when they are acknowledged."""
        self._send([(topics.RESPONSES, topics.partition(message.school), message) for message in messages])

    def raw(self, value: bytes, partition: int) -> None:
        """Puts any bytes on the log."""
        self.producer.send_all([self._outgoing(topics.RESPONSES, partition, value)])

    def ends(self, topic: str = topics.RESPONSES) -> dict[int, int]:
        """Where each partition ends."""
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap, enable_auto_commit=False)
        try:
            numbers = range(topics.topics()[topic].partitions)
            asked = [TopicPartition(self.prefix + topic, number) for number in numbers]
            return {one.partition: end for one, end in consumer.end_offsets(asked).items()}
        finally:
            consumer.close(autocommit=False)

    def values(self, topic: str) -> list[Any]:
        """Every record of a topic."""
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap, enable_auto_commit=False)
        try:
            asked = [TopicPartition(self.prefix + topic, n) for n in range(topics.topics()[topic].partitions)]
            consumer.assign(asked)
            consumer.seek_to_beginning(*asked)
            ends = consumer.end_offsets(asked)
            found: list[Any] = []
            while any(consumer.position(one) < ends[one] for one in asked):
                for rows in consumer.poll(timeout_ms=200).values():
                    found += rows
            return found
        finally:
            consumer.close(autocommit=False)

    def folded_up(self, seconds: float = LIMIT) -> None:
        """Waits until every record that is on the log now is folded."""
        ends = {number: end for number, end in self.ends().items() if end}

        def done() -> bool:
            self._complain()
            at = {row["_id"]: row["next"] for row in self.db.offsets.find() if row["_id"] in ends}
            return all(at.get(number, 0) >= end for number, end in ends.items())

        wait_for("the end of the log", done, seconds)

    def metrics(self, number: int = -1) -> str:
        """What a process says of itself."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[number], timeout=10)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def stop(self) -> None:
        """Ends every process that is still there, asking first."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def _complain(self) -> None:
        ended = [process for process in self.processes if process.poll() not in (None, 0, -signal.SIGKILL)]
        assert not ended, self.logs()

    def _send(self, rows: Sequence[tuple[str, int, Message]]) -> None:
        for at in range(0, len(rows), 2000):
            self.producer.send_all(
                [self._outgoing(topic, number, encode(one)) for topic, number, one in rows[at : at + 2000]]
            )

    def _outgoing(self, topic: str, partition: int, value: bytes) -> Outgoing:
        return Outgoing(
            topic=self.prefix + topic, partition=partition, key=_key(value), value=value, timestamp_ms=DAY_MS
        )


def _key(value: bytes) -> bytes:
    try:
        return str(json.loads(value)["subject"]).encode()
    except (ValueError, KeyError, TypeError):
        return b"key"


def _compacted(message: SchoolSession | Campaign) -> str:
    return topics.SESSIONS if isinstance(message, SchoolSession) else topics.CAMPAIGNS


@contextmanager
def aggregation(broker: KafkaPart, database: MongoPart, folder: Path) -> Iterator[Aggregation]:
    """Fresh topics and a fresh database; everything is ended and dropped afterwards."""
    prefix = f"t{secrets.token_hex(4)}-"
    specs = [
        TopicSpec(name=prefix + topic.name, partitions=topic.partitions, config=topic.config)
        for topic in topics.topics().values()
    ]
    ensure_topics(broker.bootstrap, specs, 1)
    producer = AckedProducer(broker.bootstrap, 20.0)
    with connect(database.admin_uri, app="test") as client:
        running = Aggregation(
            bootstrap=broker.bootstrap,
            mongo=database.admin_uri,
            prefix=prefix,
            client=client,
            producer=producer,
            folder=folder,
            blob_key=b64(secrets.token_bytes(32)),
            database=f"{prefix}statistics",
        )
        create(client, running.database)
        try:
            yield running
        finally:
            running.stop()
            producer.close()
            client.drop_database(running.database)


def create(client: Client, database: str) -> None:
    """The collections of a statistics database, as provisioning makes them."""
    for name in COLLECTIONS:
        client[database].create_collection(name)
    client[database].cells.create_index("partition")
