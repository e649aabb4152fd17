"""Fixtures of the fault tests: a broker and a database that may be killed, and the processes that count on them."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.breakable import BreakableParts, breakable_parts
from support.running import running_stack
from support.setting import Setting, http_client, new_officer

PROCESSES = ("identity", "relay", "collector", "aggregator")


@pytest.fixture(scope="session")
def own_parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BreakableParts]:
    """A broker and a database of these tests alone, each behind its door."""
    with breakable_parts(tmp_path_factory.mktemp("parts")) as started:
        yield started


@pytest.fixture(scope="session")
def breakable(own_parts: BreakableParts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Everything from code to count, each process of which may be killed if it is up again at a test's end."""
    # A new member of a group waits until Kafka has given the killed one up; a worker that owns its partitions does not.
    changes = {"aggregator": {"PARTITIONS": ",".join(map(str, range(24)))}}
    folder = tmp_path_factory.mktemp("breakable")
    with running_stack(folder, own_parts.kafka, own_parts.mongo, changes, PROCESSES) as services:
        yield services


@pytest.fixture(scope="session")
def place(breakable: Any) -> Iterator[Setting]:
    """One campaign on it."""
    with http_client() as http:
        yield Setting(breakable, http, new_officer(breakable, http))
