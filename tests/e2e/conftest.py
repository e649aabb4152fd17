"""Fixtures of the end-to-end tests: a running stack, and a campaign of the test's own on it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from support.foreign import Office
from support.setting import Setting, http_client, new_officer


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with http_client() as client:
        yield client


@pytest.fixture(scope="session")
def ministry(stack: Any, http: httpx.Client) -> Office:
    """An officer of the ministry."""
    return new_officer(stack, http)


@pytest.fixture
def setting(stack: Any, http: httpx.Client, ministry: Office) -> Setting:
    """Campaign, schools and sessions of this test alone."""
    return Setting(stack, http, ministry)
