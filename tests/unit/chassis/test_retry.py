"""Waits grow, stay capped, and are spread."""

from itertools import islice

from chassis.retry import delays


def test_waits_grow_to_the_cap_and_never_beyond() -> None:
    assert [0.1, 0.2, 0.4, 0.5, 0.5] == list(islice(delays(0.1, 0.5, jitter=lambda: 1.0), 5))


def test_jitter_takes_at_most_half() -> None:
    assert [0.05, 0.1] == list(islice(delays(0.1, 5, jitter=lambda: 0.0), 2))
