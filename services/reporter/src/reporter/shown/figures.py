"""Figures computed from the shown table and from nothing else; formulas and sources in docs/statistics.md."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Literal

from reporter.shown.tables import Share, ShownItem

MEANS_FROM: Final = 20
EFFECT_NUMBER_FROM: Final = 100
CONFIDENCE: Final = 0.95
EFFECTS: Final = ((0.71, "large"), (0.64, "clear"), (0.56, "small"))
EffectWord = Literal["alike", "small", "clear", "large"]
Chances = tuple[float, ...]
"""Five probabilities of the answers 1 to 5 that sum to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mean:
    """A mean of the scale 1 to 5 with its interval, unrounded; `sd` is the s.d. used (for an area its bound)."""

    value: float
    low: float
    high: float
    sd: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """How two groups differ: `probability` that one of the first group answers higher than one of the second, ties
    half; `higher` is 0 or 1 for the group that answers higher, None where they are alike."""

    probability: float
    word: EffectWord
    higher: int | None


def chances(shares: Sequence[Share]) -> Chances:
    """The distribution to compute with: masked classes get equal parts of what the shown ones leave of 100 %.

    A small one ("5 % or less") that is masked beside others gets at most half its bound, and the others what remains.
    A class shown as "95 % or more" is shown: it stands at its bound, and the others share the rest.
    """
    parts = [float(share.percent or 0) if share.kind in ("share", "at-least") else None for share in shares]
    left = max(0.0, 100.0 - sum(part for part in parts if part is not None))
    small = {place: (share.percent or 0) / 2 for place, share in enumerate(shares) if share.kind == "at-most"}
    masked = [place for place, share in enumerate(shares) if share.kind == "masked"]
    equal = left / max(1, len(small) + len(masked))
    for place, half in small.items():
        parts[place] = min(equal, half) if masked else equal
    rest = left - sum(parts[place] or 0.0 for place in small)
    for place in masked:
        parts[place] = rest / len(masked)
    total = sum(part or 0.0 for part in parts)
    return tuple((part or 0.0) / total for part in parts) if total else (1 / len(parts),) * len(parts)


def looseness(shares: Sequence[Share], step: int) -> float:
    """How far the table leaves a mean open, as a standard error: half the width between the lowest and highest mean
    that the masked classes allow, and the rounding of the shown ones to `step` per cent."""
    left = max(0.0, 100.0 - sum(share.percent or 0 for share in shares if share.kind in ("share", "at-least")))
    room = {answer: _room(share, left) for answer, share in enumerate(shares, 1) if share.kind in ("at-most", "masked")}
    width = _extreme(room, left, sorted(room, reverse=True)) - _extreme(room, left, sorted(room))
    centre = mean_of(chances(shares))
    rounded = sum((answer - centre) ** 2 for answer, share in enumerate(shares, 1) if share.kind == "share")
    return math.sqrt((width / 2) ** 2 + rounded * (step / 100) ** 2 / 12)


def _room(share: Share, left: float) -> float:
    return left if share.kind == "masked" else min(left, float(share.percent or 0))


def _extreme(room: dict[int, float], left: float, order: Sequence[int]) -> float:
    """Sum of answer times share, if the classes fill up in this order."""
    found = 0.0
    for answer in order:
        taken = min(left, room[answer])
        found += answer * taken / 100
        left -= taken
    return found


def agree(distribution: Chances) -> float:
    """The share of "agree" and "strongly agree"."""
    return distribution[3] + distribution[4]


def mean_of(distribution: Chances) -> float:
    """The mean of 1 to 5."""
    return sum(answer * chance for answer, chance in enumerate(distribution, 1))


def sd_of(distribution: Chances) -> float:
    """The standard deviation of 1 to 5."""
    centre = mean_of(distribution)
    return math.sqrt(sum(chance * (answer - centre) ** 2 for answer, chance in enumerate(distribution, 1)))


def item_mean(item: ShownItem, n: int) -> Mean | None:
    """An item's mean from n = 20 answers and 20 raters, else None."""
    if item.shares is None or item.rated is None or min(n, item.rated) < MEANS_FROM:
        return None
    distribution = chances(item.shares)
    return _interval(mean_of(distribution), sd_of(distribution), item.rated)


def area_share(items: Iterable[ShownItem]) -> float | None:
    """The plain mean of the items' agree shares; None if no distribution is shown."""
    shares = [agree(chances(item.shares)) for item in items if item.shares is not None]
    return sum(shares) / len(shares) if shares else None


def area_mean(items: Iterable[ShownItem], n: int) -> Mean | None:
    """An area's mean from n = 20: the plain mean over its items, its s.d. at most the mean of theirs, by the fewest
    raters among them."""
    shown = [(chances(item.shares), item.rated) for item in items if item.shares is not None and item.rated is not None]
    if not shown or min(n, *(rated for _, rated in shown)) < MEANS_FROM:
        return None
    value = sum(mean_of(distribution) for distribution, _ in shown) / len(shown)
    sd = sum(sd_of(distribution) for distribution, _ in shown) / len(shown)
    return _interval(value, sd, min(rated for _, rated in shown))


def superiority(first: Chances, second: Chances) -> float:
    """Probability of superiority of the first distribution over the second, ties counted half."""
    below, found = 0.0, 0.0
    for a, b in zip(first, second, strict=True):
        found += a * (below + b / 2)
        below += b
    return found


def effect(probability: float) -> Effect:
    """The words for a probability of superiority."""
    size = max(probability, 1 - probability)
    for least, word in EFFECTS:
        if size >= least - 1e-12:
            return Effect(probability=probability, word=word, higher=0 if probability > 0.5 else 1)  # type: ignore[arg-type]  # the words of EFFECTS
    return Effect(probability=probability, word="alike", higher=None)


def t_quantile(probability: float, degrees: int) -> float:
    """Student's t by Hill's expansion in 1/degrees, within 0.0005 of the exact one from 15 degrees on."""
    z: float = NormalDist().inv_cdf(probability)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return sum(term / float(degrees) ** power for power, term in enumerate(terms))


def response_rate(n: int, registered: int) -> tuple[float, bool] | None:
    """(answers by registered people, at most 1; whether the registry is too low), None where nobody is registered."""
    if registered <= 0:
        return None
    return min(1.0, n / registered), n > registered


def _interval(value: float, sd: float, people: int) -> Mean:
    half = t_quantile(0.5 + CONFIDENCE / 2, people - 1) * sd / math.sqrt(people)
    return Mean(value=value, low=max(1.0, value - half), high=min(5.0, value + half), sd=sd)
