"""The shown table: all that a school's pages, charts and exports may know about its answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ShareKind = Literal["share", "at-most", "at-least", "masked"]
Reason = Literal["below-k", "more-answers-than-codes", "few-raters", "would-be-solved", "fewer-than-10", "bands-only"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """One class of a distribution in whole per cent: a share, a bound that stands for a small or great one, or masked
    (`percent` is None) so that another masked class cannot be solved."""

    kind: ShareKind
    percent: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownItem:
    """One item of one group: `rated` (chose 1 to 5) and the five `shares` of those, or the reason for their absence."""

    code: str
    rated: int | None
    shares: tuple[Share, ...] | None
    reason: Reason | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownOption:
    """One answer to a background question; option None stands for all answers that fewer than three people gave."""

    option: str | None
    share: Share


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownGroup:
    """One group of a session as of one release: `n` answers; items in the form's order; `bands` (area to 0..3: under a
    quarter, up to half, up to three quarters, more agree) in place of items where three or four people answered."""

    group: str
    level: str
    snapshot: str
    n: int
    k: int
    as_of: str
    final: bool
    items: Mapping[str, ShownItem]
    own: Mapping[str, ShownItem]
    background: Mapping[str, tuple[ShownOption, ...]]
    bands: Mapping[str, int] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Withheld:
    """A group of which nothing may be shown, and why."""

    group: str
    reason: Reason
