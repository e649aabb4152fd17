"""Ready bytes by their ETag: each page is assembled once, few at a time, and only so many may wait for it."""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from chassis.errors import Unavailable

WAIT_SECONDS = 8.0
COME_AGAIN_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Page:
    """Ready bytes as they are, and smaller for the wire (None where they are packed already)."""

    body: bytes
    zipped: bytes | None


class Shelf:
    """Keeps the `room` pages used last. At most `builders` are assembled at a time and at most `places` requests wait
    for one, each page by one thread while the others wait for the same bytes; whoever finds no place gets 503, so that
    a crowd at one kind of page leaves threads for all others."""

    def __init__(self, room: int = 256, builders: int = 2, places: int = 32) -> None:
        self._room = room
        self._places = places
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._underway: dict[str, threading.Event] = {}
        self._waiting = 0
        self._lock = threading.Lock()
        self._builders = threading.BoundedSemaphore(builders)

    def get(self, key: str, build: Callable[[], bytes], packed: bool = False) -> tuple[Page, bool]:
        """(page, whether it was built just now), not packed again if `packed`; raises Unavailable("busy") where too
        many wait, or for too long."""
        with self._lock:
            if (found := self._find(key)) is not None:
                return found, False
            if self._waiting >= self._places:
                raise Unavailable("busy", COME_AGAIN_SECONDS)
            self._waiting += 1
        try:
            return self._waited(key, build, packed)
        finally:
            with self._lock:
                self._waiting -= 1

    def _waited(self, key: str, build: Callable[[], bytes], packed: bool) -> tuple[Page, bool]:
        while True:
            with self._lock:
                if (found := self._find(key)) is not None:
                    return found, False
                others = self._underway.get(key)
                if others is None:
                    mine = self._underway[key] = threading.Event()
                    break
            if not others.wait(WAIT_SECONDS):
                raise Unavailable("busy", COME_AGAIN_SECONDS)
        try:
            return self._built(key, build, packed), True
        finally:
            with self._lock:
                del self._underway[key]
            mine.set()

    def _built(self, key: str, build: Callable[[], bytes], packed: bool) -> Page:
        if not self._builders.acquire(timeout=WAIT_SECONDS):
            raise Unavailable("busy", COME_AGAIN_SECONDS)
        try:
            body = build()
            made = Page(body, None if packed else gzip.compress(body, 6, mtime=0))
        finally:
            self._builders.release()
        with self._lock:
            self._pages[key] = made
            while len(self._pages) > self._room:
                self._pages.popitem(last=False)
        return made

    def _find(self, key: str) -> Page | None:
        if key in self._pages:
            self._pages.move_to_end(key)
            return self._pages[key]
        return None
