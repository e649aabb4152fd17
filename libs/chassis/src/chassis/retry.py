"""How long to wait before trying again: growing, capped, with jitter."""

import random
from collections.abc import Callable, Iterator


def delays(
    first: float = 0.1, cap: float = 5.0, factor: float = 2.0, jitter: Callable[[], float] = random.random
) -> Iterator[float]:
    """Endless waits in seconds: each up to `factor` times the last, never over `cap`, between half and all of it."""
    wait = first
    while True:
        yield wait * (0.5 + jitter() / 2)
        wait = min(cap, wait * factor)
