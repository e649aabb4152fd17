"""Processes of their own that hash participation codes and sign blinded messages, with a bounded queue before them."""

import multiprocessing
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from chassis import offspring
from chassis.errors import Unavailable
from identity import codes, issuer, metrics
from identity.issuer import PrivateKey, WrappedKey
from identity.retiring import pepper_of

T = TypeVar("T")
WAITING_EACH = 4
_LONGEST = 9.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What a signing process is given once: pepper, the key that unwraps keys, scrypt's cost."""

    pepper: bytes = field(repr=False)
    wrap_key: bytes = field(repr=False)
    cost: int
    previous_pepper: bytes | None = field(repr=False, default=None)
    previous_wrap_key: bytes | None = field(repr=False, default=None)


_tools: list[Tools] = []


def _begin(tools: Tools) -> None:
    _tools[:] = [tools]
    offspring.begin()


def _hash(session: str, group: str, code: str, marked: str | None) -> bytes:
    tools = _tools[0]
    # Under a pepper that is no longer set no code is found, at the same price as an unknown one.
    pepper = pepper_of(marked, tools.pepper, tools.previous_pepper) or tools.pepper
    return codes.keyed_hash(pepper, session, group, code, tools.cost)


@lru_cache(maxsize=256)
def _private(key: WrappedKey) -> PrivateKey:
    return issuer.unwrap(key, _tools[0].wrap_key, _tools[0].previous_wrap_key)


def _sign(key: WrappedKey, blinded: bytes) -> bytes:
    return issuer.blind_sign(_private(key), blinded, secrets.randbelow)


def _ready() -> int:
    time.sleep(0.01)  # long enough that each process of the pool is started for one of these
    return os.getpid()


class Signers:
    """A pool of `count` processes. A caller holds a `turn()` while it uses them; where too many wait, the next is
    refused at once with Unavailable, and nothing is spent."""

    def __init__(self, tools: Tools, count: int) -> None:
        self._tools = tools
        self._count = count
        self._turns = threading.BoundedSemaphore(count * (1 + WAITING_EACH))
        self._lock = threading.Lock()
        self._running: ProcessPoolExecutor | None = None

    def start(self) -> None:
        """Starts the processes now rather than at their first use."""
        metrics.SIGNERS_PLACES.set(self._count * (1 + WAITING_EACH))
        self._pool()

    def _pool(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._running is None:
                self._running = self._built()
            return self._running

    def _built(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(
            self._count,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(self._tools,),
        )
        for _ in range(self._count):
            pool.submit(_ready)
        return pool

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A place in the bounded queue, for as long as the block runs."""
        if not self._turns.acquire(blocking=False):
            raise Unavailable("signers-busy", 1)
        metrics.SIGNERS_TAKEN.inc()
        try:
            yield
        finally:
            metrics.SIGNERS_TAKEN.dec()
            self._turns.release()

    def hash(self, session: str, group: str, code: str, marked: str | None = None) -> bytes:
        """The keyed hash of a participation code, under the pepper that the session is `marked` with."""
        return self._done(_hash, session, group, code, marked)

    def sign(self, key: WrappedKey, blinded: bytes) -> bytes:
        """The blind signature of an acceptable blinded message."""
        return self._done(_sign, key, blinded)

    def hashes(self, session: str, group: str, new: list[str], marked: str | None = None) -> list[bytes]:
        """The keyed hashes of many codes, with the whole pool."""
        pool = self._pool()
        same = [session] * len(new), [group] * len(new)
        try:
            return list(pool.map(_hash, *same, new, [marked] * len(new), timeout=300, chunksize=20))
        except (BrokenExecutor, TimeoutError) as error:
            self._renew(pool)
            raise Unavailable("signers-away", 2) from error

    def close(self) -> None:
        """Ends the processes."""
        with self._lock:
            if self._running is not None:
                self._running.shutdown(wait=False, cancel_futures=True)
                self._running = None

    def _done(self, act: Callable[..., T], *arguments: object) -> T:
        pool = self._pool()
        try:
            return pool.submit(act, *arguments).result(timeout=_LONGEST)
        except BrokenExecutor as error:
            self._renew(pool)
            raise Unavailable("signers-away", 2) from error
        except TimeoutError as error:
            raise Unavailable("signers-busy", 2) from error

    def _renew(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._running is broken:
                broken.shutdown(wait=False, cancel_futures=True)
                self._running = None
