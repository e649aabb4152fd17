"""Compares what was counted with what is known, to the last count, and names each difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from country.ledger import CellKey, Counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """`cells` and `responses` that were compared, and a sentence for each `difference`; `strangers` are responses of
    clients other than ours, which can only add."""

    cells: int
    responses: int
    differences: Sequence[str] = field(default_factory=tuple)
    strangers: int = 0

    @property
    def exact(self) -> bool:
        return not self.differences


def compare(
    known: Mapping[CellKey, Counts], counted: Mapping[CellKey, tuple[int, Mapping[str, Sequence[int]]]], guests: bool
) -> Comparison:
    """`counted`: for each cell n and the eight counts of each item. With `guests` a cell may hold more than is known,
    as long as every item has room for exactly the known counts and all items grew by the same number of people."""
    differences: list[str] = []
    strangers = 0
    for key in sorted(known.keys() | counted.keys()):
        expected = known.get(key)
        n, items = counted.get(key, (0, {}))
        more = n - (expected.n if expected else 0)
        if more and not (guests and more > 0):
            differences.append(f"{_name(key)}: {n} counted, {n - more} known")
            continue
        strangers += more
        if expected is not None:
            differences += [f"{_name(key)}: {text}" for text in _items(expected, items, more)]
    total = sum(counts.n for counts in known.values())
    return Comparison(cells=len(known), responses=total, differences=tuple(differences), strangers=strangers)


def _items(expected: Counts, counted: Mapping[str, Sequence[int]], more: int) -> list[str]:
    found = []
    if expected.n and set(expected.items) != set(counted):
        return [f"items {sorted(set(expected.items) ^ set(counted))} stand on one side only"]
    for code, known in expected.items.items():
        grown = [b - a for a, b in zip(known, counted.get(code, [0] * len(known)), strict=True)]
        if min(grown) < 0 or sum(grown) != more:
            found.append(f"{code} is {list(counted.get(code, ()))}, known is {known}")
    return found


def _name(key: CellKey) -> str:
    return f"session {key[0]}, {key[1]}s"
