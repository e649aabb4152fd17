"""Slows wrong participation codes down, for each session and group apart; right ones are never asked."""

import threading
from collections import OrderedDict
from collections.abc import Callable

FREE = 30
SECONDS_EACH = 2.0
MOST_KEPT = 10_000


class Guesses:
    """A bucket of `FREE` wrong codes for each (session, group), one more every `SECONDS_EACH` seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._full_at: OrderedDict[tuple[str, str], float] = OrderedDict()

    def wrong(self, session: str, group: str) -> int | None:
        """Counts a wrong code; None, or the seconds to wait where there were too many."""
        now, key = self._monotonic(), (session, group)
        with self._lock:
            full_at = max(now, self._full_at.pop(key, now)) + SECONDS_EACH
            over = full_at - now - FREE * SECONDS_EACH
            self._full_at[key] = full_at if over <= 0 else now + FREE * SECONDS_EACH
            if len(self._full_at) > MOST_KEPT:
                self._full_at.popitem(last=False)
        return None if over <= 0 else max(1, round(over))
