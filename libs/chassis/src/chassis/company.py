"""Figures of what single people did are told ten at a time, so that no reading of them dates one person's act.

Whoever reads a counter every quarter of a minute and keeps the readings has a diary: the 447th response came then.
Therefore ten acts become visible together, at a moment that lies anywhere between the last of them and the next ten:
a reading says that some ten came, not which one just did. What failed is told at once; nothing was kept of it.
"""

import hashlib
import secrets
import threading
from collections import deque
from collections.abc import Callable

TEN = 10
_SECRET = secrets.token_bytes(16)


class Tens:
    """Counts on, and says how many more may be told now: 0 or a multiple of ten."""

    def __init__(self, secret: bytes = _SECRET) -> None:
        """With the same `secret` those who count the same acts tell them at the same moment."""
        self._secret = secret
        self._told = 0
        self._waiting = 0

    def add(self, number: int = 1) -> int:
        """How many are told, now that `number` more have come; at most nineteen wait afterwards."""
        self._waiting += number
        before = self._told
        while self._waiting >= TEN + self._more():
            self._waiting -= TEN
            self._told += TEN
        return self._told - before

    def _more(self) -> int:
        return hashlib.blake2b(self._told.to_bytes(8, "big"), key=self._secret, digest_size=8).digest()[0] % TEN


class Company:
    """Keeps what is to be told of each act until ten are told together; for many threads."""

    def __init__(self, tens: Tens | None = None) -> None:
        self._tens = tens or Tens()
        self._acts: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()

    def tell(self, act: Callable[[], None]) -> None:
        """Calls `act` when its ten are told, which may be now."""
        with self._lock:
            self._acts.append(act)
            due = [self._acts.popleft() for _ in range(self._tens.add())]
        for one in due:
            one()
