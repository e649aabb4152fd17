"""Which of an item's five classes may be shown: rounding, masks, and the search that keeps masked counts unsolved.

Everything a reader learns is a function of the *labels*, so the search can play a reader who knows this very code: it
goes over all labels that would have given the same table, and through them over all count vectors. A table passes when
no masked class that holds somebody has a single solution.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

CLASSES: Final = 5
COARSE_BELOW: Final = 20
FINE_FROM: Final = 100
LOW: Final = -1
HIGH: Final = -2
JOINT: Final = -3
MOST_JOINT_FINE: Final = 2

Labels = tuple[int, ...]
"""Five labels: a rounded share in whole per cent, LOW, HIGH, or (in a table) JOINT, masked to protect another."""


class Grain(NamedTuple):
    """How finely shares among `rated` people are shown: step and mask limit in per cent."""

    rated: int
    step: int
    limit: int


def grain(rated: int) -> Grain:
    """Whole 5 % below 100 raters, else whole 1 %; masks at 20 % or less below 20 raters, else at 5 % or less."""
    return Grain(rated, 1 if rated >= FINE_FROM else 5, 20 if rated < COARSE_BELOW else 5)


def rounded(count: int, rated: int, step: int) -> int:
    """The share of `count` among `rated` in whole steps of `step` per cent, halves upwards."""
    return step * ((200 * count + step * rated) // (2 * step * rated))


def table(counts: tuple[int, ...]) -> Labels | None:
    """The five labels that may be shown for five counts, or None where no distribution may be shown at all."""
    size = grain(sum(counts))
    labels = tuple(_label(rounded(count, size.rated, size.step), size) for count in counts)
    return _table(labels, size)


def solutions(shown: Labels, size: Grain) -> list[tuple[int, int]]:
    """For each class the least and greatest count in any vector that fits the labels (JOINT: anything between)."""
    ranges = [_range(label, size) if label != JOINT else (0, size.rated) for label in shown]
    return _projected(ranges, size.rated)


def _table(labels: Labels, size: Grain) -> Labels | None:
    return None if _flat(labels, size) else _first_safe(labels, size)


def _flat(labels: Labels, size: Grain) -> bool:
    """Whether a distribution is hidden for being so flat. Where five small classes can only be five equal ones (5, 10
    or 15 raters), silence alone would tell them; so those with one class of the next size are silent with them."""
    if CLASSES * _range(LOW, size)[1] != size.rated:
        return False
    above = [label for label in labels if label != LOW]
    return not above or above == [min(label for label in _ranges(size) if label >= 0)]


def _label(share: int, size: Grain) -> int:
    return LOW if share <= size.limit else HIGH if share >= 100 - size.limit else share


@cache
def _ranges(size: Grain) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    for count in range(size.rated + 1):
        label = _label(rounded(count, size.rated, size.step), size)
        found[label] = (found.get(label, (count, count))[0], count)
    return found


def _range(label: int, size: Grain) -> tuple[int, int]:
    return _ranges(size)[label]


def _projected(ranges: list[tuple[int, int]], total: int) -> list[tuple[int, int]]:
    """Counts in independent ranges with a known sum: the exact least and greatest of each (empty: least > greatest)."""
    low, high = sum(least for least, _ in ranges), sum(most for _, most in ranges)
    return [(max(least, total - high + most), min(most, total - low + least)) for least, most in ranges]


def _steps(labels: Labels, size: Grain) -> Iterator[Labels]:
    """The tables to try, each masking one class more: the next smallest share, the earlier class first."""
    shown = list(labels)
    masked = sum(label in (LOW, HIGH) for label in labels)
    waiting = sorted((label, place) for place, label in enumerate(labels) if label >= 0)
    if masked != 1:
        yield tuple(shown)
    longest = len(waiting) if size.step > 1 else MOST_JOINT_FINE  # more would take seconds and leave next to nothing
    for _, place in waiting[:longest] if masked else ():
        shown[place] = JOINT
        yield tuple(shown)


@cache
def _first_safe(labels: Labels, size: Grain) -> Labels | None:
    return next((shown for shown in _steps(labels, size) if _safe(shown, size)), None)


@cache
def _safe(shown: Labels, size: Grain) -> bool:
    """Whether no masked class that holds somebody has one solution, over all labels that would end at this table."""
    masked = [place for place, label in enumerate(shown) if label < 0]
    least, most = [size.rated] * CLASSES, [-1] * CLASSES
    for labels in _behind(shown, size):
        for place, (low, high) in enumerate(_projected([_range(label, size) for label in labels], size.rated)):
            least[place], most[place] = min(least[place], low), max(most[place], high)
        if all(least[place] != most[place] for place in masked):
            return True
    return all(least[place] != most[place] or most[place] == 0 for place in masked)


def _behind(shown: Labels, size: Grain) -> Iterator[Labels]:
    """All labels with a fitting count vector whose steps come to this table without a safe one before it."""
    joint = [place for place, label in enumerate(shown) if label == JOINT]
    visible = [label for label in shown if label >= 0]
    options = [label for label in sorted(_ranges(size)) if label >= 0 and (not visible or label <= min(visible))]
    known = [_range(label, size) for label in shown if label != JOINT]
    least, most = sum(low for low, _ in known), sum(high for _, high in known)
    for chosen in _fillings(options, len(joint), size.rated - most, size.rated - least, size):
        labels = list(shown)
        for place, label in zip(joint, chosen, strict=True):
            labels[place] = label
        for step in _steps(tuple(labels), size):
            if step.count(JOINT) == len(joint):
                if step == shown:
                    yield tuple(labels)
                break
            if _safe(step, size):
                break


def _fillings(options: list[int], places: int, least: int, most: int, size: Grain) -> Iterator[Labels]:
    """Labels for the joint places, at least one of whose count vectors sums to between `least` and `most`."""
    if places == 0:
        if least <= 0 <= most:
            yield ()
        return
    if not options:
        return
    smallest, greatest = _range(options[0], size)[0] * (places - 1), _range(options[-1], size)[1] * (places - 1)
    for label in options:
        low, high = _range(label, size)
        if low + smallest <= most and high + greatest >= least:
            for rest in _fillings(options, places - 1, least - high, most - low, size):
                yield (label, *rest)
