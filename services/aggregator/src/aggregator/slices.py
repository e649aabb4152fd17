"""What is admitted of one group, summed by stratum (level × region) and by class of the other breakdowns.

A class of an edition is a sum of such slices. A slice is summed again only if one of its cells grew, always in the
same order, so that an edition made step by step equals one made at once, to the last bit.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator import psychometrics
from aggregator.estimates import COLUMNS, Stratum, Sums, unit_sums
from aggregator.nation import Counts, Part, core_items, weight_of
from contracts.questionnaire import AREAS

SERIES = 2 * len(AREAS)
"""Of each area its agree share, then its mean."""
Items = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """Cells added up. `people` answered of `registered` in `schools` (once in each of their levels: `school_levels`);
    `counts`: eight a core item; `series`: sums for estimates; `moments` by area and its items, with the numbers of
    people who rated all of them in the two largest cells."""

    people: int
    registered: int
    school_levels: int
    schools: frozenset[str]
    counts: Mapping[Items, Counts]
    series: Sums
    moments: Mapping[tuple[str, Items], tuple[psychometrics.Sums, tuple[float, float]]]


class Slices:
    """The slices of one group; `made` counts how often one was summed."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._cells: dict[str, Slice] = {}
        self._members: dict[tuple[str, Stratum], set[str]] = defaultdict(set)
        self._slices: dict[tuple[str, Stratum], Slice] = {}
        self._areas: dict[str, set[str]] = defaultdict(set)
        self.made = 0

    def take(self, part: Part, names: Iterable[str]) -> None:
        """Takes a cell as it is now; `names` are the classes beside regions that its school is in, "all" among them."""
        session = part.school.session
        self._cells[session] = cell_slice(self._group, part)
        self._areas[part.school.level].update(code[0] for code in core_items(part.terms))
        for name in names:
            key = (name, (part.school.level, part.school.stratum.region))
            self._members[key].add(session)
            self._slices.pop(key, None)

    def strata(self, name: str) -> list[Stratum]:
        """Where a class has cells, in order."""
        return sorted(stratum for one, stratum in self._members if one == name)

    def of(self, name: str, stratum: Stratum) -> Slice:
        """A slice, summed now if need be."""
        key = (name, stratum)
        if key not in self._slices:
            self._slices[key] = add([self._cells[session] for session in sorted(self._members[key])])
            self.made += 1
        return self._slices[key]

    def not_asked(self) -> list[frozenset[str]]:
        """For each series the levels whose admitted forms have no item of its area."""
        levels = [frozenset(level for level, asked in self._areas.items() if area not in asked) for area in AREAS]
        return [found for found in levels for _ in range(2)]


def cell_slice(group: str, part: Part) -> Slice:
    """One cell as a slice of its own."""
    items = tuple(core_items(part.terms))
    registered = part.terms.registered
    series = np.zeros((SERIES, COLUMNS))
    for area, (share, spread, mean, width) in school_areas(part).items():
        at = 2 * AREAS.index(area)
        weight = weight_of(group, part.terms, part.people)
        series[at] = unit_sums(weight, registered, part.people, share, spread)
        series[at + 1] = unit_sums(weight, registered, part.people, mean, width)
    moments = {}
    for area, found in part.moments.items():
        sums = psychometrics.moment_sums(found)
        moments[area, tuple(found["items"])] = (sums, (psychometrics.people_of(sums), 0.0))
    return Slice(
        people=part.people,
        registered=registered,
        school_levels=1,
        schools=frozenset([part.school.school]),
        counts={items: np.array([part.items[item] for item in items], np.int64).reshape(len(items), 8)},
        series=series,
        moments=moments,
    )


def add(slices: Sequence[Slice]) -> Slice:
    """The sum of slices that share no cell."""
    counts: dict[Items, list[Counts]] = defaultdict(list)
    moments: dict[tuple[str, Items], list[tuple[psychometrics.Sums, tuple[float, float]]]] = defaultdict(list)
    for one in slices:
        for items, rows in one.counts.items():
            counts[items].append(rows)
        for key, found in one.moments.items():
            moments[key].append(found)
    return Slice(
        people=sum(one.people for one in slices),
        registered=sum(one.registered for one in slices),
        school_levels=sum(one.school_levels for one in slices),
        schools=frozenset().union(*(one.schools for one in slices)),
        counts={items: np.sum(rows, axis=0) for items, rows in counts.items()},
        series=np.sum([one.series for one in slices], axis=0) if slices else np.zeros((SERIES, COLUMNS)),
        moments={
            key: (np.sum([sums for sums, _ in found], axis=0), _largest(top for _, top in found))
            for key, found in moments.items()
        },
    )


def school_areas(part: Part) -> dict[str, tuple[float, float, float, float]]:
    """{area: (share of 4 and 5, its standard deviation between people, mean, the mean's)}: plain means over the area's
    core items of those who rated; an area that nobody rated is left out. The mean of the items' standard deviations
    is a bound, reached where items move together; how far they do the moments tell, see `_together`."""
    by_area: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    for item in core_items(part.terms):
        one, two, three, four, five = part.items[item][:5].tolist()
        people = one + two + three + four + five
        if people:
            share = (four + five) / people
            mean = (one + 2 * two + 3 * three + 4 * four + 5 * five) / people
            width = (one + 4 * two + 9 * three + 16 * four + 25 * five) / people - mean * mean
            sample = people / max(people - 1, 1)
            spread = math.sqrt(share * (1 - share) * sample)
            by_area[item[0]].append((share, spread, mean, math.sqrt(max(0.0, width * sample))))
    found = {}
    for area, rows in by_area.items():
        if area in AREAS:
            share, spread, mean, width = _plain_mean(rows)
            part_of_bound = _together(part.moments.get(area), width)
            found[area] = (share, spread * part_of_bound, mean, width * part_of_bound)
    return found


def _together(moments: Mapping[str, Any] | None, bound: float) -> float:
    """By how much people's own means of an area spread less than the bound, at most 1; 1 where it is not known."""
    if moments is None or moments["r"] < 2 or not bound:
        return 1.0
    people, total = moments["r"], moments["A"]
    spread = math.sqrt(max(0.0, (moments["B"] - total * total / people) / (people - 1))) / psychometrics.SCALE
    return min(1.0, spread / bound)


def _plain_mean(rows: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    share, spread, mean, width = (math.fsum(column) / len(rows) for column in zip(*rows, strict=True))
    return share, spread, mean, width


def _largest(tops: Iterable[tuple[float, float]]) -> tuple[float, float]:
    first, second = sorted((one for top in tops for one in (*top, 0.0)), reverse=True)[:2]
    return first, second


def items_of(counts: Mapping[Items, Counts]) -> dict[str, NDArray[np.int64]]:
    """Eight counts by item, whatever form it stands in, in the order of codes."""
    found: dict[str, NDArray[np.int64]] = {}
    for items, rows in counts.items():
        for item, row in zip(items, rows, strict=True):
            found[item] = found[item] + row if item in found else row
    return dict(sorted(found.items(), key=lambda entry: (entry[0][0], int(entry[0][1:]))))
