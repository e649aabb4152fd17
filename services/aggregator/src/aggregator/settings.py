"""What the aggregator has to be told, from environment variables."""

from collections.abc import Iterator
from dataclasses import dataclass

from chassis import kafka
from chassis.kafka import KafkaSettings
from chassis.settings import Secret, loopback, setting


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings(KafkaSettings):
    """Settings of worker, editor and commands."""

    mongo_uri: Secret = setting("MongoDB address with the aggregator's user and password in it")
    blob_key: Secret = setting("32 bytes as base64url: seals figures that are not yet released")
    blob_key_previous: Secret | None = setting("BLOB_KEY before its last change, until `reseal` was run", None)
    topic_prefix: str = setting("put before the name of every topic", "")
    statistics_database: str = setting("name of the statistics database", "statistics")
    group: str = setting("Kafka group that the workers share the partitions in", "aggregator")
    partitions: tuple[str, ...] = setting("owns these partitions instead of joining the group", ())
    worker_processes: int = setting("worker processes that `worker` starts, one a core", 1, minimum=1)
    host: str = setting("address that livez, readyz and metrics are answered on", "0.0.0.0")  # noqa: S104  # a pod's own
    metrics_port: int = setting(
        "port of the first process's livez, readyz and metrics, the next process one more", 9104
    )
    log_level: str = setting("lowest level that is logged", "INFO")
    clock_offset_seconds: float = setting("moves the clock, in tests only", 0.0)
    delivery_timeout_seconds: float = setting("how long a record may take to be acknowledged", 8.0, minimum=0.5)
    participation_seconds: float = setting("how often participation is written", 600.0, minimum=1)
    edition_seconds: float = setting("least time between two editions of a campaign", 60.0, minimum=1)
    batch_records: int = setting("most records in a batch", 20_000, minimum=1)
    batch_seconds: float = setting("longest time that a batch is gathered for", 0.5, minimum=0.01)
    bury_limit: int = setting("stop after so many records of a partition buried on end; 0: never", 100, minimum=0)
    stall_seconds: float = setting(
        "end the process when a partition with lag stands still for so long", 60.0, minimum=1
    )
    open_data_url: str = setting("the reporter's address of open data, in announcements of editions", "")


def contradictions(settings: Settings) -> Iterator[str]:
    """A sentence for each pair of settings that cannot go together."""
    yield from kafka.contradictions(settings)
    if settings.blob_key_previous == settings.blob_key:
        yield "BLOB_KEY_PREVIOUS is the same as BLOB_KEY: set it only while a change goes on"
    if not loopback(settings.host):
        if settings.clock_offset_seconds:
            yield "CLOCK_OFFSET_SECONDS moves the clock and is refused unless HOST is a loopback address"
        if settings.participation_seconds < 600:
            yield "PARTICIPATION_SECONDS below 600 shows single answers and is refused unless HOST is loopback"
    if not all(part.isdigit() for part in settings.partitions):
        yield "PARTITIONS must be numbers, comma separated"
