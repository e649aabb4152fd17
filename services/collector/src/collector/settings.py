"""What an operator sets for the collector, read once from the environment."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chassis import kafka
from chassis.kafka import KafkaSettings
from chassis.settings import loopback, setting


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings(KafkaSettings):
    """Everything the collector needs to know; times in seconds, origins as scheme://host[:port]."""

    operator_codes: str = setting("name of the operator of the service that knows codes, as respondents read it")
    operator_answers: str = setting("name of the operator of the service that takes answers, as respondents read it")
    identity_origin: str = setting(
        "public origin of identity, where ballots are fetched, such as https://codes.example"
    )
    topic_prefix: str = setting("put before every topic's name; only for tests and shared brokers", "")
    host: str = setting("address to listen on", "0.0.0.0")  # noqa: S104  # a container listens on all its addresses
    port: int = setting("port to listen on", 8002, minimum=1)
    web_processes: int = setting("worker processes", 1, minimum=1)
    web_threads: int = setting("threads of a worker process", 64, minimum=8)
    log_level: str = setting("DEBUG, INFO, WARNING or ERROR", "INFO")
    timezone: str = setting("time zone in which people read times (IANA name)", "Asia/Baku")
    clock_offset_seconds: float = setting("moves the clock, for tests on loopback only", 0.0)
    delivery_timeout_seconds: float = setting("longest time from check to acknowledgement", 8.0, minimum=0.1)
    directory_staleness_seconds: float = setting(
        "responses are refused when the sessions have not been read to their end for this long", 30.0, minimum=0.1
    )
    clock_skew_seconds: float = setting("how far clocks of the services may differ", 10.0, minimum=0)
    settle_seconds: float = setting("pause between a session's end and its close marker", 120.0, minimum=0)
    submissions_at_most: int = setting("submissions of a process that may wait for Kafka at a time", 48, minimum=1)


def contradictions(settings: Settings) -> Iterator[str]:
    """A sentence for each pair of settings that cannot stand together."""
    yield from kafka.contradictions(settings)
    least = settings.delivery_timeout_seconds + settings.directory_staleness_seconds + 2 * settings.clock_skew_seconds
    if settings.settle_seconds < least:
        yield (
            f"SETTLE_SECONDS is {settings.settle_seconds:g}, but delivery timeout + directory staleness + 2 x clock "
            f"skew make {least:g}: a response answered 202 could come behind the close marker"
        )
    if settings.clock_offset_seconds and not loopback(settings.host):
        yield "CLOCK_OFFSET_SECONDS is for tests: it needs HOST on loopback"
    if settings.submissions_at_most >= settings.web_threads:
        yield "SUBMISSIONS_AT_MOST must be below WEB_THREADS, or probes find no thread"
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?|https?://\[[0-9a-fA-F:]+\](:\d+)?", settings.identity_origin):
        yield "IDENTITY_ORIGIN must be a bare origin such as https://codes.example, without a path"
