"""Which released batches may enter a national edition, so that no class of it ever moves by too few schools.

Every breakdown of an edition is a sum of the same admitted batches: there is nothing to subtract.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NATION = "all/all"
SCHOOLS, PEOPLE = 5, 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A released batch: its id, its school, its people, and every class of the edition that it would move. Its cell,
    and what that counts for in weighted figures."""

    id: str
    school: str
    people: int
    classes: tuple[str, ...]
    cell: str = ""
    weight: float = 1.0


def rule_n(people_by_school: Iterable[int]) -> bool:
    """Whether a figure covers enough: 5 schools, 30 people, and twice the largest school and the second largest
    together are at most the whole."""
    people = sorted(people_by_school, reverse=True)
    total = sum(people)
    return len(people) >= SCHOOLS and total >= PEOPLE and 2 * people[0] + people[1] <= total


def balanced(weight_by_school: Iterable[float]) -> bool:
    """The last part of rule N for what a weighted figure is made of: no school outweighs the others in it."""
    weights = sorted(weight_by_school, reverse=True)
    return len(weights) >= SCHOOLS and 2 * weights[0] + weights[1] <= sum(weights) * (1 + 1e-12)


class _Move:
    """What one class would move by: people of each school, and the weight of its cells."""

    __slots__ = ("_cells", "_weights", "members", "people")

    def __init__(self) -> None:
        self.people: dict[str, int] = {}
        self.members: set[str] = set()
        self._weights: dict[str, float] = {}
        self._cells: dict[str, int] = {}

    def add(self, batch: Waiting) -> None:
        self.members.add(batch.id)
        self.people[batch.school] = self.people.get(batch.school, 0) + batch.people
        cell = batch.cell or batch.id
        self._cells[cell] = self._cells.get(cell, 0) + 1
        if self._cells[cell] == 1:
            self._weights[batch.school] = self._weights.get(batch.school, 0.0) + batch.weight

    def remove(self, batch: Waiting) -> None:
        self.members.discard(batch.id)
        cell = batch.cell or batch.id
        self._cells[cell] -= 1
        if not self._cells[cell]:
            self._weights[batch.school] -= batch.weight
        self.people[batch.school] -= batch.people
        if not self.people[batch.school]:
            del self.people[batch.school], self._weights[batch.school]

    @property
    def allowed(self) -> bool:
        return rule_n(self.people.values()) and balanced(self._weights.values())


def may_move(waiting: Sequence[Waiting]) -> bool:
    """Whether all of these may enter one class together."""
    move = _Move()
    for batch in waiting:
        move.add(batch)
    return move.allowed


def admit(waiting: Sequence[Waiting]) -> list[Waiting]:
    """The batches of one group that may enter together, in the order given; often none.

    While some class would move by something that rule N does not allow, the batches in it go back: the class with
    the fewest people first, the nation last, and again from the smallest after every return.
    """
    left = {batch.id: batch for batch in waiting}
    moves: dict[str, _Move] = defaultdict(_Move)
    for batch in waiting:
        for name in batch.classes:
            moves[name].add(batch)
    bad = {name for name, move in moves.items() if not move.allowed}
    while bad:
        worst = min(bad, key=lambda name: (name == NATION, sum(moves[name].people.values()), name))
        touched: set[str] = set()
        for gone in sorted(moves[worst].members):
            batch = left.pop(gone)
            touched.update(batch.classes)
            for name in batch.classes:
                moves[name].remove(batch)
        for name in touched:
            if moves[name].members and not moves[name].allowed:
                bad.add(name)
            else:
                bad.discard(name)
    return [batch for batch in waiting if batch.id in left]
