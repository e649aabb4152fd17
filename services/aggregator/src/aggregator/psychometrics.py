"""Quality of the instrument from summed moments: reliability, agreement within schools, straight-lining."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCALE = 840
PEOPLE, SCHOOLS = 100, 10
Sums = NDArray[np.float64]
"""What the moments of schools add up to: ten numbers and two for each item, see `moment_sums`."""
_ANSWERING, _M, _F, _P, _RATING, _R, _A, _B, _R2, _A2, _TAIL = range(11)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """Figures of one area, rounded to two decimals, None where they cannot be computed; `people` rated every item
    in `schools` schools."""

    people: int
    schools: int
    alpha: float | None
    icc: float | None
    straightlining: float


def moment_sums(moments: Mapping[str, Any]) -> Sums:
    """One school's moments of an area ({m, S, Q, P, f, r, A, B}) as numbers that add up over schools."""
    m, r, total = moments["m"], moments["r"], moments["A"]
    between = total * total / r if r else 0.0
    head = (m > 0, m, moments["f"], moments["P"], r > 0, r, total, moments["B"], r * r, between)
    return np.array([*head, *moments["S"], *moments["Q"]], np.float64)


def people_of(sums: Sums) -> float:
    """How many rated every item."""
    return float(sums[_M])


def quality(by_school: Sequence[Mapping[str, Any]]) -> Quality | None:
    """From one area's moments, one mapping a school; None below 100 people or 10 schools."""
    return quality_of(np.sum([moment_sums(row) for row in by_school], axis=0)) if by_school else None


def quality_of(sums: Sums) -> Quality | None:
    """From summed moments; None below 100 people or 10 schools."""
    people, schools = round(sums[_M]), round(sums[_ANSWERING])
    if people < PEOPLE or schools < SCHOOLS:
        return None
    items = (len(sums) - _TAIL) // 2
    found = alpha(people, sums[_TAIL : _TAIL + items], sums[_TAIL + items :], sums[_P])
    between = _icc(sums)
    return Quality(
        people=people,
        schools=schools,
        alpha=None if found is None else round(found, 2),
        icc=None if between is None else round(between, 2),
        straightlining=round(float(sums[_F]) / people, 2),
    )


def alpha(people: int, sums: NDArray[Any], squares: NDArray[Any], total_squares: float) -> float | None:
    """Cronbach's alpha (for two items the Spearman-Brown coefficient) of K items that all `people` rated."""
    count = len(sums)
    total = float(total_squares) - float(sums.sum()) ** 2 / people
    if total <= 0:
        return None
    items = squares.astype(float) - sums.astype(float) ** 2 / people
    if count > 2:
        return float(count / (count - 1) * (1 - items.sum() / total))
    spread = float(np.sqrt(items[0] * items[1]))
    if spread <= 0:
        return None
    correlation = (total - float(items.sum())) / 2 / spread
    return None if correlation <= -1 else 2 * correlation / (1 + correlation)


def icc(schools: Sequence[tuple[int, int, int]]) -> float | None:
    """Share of the variance that lies between schools, from (people, Σy, Σy²) each; one-way analysis of variance."""
    rows = [{"m": 0, "f": 0, "P": 0, "S": (), "Q": (), "r": r, "A": a, "B": b} for r, a, b in schools]
    return _icc(np.sum([moment_sums(row) for row in rows], axis=0))


def _icc(sums: Sums) -> float | None:
    groups, people = float(sums[_RATING]), float(sums[_R])
    if groups < 2 or people <= groups:
        return None
    between = (sums[_A2] - sums[_A] ** 2 / people) / (groups - 1)
    within = (sums[_B] - sums[_A2]) / (people - groups)
    usual = (people - sums[_R2] / people) / (groups - 1)
    spread = between + (usual - 1) * within
    return None if spread <= 0 else float((between - within) / spread)
