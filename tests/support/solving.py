"""A reader who wants the counts behind a report: what its printed tables allow, and other answers that print the same.

`spans` knows nothing but a printed table. `twins` makes other snapshots with the same shown tables, in which the count
of a masked class is another one: if anything printed differs between such twins, it could tell the masked count.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.questionnaire import OWN_CODES, Questionnaire
from reporter.report.cells import share_text
from reporter.shown import disclosure
from reporter.shown.tables import ShownGroup, ShownItem

ANSWERS = 5
FARTHEST = 4
Cell = str | int | None
Counts = tuple[int, ...]


def spans(rated: int, cells: Sequence[Cell]) -> list[tuple[int, int]]:
    """The least and greatest count of each answer that a printed row allows: 35, "≤5", "≥95", "masked"."""
    step = 1 if rated >= 100 else 5
    ranges = []
    for cell in cells:
        fitting = [count for count in range(rated + 1) if _fits(cell, _rounded(count, rated, step))]
        ranges.append((fitting[0], fitting[-1]))
    low, high = sum(least for least, _ in ranges), sum(most for _, most in ranges)
    return [(max(least, rated - high + most), min(most, rated - low + least)) for least, most in ranges]


def solved(rated: int, cells: Sequence[Cell]) -> dict[int, int]:
    """The masked answers (0 to 4) whose counts a printed row gives away."""
    found = spans(rated, cells)
    hidden = [place for place, cell in enumerate(cells) if not isinstance(cell, int)]
    return {place: found[place][0] for place in hidden if found[place][0] == found[place][1]}


def solved_with_mean(rated: int, cells: Sequence[Cell], mean: float, decimals: int) -> dict[int, int]:
    """The same for a reader who also believes a printed mean to be the exact one, rounded."""
    found = spans(rated, cells)
    fitting = [
        counts
        for counts in _vectors(found, rated)
        if round(sum(answer * count for answer, count in enumerate(counts, 1)) / rated, decimals) == mean
    ]
    hidden = [place for place, cell in enumerate(cells) if not isinstance(cell, int)]
    known = {place: {counts[place] for counts in fitting} for place in hidden}
    return {place: values.pop() for place, values in known.items() if len(values) == 1}


def twins(document: Mapping[str, Any], k: int, questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    """Snapshots with the same shown table, one for each of the five answers: wherever that answer of an item is masked
    and holds somebody, its count is another one. KeyError names an item for which no such counts exist."""
    shown = disclosure.show(document, k, questionnaire)
    if not isinstance(shown, ShownGroup):
        return
    for place in range(ANSWERS):
        items = dict(document["items"])
        for code, counts in items.items():
            if shown.bands is not None:
                items[code] = _same_band({**document, "items": items}, code, k, questionnaire, shown, place)
            elif _masked(shown, code, place) and counts[place]:
                items[code] = [*_other(tuple(counts[:ANSWERS]), place, code, document, k, questionnaire), *counts[5:]]
        twin = {**document, "items": items}
        assert disclosure.show(twin, k, questionnaire) == shown
        yield twin


def _masked(shown: ShownGroup, code: str, place: int) -> bool:
    item = (shown.own if code in OWN_CODES else shown.items)[code]
    return item.shares is None or item.shares[place].kind != "share"


def _other(
    counts: Counts, place: int, code: str, document: Mapping[str, Any], k: int, questionnaire: Questionnaire
) -> Counts:
    """Counts with the same row of the table and another number at `place`."""
    wanted = _row(counts, code, document, k, questionnaire)
    cells = None if wanted.shares is None else [share_text(share) for share in wanted.shares]
    for other in _near(counts, cells):  # type: ignore[arg-type]  # shares are never decimals
        if other[place] != counts[place] and _row(other, code, document, k, questionnaire) == wanted:
            return other
    raise KeyError(f"{code}: answer {place + 1} of {counts} can be solved")


def _row(counts: Counts, code: str, document: Mapping[str, Any], k: int, questionnaire: Questionnaire) -> ShownItem:
    one = {**document, "items": {code: [*counts, 0, 0, document["n"] - sum(counts)]}, "background": {}}
    shown = disclosure.show(one, k, questionnaire)
    assert isinstance(shown, ShownGroup)
    return (shown.own if code in OWN_CODES else shown.items)[code]


def _near(counts: Counts, cells: Sequence[Cell] | None = None) -> Iterator[Counts]:
    """Counts of as many people: some of them moved from one answer to another, then whatever a printed row allows, or
    moved twice where nothing is printed."""
    once = [_moved(counts, *move) for move in _moves(counts)]
    yield from once
    if cells is not None:
        yield from _vectors(spans(sum(counts), cells), sum(counts))
        return
    for first in once:
        for move in _moves(first):
            yield _moved(first, *move)


def _moves(counts: Counts) -> list[tuple[int, int, int]]:
    return [
        (source, target, people)
        for people in range(1, FARTHEST + 1)
        for source in range(ANSWERS)
        for target in range(ANSWERS)
        if source != target and counts[source] >= people
    ]


def _moved(counts: Counts, source: int, target: int, people: int) -> Counts:
    found = list(counts)
    found[source] -= people
    found[target] += people
    return tuple(found)


def _same_band(
    document: Mapping[str, Any], code: str, k: int, questionnaire: Questionnaire, shown: ShownGroup, place: int
) -> list[int]:
    """Other counts of one item that leave every area's band as it is, if there are any."""
    counts = tuple(document["items"][code])
    for other in _near(counts[:ANSWERS]):
        found = [*other, *counts[ANSWERS:]]
        twin = {**document, "items": {**document["items"], code: found}}
        if other[place] != counts[place] and disclosure.show(twin, k, questionnaire) == shown:
            return found
    return list(counts)


def _fits(cell: Cell, share: int) -> bool:
    if isinstance(cell, int):
        return share == cell
    if cell is None or cell[0] not in "≤≥":
        return True
    return share <= int(cell[1:]) if cell[0] == "≤" else share >= int(cell[1:])


def _rounded(count: int, rated: int, step: int) -> int:
    return step * int(100 * count / (rated * step) + 0.5 + 1e-9)


def _vectors(ranges: Sequence[tuple[int, int]], left: int) -> Iterator[Counts]:
    if len(ranges) == 1:
        if ranges[0][0] <= left <= ranges[0][1]:
            yield (left,)
        return
    for count in range(ranges[0][0], min(left, ranges[0][1]) + 1):
        for rest in _vectors(ranges[1:], left - count):
            yield (count, *rest)
