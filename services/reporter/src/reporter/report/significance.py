"""Which of many differences are more than chance: Welch's test, and Benjamini and Hochberg's rule over all of them."""

import math
from collections.abc import Sequence
from typing import Final

TINY: Final = 1e-300
CLOSE: Final = 1e-15
MOST_STEPS: Final = 1000


def welch(difference: float, sd: tuple[float, float], people: tuple[int, int]) -> float:
    """Two-sided probability of a difference of two means this great by chance alone, without equal variances.

    `sd` and `people` (at least two each) are those of the two groups. Two groups without any spread: 0 or 1.
    """
    first, second = (s**2 / n for s, n in zip(sd, people, strict=True))
    if first + second == 0:
        return 1.0 if difference == 0 else 0.0
    degrees = (first + second) ** 2 / (first**2 / (people[0] - 1) + second**2 / (people[1] - 1))
    return two_sided(difference / math.sqrt(first + second), degrees)


def two_sided(t: float, degrees: float) -> float:
    """Probability that Student's t with `degrees` of freedom lies at least as far from 0 as `t`."""
    x = degrees / (degrees + t * t)
    return _incomplete_beta(degrees / 2, 0.5, x)


def kept(probabilities: Sequence[float], rate: float) -> list[bool]:
    """Which stand if among those that stand at most the share `rate` may be false (Benjamini and Hochberg 1995)."""
    order = sorted(range(len(probabilities)), key=lambda place: probabilities[place])
    ranks = [
        rank for rank, place in enumerate(order, 1) if probabilities[place] <= rank * rate / len(probabilities) + CLOSE
    ]
    standing = set(order[: max(ranks, default=0)])
    return [place in standing for place in range(len(probabilities))]


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function, by the continued fraction where it converges fast."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Lentz's evaluation of the continued fraction of the incomplete beta function (DLMF 8.17.22)."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, MOST_STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away(1 + term * d)
            c = _away(1 + term / c)
            found *= c * d
        if abs(c * d - 1) < CLOSE:
            break
    return found


def _away(value: float) -> float:
    return value if abs(value) > TINY else TINY
