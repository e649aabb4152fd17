"""Weighted estimates of a nation with the interval of a two-stage sample (Cochran, Sampling Techniques, ch. 11).

Strata are region × level; a school (in one level) is the unit of the first stage, a person that of the second. All
that the formulas need of the schools of a stratum are seven sums, so that a stratum is summed again only if it changed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Stratum = tuple[str, str]
"""(level, region)"""
Sums = NDArray[np.float64]
"""(series, 7): one row a figure (an area's share, say), columns as the names below; schools add up."""
SCHOOLS, WEIGHT, WEIGHT_2, WEIGHTED, WEIGHTED_2, SQUARED_2, WITHIN = range(7)
COLUMNS = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """One school in one level: its weight (registered people, or 1), people registered and answering, its share or
    mean, and the standard deviation between its people."""

    stratum: Stratum
    weight: float
    registered: int
    people: int
    value: float
    deviation: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """What the registry says of a stratum: schools, and the weight of all of them together."""

    schools: int
    weight: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A weighted figure; `low` and `high` of its 95 % interval are None where it cannot be computed. `merged`: the
    strata that were too thin to stand alone, as the groups they were merged to."""

    value: float
    low: float | None
    high: float | None
    merged: tuple[tuple[Stratum, ...], ...]


def unit_sums(weight: float, registered: int, people: int, value: float, deviation: float) -> tuple[float, ...]:
    """What one school adds to the seven sums: 1, N, N², N y, N² y, N² y² and N² (1 − n/N) s²/n."""
    squared = weight * weight
    within = squared * (1 - people / max(registered, people)) * deviation * deviation / people
    return 1.0, weight, squared, weight * value, squared * value, squared * value * value, within


def estimate(units: Sequence[Unit], registry: Mapping[Stratum, Registered]) -> Estimate | None:
    """The estimate over these schools; None without any."""
    sums: dict[Stratum, Sums] = {}
    for unit in units:
        row = np.array([unit_sums(unit.weight, unit.registered, unit.people, unit.value, unit.deviation)])
        sums[unit.stratum] = sums[unit.stratum] + row if unit.stratum in sums else row
    return estimates(sums, registry, [frozenset()])[0] if units else None


def estimates(
    sums: Mapping[Stratum, Sums], registry: Mapping[Stratum, Registered], not_asked: Sequence[frozenset[str]]
) -> list[Estimate | None]:
    """An estimate a series, None where no school has a figure. `not_asked` gives for each series the levels in which
    nobody is asked: their people are not in what the figure speaks of."""
    strata = sorted({*registry, *sums})
    blank = np.zeros((len(not_asked), COLUMNS))
    whole = np.array([sums.get(stratum, blank) for stratum in strata])
    found: list[Estimate | None] = [None] * len(not_asked)
    alike: dict[tuple[frozenset[str], bytes], list[int]] = {}
    for at, levels in enumerate(not_asked):
        present = np.minimum(whole[:, at, SCHOOLS], 2).astype(np.int8)
        if present.any():
            alike.setdefault((levels, present.tobytes()), []).append(at)
    for (levels, present), series in alike.items():
        schools = {stratum: count for stratum, count in zip(strata, present, strict=True) if stratum[0] not in levels}
        groups = merge_thin(schools, Counter(schools).elements())
        for at, one in zip(series, _together(groups, strata, whole[:, series], registry), strict=True):
            found[at] = one
    return found


def merge_thin(strata: Iterable[Stratum], answering: Iterable[Stratum]) -> list[frozenset[Stratum]]:
    """Strata in groups of at least two answering schools each, where there are two at all: a thin stratum joins the
    next region of its level in alphabetical order, the last one the one before; a thin level joins its neighbour."""
    schools = Counter(answering)
    groups: list[set[Stratum]] = []
    open_group: set[Stratum] = set()
    inside = 0
    ordered = sorted(strata)
    for at, stratum in enumerate(ordered):
        open_group.add(stratum)
        inside += schools[stratum]
        level_ends = at + 1 == len(ordered) or ordered[at + 1][0] != stratum[0]
        if inside >= 2:
            groups.append(open_group)
            open_group, inside = set(), 0
        elif level_ends and groups and any(one[0] == stratum[0] for one in groups[-1]):
            groups[-1] |= open_group
            open_group, inside = set(), 0
    if open_group:
        if groups:
            groups[-1] |= open_group
        else:
            groups.append(open_group)
    return [frozenset(group) for group in groups]


def _together(
    groups: Sequence[frozenset[Stratum]], strata: Sequence[Stratum], sums: Sums, registry: Mapping[Stratum, Registered]
) -> list[Estimate]:
    """Estimates of series whose strata are merged alike; `sums` is (strata, series, 7)."""
    place = {stratum: at for at, stratum in enumerate(strata)}
    rows = np.array([sums[sorted(place[stratum] for stratum in group)].sum(0) for group in groups])
    known = [[registry[stratum] for stratum in group if stratum in registry] for group in groups]
    schools, inside = rows[:, :, SCHOOLS], rows[:, :, WEIGHT]
    registered = np.maximum(np.array([[sum(one.schools for one in group)] for group in known]), schools)
    weight = np.maximum(np.array([[float(sum(one.weight for one in group))] for group in known]), inside)
    some = np.maximum(inside, 1e-300)  # a group without a school has no figure, and no weight if it is no other's
    ratio = rows[:, :, WEIGHTED] / some
    spread = rows[:, :, SQUARED_2] - 2 * ratio * rows[:, :, WEIGHTED_2] + ratio**2 * rows[:, :, WEIGHT_2]
    pairs = np.maximum(schools - 1, 1)
    between = np.maximum(spread, 0.0) * schools / (pairs * some**2)
    taken = schools / np.maximum(registered, 1)
    variance = (1 - taken) * between + taken * rows[:, :, WITHIN] / some**2
    share = weight / weight.sum(0)
    value = (share * ratio).sum(0)
    freedom = np.maximum(schools - 1, 0).sum(0)
    certain = (schools >= 2).all(0) & (freedom >= 1)
    half = stdtrit(np.maximum(freedom, 1), 0.975) * np.sqrt((share**2 * variance).sum(0))
    merged = tuple(tuple(sorted(group)) for group in groups if len(group) > 1)
    return [
        Estimate(
            value=float(value[at]),
            low=float(value[at] - half[at]) if certain[at] else None,
            high=float(value[at] + half[at]) if certain[at] else None,
            merged=merged,
        )
        for at in range(len(value))
    ]
