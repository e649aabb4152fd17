"""Fixtures of the end-to-end tests: a running stack, and a campaign of the test's own on it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from support.setting import Setting


@pytest.fixture
def setting(stack: Any) -> Iterator[Setting]:
    """Ministry, schools and sessions of this test alone."""
    with httpx.Client(timeout=30, trust_env=False) as http:
        yield Setting(stack, http)
