"""Moments of a form's areas: integers per response that add up, from which alpha and the ICC of a nation follow.

Per area with K core items, in this order: m (rated all K), S[i] = Σx, Q[i] = Σx², P = Σ(Σ_i x)² and f (one answer
throughout) over those m; r (rated at least half of the K), A = Σy, B = Σy² over those r, y = 840 × mean rating.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.forms import Area, Form

SCALE = 840
"""Divisible by every number of items up to 8, so that y is a whole number."""
_RATING = np.array([1, 2, 3, 4, 5, 0, 0, 0], np.int64)


def moment_rows(form: Form, answers: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(responses, items) codes of `forms.answer_row` → (responses, form.moments) integers."""
    rows = np.zeros((len(answers), form.moments), np.int64)
    at = 0
    for area in form.areas:
        _fill(rows[:, at : at + area.width], _RATING[answers[:, area.columns]])
        at += area.width
    return rows


def _fill(out: NDArray[np.int64], ratings: NDArray[np.int64]) -> None:
    count = ratings.shape[1]
    rated = (ratings > 0).sum(1)
    total, squares = ratings.sum(1), ratings * ratings
    full = rated == count
    everything = full[:, None]
    out[:, 0] = full
    out[:, 1 : 1 + count] = ratings * everything
    out[:, 1 + count : 1 + 2 * count] = squares * everything
    out[:, 1 + 2 * count] = total * total * full
    out[:, 2 + 2 * count] = full & (ratings == ratings[:, :1]).all(1)
    half = 2 * rated >= count
    scaled = SCALE * total // np.maximum(rated, 1) * half
    out[:, 3 + 2 * count] = half
    out[:, 4 + 2 * count] = scaled
    out[:, 5 + 2 * count] = scaled * scaled


def bounds(form: Form) -> NDArray[np.int64]:
    """The most that one response can add to each integer of a row."""
    found: list[int] = []
    for area in form.areas:
        count = len(area.columns)
        found += [1, *[5] * count, *[25] * count, (5 * count) ** 2, 1, 1, 5 * SCALE, (5 * SCALE) ** 2]
    return np.array(found, np.int64)


def named(form: Form, row: Sequence[int]) -> dict[str, Any]:
    """A row as a document: {area: {items: [codes], m, S: [K], Q: [K], P, f, r, A, B}}."""
    document: dict[str, Any] = {}
    at = 0
    for area in form.areas:
        document[area.name] = _named(form, area, row[at : at + area.width])
        at += area.width
    return document


def _named(form: Form, area: Area, row: Sequence[int]) -> Mapping[str, Any]:
    count = len(area.columns)
    tail = 1 + 2 * count
    return {
        "items": [form.items[column] for column in area.columns],
        "m": row[0],
        "S": list(row[1 : 1 + count]),
        "Q": list(row[1 + count : tail]),
        **dict(zip(("P", "f", "r", "A", "B"), row[tail:], strict=True)),
    }
