"""The chart of change over time: a small panel an area, a line a group from session to session, with intervals."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import altair

from look import charts as look_charts
from reporter.drawn import drawing
from reporter.drawn.charts import LINE, NARROW, WIDE, Rows, filled
from reporter.drawn.drawing import Drawing

PANELS: Final = {WIDE: 4, NARROW: 2}
TICKS: Final = 18
SPACE: Final = 18
PLOT: Final = 132
LETTERS: Final = 8.2
"""About how many pixels a letter of a panel's name takes."""
DODGE: Final = 7
INSET: Final = 26
SCALE: Final = (1.0, 5.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One group's mean in one session (place 0 is the oldest) with its interval, and its words."""

    place: int
    value: float
    low: float
    high: float
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One area: its name, and each group's points, oldest first."""

    title: str
    lines: Sequence[tuple[str, Sequence[Point]]]


def slopes(panels: Sequence[Panel], days: Sequence[str], title: str, words: str, name: str) -> Drawing:
    """Means from 1 to 5 over sessions; `days` are the short names of the sessions below each panel."""
    return drawing.draw(_slopes(panels, days, WIDE), _slopes(panels, days, NARROW), title, words, name)


def _slopes(panels: Sequence[Panel], days: Sequence[str], width: int) -> dict[str, Any]:
    across = PANELS[width]
    room = (width - SPACE * (across - 1)) / across
    wrapped = [textwrap.wrap(panel.title, int(room / LETTERS)) for panel in panels]
    rows: dict[str, Rows] = {name: [] for name in ("grid", "ticks", "titles", "days", "spans", "lines", "points")}
    top = 0.0
    for first in range(0, len(panels), across):
        head = LINE * max(len(title) for title in wrapped[first : first + across])
        for place, panel in enumerate(panels[first : first + across]):
            left = place * (room + SPACE)
            for number, line in enumerate(wrapped[first + place]):
                rows["titles"].append({"x": left, "y": top + LINE * (number + 0.5), "text": line})
            _panel(rows, panel, days, left, top + head + 8, room)
        top += head + 8 + PLOT + LINE + 26
    return filled(_definition(width), top, rows)


def _panel(rows: dict[str, Rows], panel: Panel, days: Sequence[str], left: float, top: float, room: float) -> None:
    start, end = left + TICKS + INSET, left + room - INSET
    for tick in range(int(SCALE[0]), int(SCALE[1]) + 1):
        rows["grid"].append({"x": left + TICKS, "x2": left + room, "y": _height(tick, top)})
        rows["ticks"].append({"x": left + TICKS - 8, "y": _height(tick, top), "text": str(tick)})
    step = (end - start) / max(1, len(days) - 1)
    named = range(len(days)) if len(days) <= 2 else (0, len(days) - 1)
    for place in named:
        rows["days"].append({"x": start + place * step, "y": top + PLOT + 16, "text": days[place]})
    for number, (group, points) in enumerate(panel.lines):
        dodge = DODGE * (number - (len(panel.lines) - 1) / 2)
        for point in points:
            row = {"x": round(start + point.place * step + dodge, 2), "group": group, "words": point.words}
            at = {"y": _height(point.value, top)}
            rows["spans"].append(row | {"y": _height(point.high, top), "y2": _height(point.low, top)})
            rows["lines"].append(row | at | {"series": f"{panel.title}/{group}"})
            rows["points"].append(row | at)


def _height(value: float, top: float) -> float:
    low, high = SCALE
    return round(top + PLOT * (high - value) / (high - low), 2)


@cache
def _definition(width: int) -> dict[str, Any]:
    x, y = altair.X("x:Q", scale=None, axis=None), altair.Y("y:Q", scale=None, axis=None)
    colours, shapes = look_charts.GROUP_COLOURS, look_charts.GROUP_SHAPES
    colour = altair.Color("group:N", legend=None, scale=altair.Scale(domain=[*colours], range=[*colours.values()]))
    shape = altair.Shape("group:N", legend=None, scale=altair.Scale(domain=[*shapes], range=[*shapes.values()]))
    told = altair.Tooltip("words:N")
    layers = (
        _named("grid").mark_rule(strokeWidth=1, opacity=0.35).encode(x=x, x2="x2:Q", y=y),
        _named("ticks").mark_text(align="right", baseline="middle", fontSize=12).encode(x=x, y=y, text="text:N"),
        _named("spans").mark_rule(strokeWidth=3, opacity=0.45).encode(x=x, y=y, y2="y2:Q", color=colour),
        _named("lines").mark_line(strokeWidth=2).encode(x=x, y=y, color=colour, detail="series:N"),
        _named("points").mark_point(size=110).encode(x=x, y=y, color=colour, shape=shape, tooltip=told),
        _named("titles")
        .mark_text(align="left", baseline="middle", fontSize=14, fontWeight="bold")
        .encode(x=x, y=y, text="text:N"),
        _named("days").mark_text(align="center", baseline="middle", fontSize=13).encode(x=x, y=y, text="text:N"),
    )
    found: dict[str, Any] = (
        altair.layer(*layers).properties(width=width, autosize="none", padding=4).to_dict(validate=False)
    )
    return {name: part for name, part in found.items() if name not in ("config", "datasets")}


def _named(name: str) -> Any:
    return altair.Chart(altair.NamedData(name))
