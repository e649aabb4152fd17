"""How many requests one reader may have under way: whoever asks for everything at once waits for herself alone.

Readers are told apart by the session that they carry, never by their address: a whole school stands behind one.
"""

import hashlib
import threading
from collections import Counter

from flask import Flask, Response, g, request

from chassis.web import problem
from reporter import metrics
from reporter.web.answers import Sessions

AT_A_TIME = 8
COME_AGAIN_SECONDS = 1


class Turns:
    """Counts the requests under way of each reader."""

    def __init__(self, most: int = AT_A_TIME) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._under_way: Counter[bytes] = Counter()

    def take(self, reader: bytes) -> bool:
        """Whether this reader may have one more under way; if so, it is to be given back."""
        with self._lock:
            if self._under_way[reader] >= self._most:
                return False
            self._under_way[reader] += 1
            return True

    def give_back(self, reader: bytes) -> None:
        """One is done."""
        with self._lock:
            self._under_way[reader] -= 1
            if self._under_way[reader] <= 0:
                del self._under_way[reader]


def limit(app: Flask, sessions: Sessions, turns: Turns) -> None:
    """Answers 429 to the request of a signed-on reader who has too many under way; served files do not count."""

    @app.before_request
    def _take() -> Response | None:
        sealed = None if request.path.startswith("/static/") else sessions.sealed()
        if sealed is None:
            return None
        reader = hashlib.sha256(sealed.encode("utf-8", "surrogateescape")).digest()
        if not turns.take(reader):
            metrics.PAGES.labels("any", "too-many").inc()
            again = {"Retry-After": str(COME_AGAIN_SECONDS)}
            return problem(
                429, "too-many", "You have too many requests under way; wait for one of them.", headers=again
            )
        g.turn = reader
        return None

    @app.teardown_request
    def _give_back(error: BaseException | None) -> None:
        reader = g.pop("turn", None)
        if reader is not None:
            turns.give_back(reader)
