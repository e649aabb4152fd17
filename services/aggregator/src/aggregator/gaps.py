"""Gaps between two groups above school level: how probably one of the first answers higher than one of the second."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from aggregator.classes import FINE_SCHOOLS
from aggregator.nation import Part, core_items

Document = dict[str, Any]
ORDER = ("leader", "teacher", "student", "trainer")
"""A gap stands in the document of the group that comes first here."""
WORDS = ((0.71, "large"), (0.64, "clear"), (0.56, "small"), (0.0, "alike"))
NUMBERED = 100
"""So many people must have rated every shared item in both groups for a gap to be told as a number."""
_HIGHER = np.tril(np.ones((5, 5)), -1) + np.eye(5) / 2
"""_HIGHER[a, b]: whether answer a is higher than answer b, half if they are the same."""
Tables = Mapping[str, Sequence[int]]
Cells = Mapping[str, Part]
"""Admitted cells of one group by session."""


def pairs(groups: Sequence[str]) -> list[tuple[str, str]]:
    """Groups that are compared, the first in order first."""
    return list(combinations([group for group in ORDER if group in groups], 2))


def gaps(first: Tables, second: Tables) -> dict[str, Document]:
    """{area: {superiority, low, high, word, items, n, n_other}} from two groups' counts by item, over the items that
    both were asked, ties half; n and n_other are the fewest that rated one of them. An area that has no such item,
    or one that nobody rated, is left out."""
    found: dict[str, Document] = {}
    for area, items in _shared(first, second).items():
        people, others = (min(sum(table[item][:5]) for item in items) for table in (first, second))
        if not people or not others:
            continue
        chance = _chance([first[item] for item in items], [second[item] for item in items])
        found[area] = {
            "superiority": round(chance, 2) if min(people, others) >= NUMBERED else None,
            "low": None,
            "high": None,
            "word": next(word for least, word in WORDS if max(chance, 1 - chance) >= least - 1e-12),
            "items": len(items),
            "n": people,
            "n_other": others,
        }
    return found


def with_intervals(found: Mapping[str, Document], first: Cells, second: Cells) -> dict[str, Document]:
    """The same with 95 % intervals by schools: each school (in one level) pulls the figure one way or the other, and
    the spread of these pulls is what chance among schools does. From 10 schools on; too wide rather than too narrow,
    since nothing is taken off for schools that all answered, or are of one region."""
    cells = sorted({*first, *second})
    if len(cells) < FINE_SCHOOLS:
        return dict(found)
    tables = [_cell_tables(one, cells) for one in (first, second)]
    told: dict[str, Document] = {}
    for area, row in found.items():
        told[area] = dict(row)
        if row["superiority"] is None:
            continue
        items = [item for item in sorted({*tables[0]} & {*tables[1]}) if item[0] == area]
        pulls = np.mean([_pulls(tables[0][item], tables[1][item]) for item in items], axis=0)
        chance = _chance([tables[0][item].sum(0) for item in items], [tables[1][item].sum(0) for item in items])
        number = len(cells)
        half = float(stdtrit(number - 1, 0.975)) * math.sqrt(float((pulls**2).sum()) * number / (number - 1))
        told[area]["low"] = max(0.0, math.floor(100 * (chance - half) + 1e-9) / 100)
        told[area]["high"] = min(1.0, math.ceil(100 * (chance + half) - 1e-9) / 100)
    return told


def _shared(first: Tables, second: Tables) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in first:
        if item in second:
            found.setdefault(item[0], []).append(item)
    return found


def _chance(first: Sequence[Any], second: Sequence[Any]) -> float:
    each = [float(_shares(one) @ _HIGHER @ _shares(other)) for one, other in zip(first, second, strict=True)]
    return math.fsum(each) / len(each)


def _shares(counts: Any) -> NDArray[np.float64]:
    rated = np.asarray(counts[:5], np.float64)
    shares: NDArray[np.float64] = rated / rated.sum()
    return shares


def _cell_tables(cells: Cells, order: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """{item: (cells, 5) counts}; zeros for a cell of the other group alone."""
    found: dict[str, NDArray[np.int64]] = {}
    for at, session in enumerate(order):
        if session in cells:
            part = cells[session]
            for item in core_items(part.terms):
                if item not in found:
                    found[item] = np.zeros((len(order), 5), np.int64)
                found[item][at] = part.items[item][:5]
    return found


def _pulls(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
    one, other = first.sum(0), second.sum(0)
    against, under = _HIGHER @ _shares(other), _shares(one) @ _HIGHER
    chance = float(_shares(one) @ against)
    pulls: NDArray[np.float64] = (first @ against - first.sum(1) * chance) / one.sum()
    pulls = pulls + (second @ under - second.sum(1) * chance) / other.sum()
    return pulls
