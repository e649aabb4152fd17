"""What is asked of the broker itself: does it answer, and to forget records."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import KafkaError

from chassis.kafka.connection import Place, away, options, refusal
from chassis.retry import delays


@contextmanager
def asking(place: Place) -> Iterator[Any]:
    """An administrator's client for a few questions. Unavailable if Kafka is away or refuses."""
    admin: Any = None
    try:
        admin = KafkaAdminClient(**options(place), bootstrap_timeout_ms=10_000)
        yield admin
    except KafkaError as error:
        raise away(error, place) from error
    finally:
        if admin is not None:
            admin.close()


def delete_records(place: Place, topic: str, below: Mapping[int, int]) -> None:
    """Deletes each partition's records whose offset is lower; the log begins there from now on. Kafka frees the disk
    a whole segment at a time, and never the one that it still writes to. Unavailable if Kafka is away."""
    if below:
        with asking(place) as admin:
            admin.delete_records({TopicPartition(topic, number): offset for number, offset in below.items()})


def wait_for_broker(place: Place, seconds: float) -> bool:
    """Whether the broker answers a metadata request within `seconds`. Unavailable as soon as it refuses us."""
    deadline = time.monotonic() + seconds
    for wait in delays(0.1, 0.5):
        try:
            KafkaAdminClient(**options(place), bootstrap_timeout_ms=2000).close()
        except KafkaError as error:
            if refusal(error, place):
                raise away(error, place) from error
            if time.monotonic() > deadline:
                return False
            time.sleep(wait)
        else:
            return True
    return False
