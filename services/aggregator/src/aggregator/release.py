"""When answers of one cell are sealed into a batch, released, or withheld: numbers only, no answer is looked at.

A cell is one group of one session. Its answers stand in a buffer; at an exact answer the buffer is sealed into a
batch, which is held back until the next one is sealed; what is released adds up in numbered snapshots. Every
difference between two snapshots of a cell therefore covers at least k people.
"""

from dataclasses import dataclass, replace
from typing import Literal

Withheld = Literal["below-k", "more-answers-than-codes"]
BELOW_K: Withheld = "below-k"
MORE_ANSWERS: Withheld = "more-answers-than-codes"
STEPPED = frozenset({"student"})
"""Groups that are released in steps while their session is open; all others once, at its close."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What a cell's terms say about its release: threshold k, people registered, and whether it goes in steps."""

    k: int
    registered: int
    stepped: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Steps:
    """How many people stand where: in the buffer, held back, released; the number of snapshots so far; and the
    offset of the last answer in the held batch (-1 without one)."""

    buffer: int = 0
    held: int = 0
    released: int = 0
    seq: int = 0
    upto: int = -1

    @property
    def total(self) -> int:
        return self.buffer + self.held + self.released


def rule(group: str, k: int, registered: int) -> Rule:
    """The rule of a cell of this group."""
    return Rule(k=k, registered=registered, stepped=group in STEPPED)


def step_size(terms: Rule, sealed: int) -> int:
    """How many answers make the next batch of a stepped cell of which `sealed` are held or released."""
    return max(terms.k, -(-terms.registered // 4), -(-sealed // 4))


def seal_points(terms: Rule, steps: Steps, arriving: int) -> list[int]:
    """Which of `arriving` further answers (1 is the first) complete a batch; ascending."""
    if not terms.stepped:
        return []
    points = []
    point = step_size(terms, steps.held + steps.released) - steps.buffer
    sealed = steps.held + steps.released
    while point <= arriving:
        points.append(point)
        sealed += (point - points[-2]) if len(points) > 1 else point + steps.buffer
        point += step_size(terms, sealed)
    return points


def grow(steps: Steps, answers: int) -> Steps:
    """The cell after `answers` more in the buffer."""
    return replace(steps, buffer=steps.buffer + answers)


def seal(steps: Steps, upto: int) -> Steps:
    """The cell after its buffer became the held batch, and the batch held before a snapshot; `upto` is the offset
    of the last answer in the buffer. There is a new snapshot where `seq` grew."""
    return Steps(
        held=steps.buffer,
        released=steps.released + steps.held,
        seq=steps.seq + (1 if steps.held else 0),
        upto=upto,
    )


def close(terms: Rule, steps: Steps, over_used: bool, upto: int) -> tuple[Steps, Withheld | None]:
    """The cell after its session closed, and why its rest stays inside; `over_used` if more answers came to some
    group of the session than codes were used. There is a last snapshot where `seq` grew."""
    if over_used:
        return steps, MORE_ANSWERS
    if steps.total < terms.k:
        return steps, BELOW_K
    return Steps(released=steps.total, seq=steps.seq + 1, upto=upto), None
