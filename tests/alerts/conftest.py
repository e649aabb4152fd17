"""Fixtures of the tests that wait for real alerts: a stack that may be broken, and a Prometheus that watches it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from support.breakable import BreakableParts, breakable_parts
from support.running import running_stack
from support.setting import http_client
from support.watching import Prometheus, prometheus


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with http_client() as client:
        yield client


@pytest.fixture(scope="session")
def own_parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BreakableParts]:
    """A broker and a database of these tests alone."""
    with breakable_parts(tmp_path_factory.mktemp("parts")) as started:
        yield started


@pytest.fixture(scope="session")
def breakable(own_parts: BreakableParts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """All processes."""
    with running_stack(tmp_path_factory.mktemp("watched"), own_parts.kafka, own_parts.mongo) as services:
        yield services


@pytest.fixture(scope="session")
def watch(breakable: Any, http: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Prometheus with the shipped rules and intervals."""
    with prometheus(tmp_path_factory.mktemp("watch") / "prometheus", http, breakable.site.metrics) as running:
        yield running
