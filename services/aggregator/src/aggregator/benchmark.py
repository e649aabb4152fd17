"""Benchmark bands of a closed campaign: where schools of a kind lie and how far apart, chance among few people taken
out. Random-effects model by the method of moments, each school counted once; formulas in docs/statistics.md."""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from aggregator.psychometrics import SCALE

Document = dict[str, Any]
ALL = "all"
WIDTH = 0.67
"""A band reaches so many between-school standard deviations to each side: about half of the schools lie in it."""
STUDENTS, STAFF = 20, 10
"""So many people of a school must have rated an area for the school to count."""
SCHOOLS = 20
REST = 10
"""The schools of strata without a band count for the nation only if there are at least so many of them."""
BIN_SCHOOLS = 5
_EDGES = [round(1 + 0.2 * step, 1) for step in range(21)]
_RATINGS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, kw_only=True, slots=True)
class SchoolMean:
    """One area of one cell: its mean rating (1 to 5), the variance that chance among its people gives this mean, and
    how many people that were."""

    value: float
    noise: float
    people: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """One cell as it stood at its close: where its school belongs, and its areas."""

    id: str
    level: str
    size: str
    settlement: str
    group: str
    areas: Mapping[str, SchoolMean]


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """The mean of `schools` school means, and the middle half of schools around it, unrounded."""

    schools: int
    mean: float
    spread: float

    @property
    def low(self) -> float:
        return max(1.0, self.mean - WIDTH * self.spread)

    @property
    def high(self) -> float:
        return min(5.0, self.mean + WIDTH * self.spread)


def school_mean(items: Sequence[Sequence[int]], moments: Mapping[str, Any] | None) -> SchoolMean | None:
    """An area's mean from the counts of its items; its noise from the moments, for a single item from its own counts.
    None if fewer than two people rated, or for several items without moments."""
    rated = [counts[:5] for counts in items if sum(counts[:5])]
    if not rated:
        return None
    value = math.fsum(_mean(counts) for counts in rated) / len(rated)
    if moments is not None:
        people, total, squares, scale = moments["r"], moments["A"], moments["B"], SCALE
    elif len(items) == 1:
        people, scale = sum(rated[0]), 1
        total = sum(answer * count for answer, count in zip(_RATINGS, rated[0], strict=True))
        squares = sum(answer**2 * count for answer, count in zip(_RATINGS, rated[0], strict=True))
    else:
        return None
    if people < 2:
        return None
    within = (people * squares - total**2) / (people * (people - 1) * scale**2)
    return SchoolMean(value=value, noise=within / people, people=people)


def band(schools: Sequence[SchoolMean]) -> Band | None:
    """The band of a class of schools; None for fewer than 20."""
    if len(schools) < SCHOOLS:
        return None
    number = len(schools)
    mean = math.fsum(school.value for school in schools) / number
    noise = math.fsum(school.noise for school in schools) / number
    between = math.fsum((school.value - mean) ** 2 for school in schools) / (number - 1)
    return Band(schools=number, mean=mean, spread=math.sqrt(max(0.0, between - noise)))


def bins(schools: Sequence[SchoolMean]) -> list[Document]:
    """How school means are distributed, as [{from, to, schools}] of at least 5 schools each; none below 20."""
    if len(schools) < SCHOOLS:
        return []
    found: list[Document] = []
    counts = Counter(min(bisect_right(_EDGES, school.value), len(_EDGES) - 1) for school in schools)
    start, inside = _EDGES[0], 0
    for place, high in enumerate(_EDGES[1:], 1):
        inside += counts[place]
        if inside >= BIN_SCHOOLS:
            found.append({"from": start, "to": high, "schools": inside})
            start, inside = high, 0
    found[-1]["to"] = _EDGES[-1]
    found[-1]["schools"] += inside
    return found


def benchmark_documents(campaign: str, number: int, day: date, standings: Iterable[Standing]) -> list[Document]:
    """One document per (level, group) that has a band: {classes: {"all" or "size/settlement": {area: {schools, mean,
    low, high}}}, distribution: {area: bins}}, one decimal, by id."""
    cells: dict[tuple[str, str], dict[str, dict[str, list[SchoolMean]]]] = {}
    for one in sorted(standings, key=lambda standing: standing.id):
        least = STUDENTS if one.group == "student" else STAFF
        areas = cells.setdefault((one.level, one.group), {})
        for area, mean in one.areas.items():
            if mean.people >= least:
                strata = areas.setdefault(area, defaultdict(list))
                strata[f"{one.size}/{one.settlement}"].append(mean)
    documents = []
    for (level, group), areas in sorted(cells.items()):
        classes: dict[str, Document] = defaultdict(dict)
        distribution: Document = {}
        for area, strata in sorted(areas.items()):
            bands = {name: found for name, schools in sorted(strata.items()) if (found := band(schools)) is not None}
            nation = _nation(strata, bands)
            if (whole := band(nation)) is not None:
                distribution[area] = bins(nation)
                for name, found in {ALL: whole, **bands}.items():
                    classes[name][area] = _figures(found)
        if classes:
            documents.append(
                {
                    "_id": f"{campaign}/{number:06d}/benchmark/{level}/{group}",
                    "kind": "benchmark",
                    "campaign": campaign,
                    "number": number,
                    "level": level,
                    "group": group,
                    "as_of": day.isoformat(),
                    "final": True,
                    "classes": dict(sorted(classes.items())),
                    "distribution": distribution,
                }
            )
    return documents


def _nation(strata: Mapping[str, Sequence[SchoolMean]], bands: Mapping[str, Band]) -> list[SchoolMean]:
    """The schools of the nation's band: all, unless what strata without a band add would be a few schools that
    somebody could find by taking the others away."""
    rest = [school for name, schools in sorted(strata.items()) if name not in bands for school in schools]
    inside = [school for name in sorted(bands) for school in strata[name]]
    return inside if bands and len(rest) < REST else inside + rest


def _figures(found: Band) -> Document:
    return {
        "schools": found.schools,
        "mean": round(found.mean, 1),
        "low": round(found.low, 1),
        "high": round(found.high, 1),
    }


def _mean(counts: Sequence[int]) -> float:
    return sum(answer * count for answer, count in zip(_RATINGS, counts, strict=True)) / sum(counts)
