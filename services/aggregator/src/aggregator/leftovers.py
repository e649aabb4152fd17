"""What could be found by taking classes of one breakdown from classes of another: sets of schools that no edition shows
and that must move by as much as a shown class.

Where every school of Baku is urban, urban less Baku is the urban schools of all other regions. So wherever some classes
of a breakdown hold whole classes of another, what is left over counts as a class of its own when batches are admitted.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

Place = tuple[str, ...]
"""(level, then the class in each breakdown in their order)"""
MOST_CLASSES = 6
"""A breakdown with more classes than this is not combined class with class beyond pairs: there are 2 ** n ways."""


def leftovers(places: Iterable[Place]) -> Mapping[Place, tuple[str, ...]]:
    """For each place with a school in the register the names of the leftovers that it belongs to."""
    found: dict[Place, list[str]] = {}
    by_level: dict[str, set[Place]] = {}
    for place in places:
        by_level.setdefault(place[0], set()).add(place)
    for level, inside in sorted(by_level.items()):
        for number, left in enumerate(sorted(_of_level(inside), key=sorted)):
            for place in left:
                found.setdefault(place, []).append(f"{level}/left over {number}")
    return {place: tuple(names) for place, names in found.items()}


def _of_level(inside: set[Place]) -> set[frozenset[Place]]:
    width = len(next(iter(inside)))
    found: set[frozenset[Place]] = set()
    for one, other in combinations(range(1, width), 2):
        few, many = sorted((one, other), key=lambda at: (len({place[at] for place in inside}), at))
        for wanted in _choices(sorted({place[few] for place in inside})):
            outside = {place[many] for place in inside if place[few] not in wanted}
            left = frozenset(place for place in inside if place[few] in wanted and place[many] in outside)
            if left and any(place[few] in wanted and place[many] not in outside for place in inside):
                found.add(left)
    return found


def _choices(classes: Sequence[str]) -> Iterable[frozenset[str]]:
    most = len(classes) - 1 if len(classes) <= MOST_CLASSES else 2
    for size in range(1, most + 1):
        yield from map(frozenset, combinations(classes, size))
