"""Passwords as argon2id, a few at a time: each hash takes a core and 19 MiB, and anybody may ask for one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.errors import Unavailable

LONGEST = 1_000


class Passwords:
    """Who finds `at_once` others before him waits for `seconds`, and is then told to come back."""

    def __init__(self, hasher: PasswordHasher, at_once: int = 4, seconds: float = 3.0) -> None:
        self._hasher = hasher
        self._turns = threading.BoundedSemaphore(at_once)
        self._seconds = seconds

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self._seconds):
            raise Unavailable("passwords-busy", 2)
        try:
            yield
        finally:
            self._turns.release()

    def hash(self, password: str) -> str:
        """What is kept of a password; Unavailable where too many ask at once."""
        with self._turn():
            return self._hasher.hash(password)

    def right(self, password_hash: str, password: str) -> bool:
        """Whether this is the password; Unavailable where too many ask at once."""
        with self._turn():
            try:
                return self._hasher.verify(password_hash, password[:LONGEST])
            except (VerificationError, InvalidHashError):
                return False
