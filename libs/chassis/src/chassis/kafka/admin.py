"""What is asked of the broker itself: does it answer, and to forget records."""

import time
from collections.abc import Mapping

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import KafkaError

from chassis.errors import Unavailable
from chassis.retry import delays


def delete_records(bootstrap: str, topic: str, below: Mapping[int, int]) -> None:
    """Deletes each partition's records whose offset is lower; the log begins there from now on. Kafka frees the disk
    a whole segment at a time, and never the one that it still writes to. Unavailable if Kafka is away."""
    if not below:
        return
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","), bootstrap_timeout_ms=10_000)
    except KafkaError as error:
        raise Unavailable("broker") from error
    try:
        admin.delete_records({TopicPartition(topic, number): offset for number, offset in below.items()})
    except KafkaError as error:
        raise Unavailable("broker") from error
    finally:
        admin.close()


def wait_for_broker(bootstrap: str, seconds: float) -> bool:
    """Whether the broker answers a metadata request within `seconds`."""
    deadline = time.monotonic() + seconds
    for wait in delays(0.1, 0.5):
        try:
            KafkaAdminClient(bootstrap_servers=bootstrap.split(","), bootstrap_timeout_ms=2000).close()
        except KafkaError:
            if time.monotonic() > deadline:
                return False
            time.sleep(wait)
        else:
            return True
    return False
