"""Weighted estimates of a nation with the interval of a two-stage sample (Cochran, Sampling Techniques, ch. 11).

Strata are region × level; a school (in one level) is the unit of the first stage, a person that of the second.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

Stratum = tuple[str, str]
"""(level, region)"""


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


def estimate(units: Sequence[Unit], registry: Mapping[Stratum, Registered]) -> Estimate | None:
    """The estimate over these schools; None without any."""
    if not units:
        return None
    groups = merge_thin({*registry, *(unit.stratum for unit in units)}, [unit.stratum for unit in units])
    rows = [_stratum([unit for unit in units if unit.stratum in group], group, registry) for group in groups]
    whole = sum(row.weight for row in rows)
    value = sum(row.weight / whole * row.ratio for row in rows)
    freedom = sum(row.schools - 1 for row in rows)
    merged = tuple(tuple(sorted(group)) for group in groups if len(group) > 1)
    if any(row.variance is None for row in rows) or freedom < 1:
        return Estimate(value=value, low=None, high=None, merged=merged)
    variance = sum((row.weight / whole) ** 2 * (row.variance or 0.0) for row in rows)
    half = float(stdtrit(freedom, 0.975)) * math.sqrt(variance)
    return Estimate(value=value, low=value - half, high=value + half, merged=merged)


def merge_thin(strata: set[Stratum], answering: Sequence[Stratum]) -> list[frozenset[Stratum]]:
    """Strata in groups of at least two answering schools each, where there are two at all: a thin stratum joins the
    next region of its level in alphabetical order, the last one the one before; a thin level joins its neighbour."""
    groups: list[set[Stratum]] = []
    open_group: set[Stratum] = set()
    ordered = sorted(strata)
    for at, stratum in enumerate(ordered):
        open_group.add(stratum)
        level_ends = at + 1 == len(ordered) or ordered[at + 1][0] != stratum[0]
        if sum(one in open_group for one in answering) >= 2:
            groups.append(open_group)
            open_group = set()
        elif level_ends and groups and any(one[0] == stratum[0] for one in groups[-1]):
            groups[-1] |= open_group
            open_group = set()
    if open_group:
        if groups:
            groups[-1] |= open_group
        else:
            groups.append(open_group)
    return [frozenset(group) for group in groups]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    weight: float
    ratio: float
    schools: int
    variance: float | None


def _stratum(units: Sequence[Unit], group: frozenset[Stratum], registry: Mapping[Stratum, Registered]) -> _Row:
    inside = sum(unit.weight for unit in units)
    ratio = sum(unit.weight * unit.value for unit in units) / inside if inside else 0.0
    schools = len(units)
    known = [registry[stratum] for stratum in group if stratum in registry]
    weight = max(sum(row.weight for row in known), inside)
    registered = max(sum(row.schools for row in known), schools)
    if schools < 2 or not inside:
        return _Row(weight=weight, ratio=ratio, schools=schools, variance=None)
    mean = inside / schools
    between = sum((unit.weight * (unit.value - ratio)) ** 2 for unit in units) / ((schools - 1) * schools * mean**2)
    within = sum(
        unit.weight**2 * (1 - unit.people / max(unit.registered, unit.people)) * unit.deviation**2 / unit.people
        for unit in units
    )
    taken = schools / registered
    return _Row(
        weight=weight,
        ratio=ratio,
        schools=schools,
        variance=(1 - taken) * between + taken * within / inside**2,
    )
