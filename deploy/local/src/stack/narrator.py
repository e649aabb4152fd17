"""Tells whoever watches how far things are, one line at a time, and keeps quiet when nobody is there any more."""

import time
from collections.abc import Callable

import click


class Narrator:
    """Lines with the seconds since the start before them."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._began = monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return self._monotonic() - self._began

    def say(self, line: str) -> None:
        """One line; a terminal that is gone is no reason to stop."""
        self.plain(f"[{self.seconds:4.0f} s] {line}")

    def plain(self, line: str = "") -> None:
        """One line without the time."""
        try:
            click.echo(line)
        except OSError:
            return

    def counter(self, what: str, total: int, every: float = 5.0) -> Callable[[int], None]:
        """A function that is told how many of `total` are done and says so every few seconds, and at the end."""
        began = last = self._monotonic()
        told = -1

        def progress(done: int) -> None:
            nonlocal last, told
            now = self._monotonic()
            if done != told and (now - last >= every or done == total):
                rate = done / max(now - began, 0.1)
                self.say(f"{what}: {done} of {total} ({rate:.0f}/s)")
                last, told = now, done

        return progress
