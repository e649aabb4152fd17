"""Waiting for a condition, never for a time."""

import time
from collections.abc import Callable

from stack.errors import StackError


def until(ready: Callable[[], bool], what: str, seconds: float, pause: float = 0.1) -> None:
    """Returns when `ready` says yes; raises StackError naming `what` after `seconds`."""
    limit = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > limit:
            raise StackError(f"{what} did not happen within {seconds:.0f} seconds.")
        time.sleep(pause)
