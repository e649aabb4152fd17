"""The chart of a school beside bands: one line an area, drawn from printed figures alone."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import altair

from look import charts as look_charts
from look.tokens import LIGHT
from reporter.drawn import drawing
from reporter.drawn.charts import AXIS, CHARACTERS, LINE, MARGIN_DOTS, NARROW, WIDE, Rows, filled
from reporter.drawn.drawing import Drawing

HEIGHT: Final = 30
SIMILAR: Final = (2.0, 16.0)
NATION: Final = (20.0, 26.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """A band by its printed ends, and what it says."""

    low: float
    high: float
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """The school's own mean with its printed interval."""

    value: float
    low: float
    high: float
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One area: the bands and the mark that it has."""

    text: str
    similar: Range | None
    nation: Range | None
    own: Mark | None


def bands(lines: Sequence[Line], group: str, axis: str, title: str, words: str, name: str) -> Drawing:
    """Bands on the scale of answers from 1 to 5, the own mark in the group's shape and colour."""
    return drawing.draw(_bands(lines, group, axis, WIDE), _bands(lines, group, axis, NARROW), title, words, name)


def _bands(lines: Sequence[Line], group: str, axis: str, width: int) -> dict[str, Any]:
    wide = width == WIDE
    rows: dict[str, Rows] = {"similar": [], "nation": [], "own": [], "items": []}
    y = 6.0
    for line in lines:
        wrapped = textwrap.wrap(line.text, 40 if wide else CHARACTERS[width])
        start = y if wide else y + LINE * len(wrapped) + 4
        for number, part in enumerate(wrapped):
            offset = (HEIGHT - LINE * len(wrapped)) / 2 if wide else -(LINE * len(wrapped) + 2)
            rows["items"].append({"y": start + offset + LINE * (number + 0.5), "text": part})
        for kind, band, (top, bottom) in (("similar", line.similar, SIMILAR), ("nation", line.nation, NATION)):
            if band is not None:
                ends = {"from": band.low, "to": band.high, "top": start + top, "bottom": start + bottom}
                rows[kind].append({**ends, "words": band.words})
        if line.own is not None:
            own = line.own
            rows["own"].append(
                {"y": start + 9, "value": own.value, "low": own.low, "high": own.high, "words": own.words}
            )
        y = start + HEIGHT + (12 if wide else 10)
    return filled(_definition_of(width, group, axis), y, rows)


@cache
def _definition_of(width: int, group: str, axis: str) -> dict[str, Any]:
    margin = MARGIN_DOTS if width == WIDE else 0
    across = altair.Scale(domain=[1, 5], range=[margin + 10, width - 12], nice=False, zero=False)
    x_axis = altair.Axis(values=[1, 2, 3, 4, 5], title=axis, format="d", labelFontSize=13)
    colour = look_charts.GROUP_COLOURS[group]

    def box(name: str, fill: str) -> Any:
        # A band without width is still a line that can be seen.
        return (
            altair.Chart(altair.NamedData(name))
            .mark_rect(fill=fill, stroke=LIGHT["line"], strokeWidth=1.5)
            .encode(
                x=altair.X("from:Q", scale=across, axis=x_axis),
                x2="to:Q",
                y=altair.Y("top:Q", scale=None, axis=None),
                y2="bottom:Q",
                tooltip=altair.Tooltip("words:N"),
            )
        )

    own = altair.Chart(altair.NamedData("own"))
    where = altair.Y("y:Q", scale=None, axis=None)
    interval = own.mark_rule(strokeWidth=3, color=colour).encode(
        x=altair.X("low:Q", scale=across, axis=x_axis), x2="high:Q", y=where
    )
    point = own.mark_point(size=170, color=colour, shape=look_charts.GROUP_SHAPES[group]).encode(
        x=altair.X("value:Q", scale=across, axis=x_axis), y=where, tooltip=altair.Tooltip("words:N")
    )
    words = (
        altair.Chart(altair.NamedData("items"))
        .mark_text(align="left", baseline="middle", fontSize=15)
        .encode(x=altair.value(0), y=where, text="text:N")
    )
    room = {"left": 4, "right": 4, "top": 4, "bottom": 4 + AXIS}
    layers = (box("similar", LIGHT["primary-tint"]), box("nation", LIGHT["line"]), interval, point, words)
    found: dict[str, Any] = (
        altair.layer(*layers).properties(width=width, autosize="none", padding=room).to_dict(validate=False)
    )
    return {name: part for name, part in found.items() if name not in ("config", "datasets")}
