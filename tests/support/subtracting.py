"""An adversary who adds and subtracts published figures: whatever she gets out must cover enough schools and people.

A reading is a figure as she sees it; `batches` says which released batches are in it, which only the test knows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

SCHOOLS, PEOPLE = 5, 30
PRIME = 2_147_483_629


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A published figure: its name, and the batches whose people are in it."""

    name: str
    batches: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Released:
    """What a batch is: its school and how many people."""

    school: str
    people: int


def covers_enough(found: Iterable[Released]) -> bool:
    """Rule N, in words of its own: 5 schools, 30 people, and twice the largest school with the second largest are at
    most the whole."""
    people: Counter[str] = Counter()
    for one in found:
        people[one.school] += one.people
    sizes = sorted(people.values())
    return len(sizes) >= SCHOOLS and sum(sizes) >= PEOPLE and 2 * sizes[-1] + sizes[-2] <= sum(sizes)


def differences(readings: Sequence[Reading], known: Mapping[str, Released]) -> Iterator[str]:
    """Every reading, and every reading less another that lies within it, which covers too little."""
    places = {name: place for place, name in enumerate(sorted(known))}
    masks: dict[int, str] = {}
    for reading in readings:
        masks.setdefault(sum(1 << places[name] for name in reading.batches), reading.name)
    judged: dict[int, bool] = {}
    names = sorted(known)

    def enough(mask: int) -> bool:
        if mask not in judged:
            judged[mask] = covers_enough(known[names[place]] for place in _bits(mask))
        return judged[mask]

    for whole, name in masks.items():
        if not enough(whole):
            yield name
        for part, less in masks.items():
            if part != whole and part & whole == part and not enough(whole ^ part):
                yield f"{name} less {less}"


def solved(readings: Sequence[Reading], known: Mapping[str, Released]) -> Iterator[tuple[str, ...]]:
    """Batches that always come together and whose sum is some combination of readings, if they cover too little: what
    is left when all figures are taken as equations and solved."""
    seen: dict[str, list[int]] = defaultdict(list)
    for place, reading in enumerate(readings):
        for name in reading.batches:
            seen[name].append(place)
    together: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for name, where in seen.items():
        together[tuple(where)].append(name)
    atoms = list(together.values())
    rows: list[list[int]] = [[0] * len(atoms) for _ in readings]
    for column, places in enumerate(together):
        for place in places:
            rows[place][column] = 1
    for column in _alone(rows):
        if not covers_enough(known[name] for name in atoms[column]):
            yield tuple(sorted(atoms[column]))


def _alone(rows: list[list[int]]) -> Iterator[int]:
    """Columns whose unknown has one solution: those that stand alone in a row of the reduced system."""
    rows = [list(row) for row in {tuple(row) for row in rows}]
    width, done = len(rows[0]) if rows else 0, 0
    for column in range(width):
        pivot = next((place for place in range(done, len(rows)) if rows[place][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        inverse = pow(rows[done][column], -1, PRIME)
        lead = rows[done] = [value * inverse % PRIME for value in rows[done]]
        for place, row in enumerate(rows):
            if place != done and (factor := row[column]):
                rows[place] = [(a - factor * b) % PRIME for a, b in zip(row, lead, strict=True)]
        done += 1
    for row in rows[:done]:
        found = [column for column, value in enumerate(row) if value]
        if len(found) == 1:
            yield found[0]


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
