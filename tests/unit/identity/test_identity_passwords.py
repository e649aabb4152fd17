"""Passwords are right or wrong, and a crowd that tries them takes no more than its share of cores and memory."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from chassis.errors import Unavailable
from identity.passwords import Passwords

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Slow:
    """Stands for a hash that takes as long as a test wants, and remembers how many ran at once."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Semaphore(0)
        self.running = self.most = 0
        self._lock = threading.Lock()

    def hash(self, password: str) -> str:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.begun.release()
        assert self.go.wait(30)
        with self._lock:
            self.running -= 1
        return password


def test_the_right_password_is_right_and_any_other_and_a_broken_hash_is_wrong() -> None:
    passwords = Passwords(QUICK)
    kept = passwords.hash("a mountain spring")
    assert kept.startswith("$argon2id$")
    assert passwords.right(kept, "a mountain spring")
    assert not passwords.right(kept, "a mountain sprinG")
    assert not passwords.right("no hash", "a mountain spring")


def test_one_too_many_is_told_to_come_back_and_the_others_get_their_answer() -> None:
    slow = Slow()
    passwords = Passwords(slow, at_once=2, seconds=0.01)  # type: ignore[arg-type]  # only what is used of a hasher
    with ThreadPoolExecutor(2) as hands:
        asked = [hands.submit(passwords.hash, "x") for _ in range(2)]
        assert all(slow.begun.acquire(timeout=30) for _ in asked)
        with pytest.raises(Unavailable, match="passwords-busy"):
            passwords.hash("x")
        slow.go.set()
        assert [one.result() for one in asked] == ["x", "x"]
    assert slow.most == 2
    assert passwords.hash("y") == "y", "and the places are free again"
