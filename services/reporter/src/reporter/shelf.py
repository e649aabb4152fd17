"""Ready bytes by their ETag: each page is assembled once, and few at a time."""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from chassis.errors import Unavailable

WAIT_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Page:
    """Ready bytes as they are, and smaller for the wire."""

    body: bytes
    zipped: bytes


class Shelf:
    """Keeps the `room` pages used last; at most `builders` are assembled at a time, further ones wait, then 503."""

    def __init__(self, room: int = 256, builders: int = 2) -> None:
        self._room = room
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._lock = threading.Lock()
        self._builders = threading.BoundedSemaphore(builders)

    def get(self, key: str, build: Callable[[], bytes]) -> tuple[Page, bool]:
        """(page, whether they were built just now); raises Unavailable("busy") after a long wait."""
        if (found := self._find(key)) is not None:
            return found, False
        if not self._builders.acquire(timeout=WAIT_SECONDS):
            raise Unavailable("busy")
        try:
            if (found := self._find(key)) is not None:
                return found, False
            body = build()
            made = Page(body, gzip.compress(body, 6, mtime=0))
        finally:
            self._builders.release()
        with self._lock:
            self._pages[key] = made
            while len(self._pages) > self._room:
                self._pages.popitem(last=False)
        return made, True

    def _find(self, key: str) -> Page | None:
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
                return self._pages[key]
        return None
