"""With the rules as they are shipped: what is stopped is told within two minutes and nothing else is; the runbook, done
as it is written, puts it right."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from support.breakable import BreakableParts
from support.metric_lists import PROCESSES
from support.setting import until
from support.watching import Prometheus, work

pytestmark = pytest.mark.integration
WITHIN = 120.0


def well(watch: Prometheus) -> None:
    """Everything is read, and nothing fires."""
    until(lambda: watch.up() == set(PROCESSES), "Prometheus reads every process", 180.0)
    until(lambda: not watch.firing(), "no alert", 240.0)


def told(watch: Prometheus) -> tuple[set[str], float]:
    """(the first alerts that fire, after how many seconds)."""
    began = time.monotonic()
    until(lambda: bool(watch.firing()), "an alert", WITHIN + 60.0)
    return watch.firing(), time.monotonic() - began


def runs(breakable: Any, *arguments: str) -> Callable[[], None]:
    """A command of the aggregator, which ends well."""

    def run() -> None:
        done = breakable.run("aggregator", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr

    return run


def test_a_stopped_kafka_is_told_within_two_minutes_and_its_runbook_works_as_written(
    breakable: Any, own_parts: BreakableParts, watch: Prometheus, http: httpx.Client
) -> None:
    well(watch)
    own_parts.broker.kill()
    firing, seconds = told(watch)
    print(f"KafkaAway fired {seconds:.0f} s after the broker was stopped")
    assert firing == {"KafkaAway"}
    assert seconds <= WITHIN

    seen: list[bool] = []

    def asked() -> None:
        answer = http.get(f"{breakable.site.collector}/readyz")
        assert answer.status_code == 200
        seen.append("kafka" in json.loads(answer.text)["degraded"])

    def started() -> None:
        own_parts.broker.start()
        until(lambda: "kafka" not in http.get(f"{breakable.site.collector}/readyz").json()["degraded"], "Kafka", 60.0)

    work(
        "kafka-away",
        {
            "curl -s http://collector:8002/readyz": asked,
            "docker compose start kafka": started,
            "python -m aggregator ledger": runs(breakable, "ledger"),
            "python -m aggregator doctor": runs(breakable, "doctor"),
        },
    )
    assert seen == [True, False]
    until(lambda: not watch.firing(), "the end of the alert", WITHIN)


def test_a_stopped_database_is_told_by_everybody_who_needs_it_and_its_runbook_works_as_written(
    breakable: Any, own_parts: BreakableParts, watch: Prometheus
) -> None:
    well(watch)
    own_parts.database.kill()
    firing, seconds = told(watch)
    print(f"DatabaseAway fired {seconds:.0f} s after the database was stopped")
    assert firing == {"DatabaseAway"}
    assert seconds <= WITHIN
    own_parts.database.start()
    work("database-away", {"python -m aggregator ledger": runs(breakable, "ledger")})
    until(lambda: not watch.firing(), "the end of the alert", WITHIN)
