"""A collector as it really runs: gunicorn in a process of its own, with topics of its own."""

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from kafka import KafkaConsumer, TopicPartition

from chassis.kafka import AckedProducer, Outgoing, TopicSpec, ensure_topics
from contracts import topics
from contracts.codec import encode
from contracts.messages import SchoolSession
from support.parts import GUARD

LIMIT = 30.0
QUICK = {
    "DELIVERY_TIMEOUT_SECONDS": "3",
    "DIRECTORY_STALENESS_SECONDS": "3",
    "CLOCK_SKEW_SECONDS": "0.5",
    "SETTLE_SECONDS": "8",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Topics:
    """The collector's two topics under a prefix of their own."""

    bootstrap: str
    prefix: str

    def publish(self, *messages: SchoolSession) -> None:
        """Writes sessions as identity's relay would."""
        producer = AckedProducer(self.bootstrap)
        name = self.prefix + topics.SESSIONS
        producer.send_all(
            [
                Outgoing(topic=name, partition=0, key=message.session.encode(), value=encode(message), timestamp_ms=1)
                for message in messages
            ]
        )
        producer.close()

    def records(self, school: str) -> list[Any]:
        """All records of a school's partition whose key is the school."""
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap, group_id=None, enable_auto_commit=False)
        place = TopicPartition(self.prefix + topics.RESPONSES, topics.partition(school))
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        end = consumer.end_offsets([place])[place]
        found: list[Any] = []
        deadline = time.monotonic() + LIMIT
        while consumer.position(place) < end:
            assert time.monotonic() < deadline, "the topic could not be read"
            for rows in consumer.poll(timeout_ms=200).values():
                found += [row for row in rows if row.key == school.encode()]
        consumer.close()
        return found


def make_topics(bootstrap: str, config: Mapping[str, str] | None = None) -> Topics:
    """The two topics as the contract describes them, `config` beside it for the responses."""
    prefix = f"t{secrets.token_hex(4)}-"
    contract = topics.topics()
    specs = [
        TopicSpec(
            name=prefix + name,
            partitions=contract[name].partitions,
            config={**contract[name].config, **(config or {} if name == topics.RESPONSES else {})},
        )
        for name in (topics.SESSIONS, topics.RESPONSES)
    ]
    ensure_topics(bootstrap, specs, 1)
    return Topics(bootstrap=bootstrap, prefix=prefix)


@dataclass(frozen=True, kw_only=True)
class Collector:
    """A running collector."""

    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(status=answer.status, headers=dict(answer.getheaders()), body=answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def send(self, body: object, kind: str = "application/json") -> Answer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", "/v1/responses", content, {"Content-Type": kind})

    def counters(self) -> dict[str, float]:
        """Every line of the figures, by name and labels."""
        lines = self.get("/metrics").body.decode().splitlines()
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line[:1] not in ("#", "")}

    def wait_for(self, session: str) -> None:
        """Returns once this session is served."""
        until(lambda: self.get(f"/v1/sessions/{session}/questionnaire").status == 200)


def until(condition: Callable[[], bool], seconds: float = LIMIT) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port: int = chosen.getsockname()[1]
        return port


@contextmanager
def running_collector(
    place: Topics, identity_origin: str = "http://127.0.0.1:1", log: IO[bytes] | None = None, **changes: str
) -> Iterator[Collector]:
    """A collector on these topics, ready; `changes` are environment variables, `log` takes what it says."""
    port = free_port()
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        **QUICK,
        "KAFKA_BOOTSTRAP": place.bootstrap,
        "TOPIC_PREFIX": place.prefix,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "OPERATOR_CODES": "the Ministry",
        "OPERATOR_ANSWERS": "the Institute",
        "IDENTITY_ORIGIN": identity_origin,
        **changes,
    }
    process = subprocess.Popen([*GUARD, sys.executable, "-m", "collector", "web"], env=environment, stderr=log)
    running = Collector(port=port, process=process)
    try:
        until(lambda: _ready(running))
        yield running
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(LIMIT)


def _ready(running: Collector) -> bool:
    assert running.process.poll() is None, "the collector ended"
    try:
        return running.get("/readyz").status == 200
    except OSError:
        return False
