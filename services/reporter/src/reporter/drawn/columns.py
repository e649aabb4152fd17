"""Columns that say how school means are spread: one small panel an area, the height of a column its share of schools
by width, so that joined bins do not look larger than they are."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from look.tokens import LIGHT
from reporter.drawn import picture
from reporter.drawn.picture import Picture, element, escaped

LOW: Final = 1.0
HIGH: Final = 5.0
PLOT: Final = 96
TITLE: Final = 18
BELOW: Final = 24
SPACE: Final = 22
ACROSS: Final = {820: 4, 320: 1}


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """So many schools have a mean between two values, and that in words."""

    low: float
    high: float
    schools: int
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One area: its name, its bins from low to high, and the mean of its school means."""

    title: str
    bins: Sequence[Bin]
    mean: float | None


def columns(panels: Sequence[Panel], title: str, words: str, name: str) -> Picture:
    """A panel each, all on the same scale."""
    highest = max(_density(bin_, panel) for panel in panels for bin_ in panel.bins)
    drawn = {width: _drawn(panels, width, highest) for width in ACROSS}
    return picture.picture(drawn[820], drawn[320], title, words, name)


def _density(found: Bin, panel: Panel) -> float:
    return found.schools / sum(one.schools for one in panel.bins) / (found.high - found.low)


def _drawn(panels: Sequence[Panel], width: int, highest: float) -> str:
    across = ACROSS[width]
    room = (width - SPACE * (across - 1)) / across
    parts: list[str] = []
    top = 0.0
    for first in range(0, len(panels), across):
        row = panels[first : first + across]
        wrapped = [textwrap.wrap(panel.title, int(room / 8.4)) for panel in row]
        head = TITLE * max(len(lines) for lines in wrapped) + 6
        for place, (panel, lines) in enumerate(zip(row, wrapped, strict=True)):
            left = place * (room + SPACE)
            for number, line in enumerate(lines):
                parts.append(picture.text(line, left, top + TITLE * (number + 0.8), 14, font_weight="bold"))
            parts.append(_panel(panel, left, top + head, room, highest))
        top += head + PLOT + BELOW + 14
    return picture.svg(width, top, parts)


def _panel(panel: Panel, left: float, top: float, room: float, highest: float) -> str:
    def across(value: float) -> float:
        return left + 4 + (room - 8) * (value - LOW) / (HIGH - LOW)

    base = top + PLOT
    parts = []
    for found in panel.bins:
        height = PLOT * _density(found, panel) / highest
        box = {"x": across(found.low), "y": base - height, "width": across(found.high) - across(found.low)}
        bar = element("rect", element("title", escaped(found.words)), **box, height=height, **_colours())
        parts.append(bar)
    parts.append(element("path", d=f"M{left:g} {base:g}h{room:g}", stroke=LIGHT["line"], fill="none"))
    for tick in range(int(LOW), int(HIGH) + 1):
        parts.append(picture.text(str(tick), across(tick), base + 17, 13, "muted", text_anchor="middle"))
    if panel.mean is not None:
        x = across(panel.mean)
        parts.append(
            element("path", d=f"M{x:.2f} {top:g}V{base:g}", stroke=LIGHT["accent"], stroke_width=2.5, fill="none")
        )
    return "".join(parts)


def _colours() -> dict[str, str | float]:
    return {"fill": LIGHT["primary"], "fill_opacity": 0.34, "stroke": LIGHT["primary"], "stroke_width": 1}
