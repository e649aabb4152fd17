"""Wrong codes are slowed for each session and group apart, forgotten after a while, and memory is bounded."""

from identity import guesses
from identity.guesses import FREE, SECONDS_EACH, Guesses


class Ticks:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_many_wrong_codes_are_slowed_and_another_group_is_not() -> None:
    slow = Guesses(Ticks())
    assert [slow.wrong("S", "student") for _ in range(FREE)] == [None] * FREE
    assert slow.wrong("S", "student") is not None
    assert slow.wrong("S", "teacher") is None


def test_time_gives_tries_back_and_nobody_is_locked_out() -> None:
    ticks = Ticks()
    slow = Guesses(ticks)
    for _ in range(10 * FREE):
        slow.wrong("S", "student")
    ticks.now += 2 * SECONDS_EACH
    assert slow.wrong("S", "student") is None


def test_what_is_remembered_is_bounded() -> None:
    slow = Guesses(Ticks())
    for number in range(guesses.MOST_KEPT + 50):
        slow.wrong(str(number), "student")
    assert len(slow._full_at) == guesses.MOST_KEPT
