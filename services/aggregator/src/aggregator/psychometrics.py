"""Quality of the instrument from summed moments: reliability, agreement within schools, straight-lining."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCALE = 840
PEOPLE, SCHOOLS = 100, 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """Figures of one area, rounded to two decimals, None where they cannot be computed; `people` rated every item
    in `schools` schools."""

    people: int
    schools: int
    alpha: float | None
    icc: float | None
    straightlining: float


def quality(by_school: Sequence[Mapping[str, Any]]) -> Quality | None:
    """From one area's moments ({m, S, Q, P, f, r, A, B}), one mapping a school; None below 100 people or 10 schools."""
    answering = [row for row in by_school if row["m"]]
    people = sum(row["m"] for row in answering)
    if people < PEOPLE or len(answering) < SCHOOLS:
        return None
    found = alpha(
        people,
        np.sum([row["S"] for row in answering], axis=0),
        np.sum([row["Q"] for row in answering], axis=0),
        sum(row["P"] for row in answering),
    )
    between = icc([(row["r"], row["A"], row["B"]) for row in by_school if row["r"]])
    return Quality(
        people=people,
        schools=len(answering),
        alpha=None if found is None else round(found, 2),
        icc=None if between is None else round(between, 2),
        straightlining=round(sum(row["f"] for row in answering) / people, 2),
    )


def alpha(people: int, sums: NDArray[np.int64], squares: NDArray[np.int64], total_squares: int) -> float | None:
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
    people = sum(row[0] for row in schools)
    groups = len(schools)
    if groups < 2 or people <= groups:
        return None
    whole = sum(row[1] for row in schools) / people
    between = sum(row[0] * (row[1] / row[0] - whole) ** 2 for row in schools) / (groups - 1)
    within = sum(row[2] - row[1] ** 2 / row[0] for row in schools) / (people - groups)
    usual = (people - sum(row[0] ** 2 for row in schools) / people) / (groups - 1)
    spread = between + (usual - 1) * within
    return None if spread <= 0 else float((between - within) / spread)
