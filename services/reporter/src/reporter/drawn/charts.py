"""The charts: one Altair definition each, filled with a page's numbers, drawn for it and handed to the browser."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import altair

from look import charts as look_charts
from reporter.drawn import drawing
from reporter.drawn.drawing import Drawing

WIDE: Final = 820
NARROW: Final = 320
BAR: Final = 30
GAP: Final = 6
LINE: Final = 19
MARGIN_WIDE: Final = 190
MARGIN_DOTS: Final = 330
AXIS: Final = 46  # room below a plot for its axis
SMALLEST_LABEL: Final = {WIDE: 6.0, NARROW: 9.0}
CHARACTERS: Final = {WIDE: 92, NARROW: 34}
MASKED: Final = "na"  # the hatched answer colour: something is there, and is not shown
Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A part of a bar: the answer 1 to 5, its width in per cent, its words; without `label` it is drawn hatched."""

    answer: int
    width: float
    words: str
    label: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One group's answers to one item; without segments `words` say why."""

    label: str
    segments: tuple[Segment, ...]
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """One group's value on one line, in per cent, with an interval if it has one."""

    group: str
    value: float
    words: str
    low: float | None = None
    high: float | None = None


def likert(items: Sequence[tuple[str, Sequence[Bar]]], title: str, words: str, name: str) -> Drawing:
    """Diverging stacked bars, between answers 2 and 3; each item's text stands above its groups' bars."""
    return drawing.draw(_likert(items, WIDE), _likert(items, NARROW), title, words, name)


def dots(lines: Sequence[tuple[str, Sequence[Dot]]], axis: str, title: str, words: str, name: str) -> Drawing:
    """A dot plot in per cent, one line a label, one shape a group."""
    return drawing.draw(_dots(lines, axis, WIDE), _dots(lines, axis, NARROW), title, words, name)


def filled(
    definition: Mapping[str, Any], height: float, rows: Mapping[str, Rows], values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A definition of this module with a page's height in pixels, its rows by name, and the values it asks for."""
    params = [{"name": name, "value": value} for name, value in (values or {}).items()]
    return {**definition, "height": round(height, 1), "datasets": dict(rows), **({"params": params} if params else {})}


def _likert(items: Sequence[tuple[str, Sequence[Bar]]], width: int) -> dict[str, Any]:
    wide = width == WIDE
    bars = [bar for _, group in items for bar in group if bar.segments]
    left = max((sum(part.width for part in bar.segments if part.answer <= 2) for bar in bars), default=50.0)
    right = max((sum(part.width for part in bar.segments if part.answer > 2) for bar in bars), default=50.0)
    rows: dict[str, Rows] = {"parts": [], "items": [], "groups": [], "reasons": []}
    y = 0.0
    for text, group in items:
        for line in textwrap.wrap(text, CHARACTERS[width]):
            rows["items"].append({"y": y + LINE / 2, "text": line})
            y += LINE
        y += 4
        for bar in group:
            if not wide:
                rows["groups"].append({"y": y + LINE / 2, "text": bar.label})
                y += LINE
            elif bar.label:
                rows["groups"].append({"y": y + BAR / 2, "text": bar.label})
            if bar.segments:
                rows["parts"] += _parts(bar, y, SMALLEST_LABEL[width])
            else:
                rows["reasons"].append({"y": y + BAR / 2, "text": bar.words})
            y += BAR + GAP
        y += 3 * GAP
    return filled(_likert_definition(width), y, rows, {"left": -round(left, 3), "right": round(right, 3)})


@cache
def _likert_definition(width: int) -> dict[str, Any]:
    margin = MARGIN_WIDE if width == WIDE else 0
    ends = [altair.ExprRef("left"), altair.ExprRef("right")]
    across = altair.Scale(domain=ends, range=[margin, width], nice=False, zero=False)
    base = altair.Chart(altair.NamedData("parts"))
    rects = base.mark_rect(stroke=look_charts.theme()["background"], strokeWidth=1).encode(
        x=altair.X("from:Q", scale=across, axis=None),
        x2="to:Q",
        y=altair.Y("top:Q", scale=None, axis=None),
        y2="bottom:Q",
        color=altair.Color("colour:N", scale=None),
        tooltip=altair.Tooltip("words:N"),
    )
    labels = (
        base.transform_filter("datum.label")
        .mark_text(fontSize=14)
        .encode(
            x=altair.X("middle:Q", scale=across, axis=None),
            y=altair.Y("centre:Q", scale=None, axis=None),
            text="label:N",
            color=altair.Color("ink:N", scale=None),
        )
    )
    return _definition(
        width,
        rects,
        labels,
        _words("items", fontSize=15, fontWeight="bold"),
        _words("groups", fontSize=14),
        _words("reasons", at=margin, fontSize=14, fontStyle="italic"),
    )


def _parts(bar: Bar, y: float, smallest: float) -> Rows:
    at = -sum(part.width for part in bar.segments if part.answer <= 2)
    found: Rows = []
    for part in bar.segments:
        answer = MASKED if part.label is None else str(part.answer)
        found.append(
            {
                "from": round(at, 3),
                "to": round(at + part.width, 3),
                "middle": round(at + part.width / 2, 3),
                "top": y,
                "bottom": y + BAR,
                "centre": y + BAR / 2,
                "colour": look_charts.ANSWER_COLOURS[answer],
                "ink": look_charts.ANSWER_LABEL_COLOURS[str(part.answer)],
                "label": (part.label or "") if part.width >= smallest else "",
                "words": part.words,
            }
        )
        at += part.width
    return [part for part in found if part["to"] > part["from"]]


def _dots(lines: Sequence[tuple[str, Sequence[Dot]]], axis: str, width: int) -> dict[str, Any]:
    wide = width == WIDE
    rows: dict[str, Rows] = {"points": [], "spans": [], "items": []}
    y: float = 6.0
    for text, line in lines:
        wrapped = textwrap.wrap(text, 40 if wide else CHARACTERS[width])
        start = y if wide else y + LINE * len(wrapped) + 6
        height = max(LINE * len(wrapped), 26) if wide else 24
        centre = start + height / 2
        spread = 5.0 if any(dot.low is not None for dot in line) else 0.0
        for number, part in enumerate(wrapped):
            offset = (height - LINE * len(wrapped)) / 2 if wide else -(LINE * len(wrapped) + 2)
            rows["items"].append({"y": start + offset + LINE * (number + 0.5), "text": part})
        if line:
            values = [dot.value for dot in line]
            rows["spans"].append({"y": centre, "from": min(values), "to": max(values)})
        for place, dot in enumerate(line):
            shift = spread * (place - (len(line) - 1) / 2)
            row: dict[str, Any] = {"y": centre + shift, "group": dot.group, "value": dot.value, "words": dot.words}
            rows["points"].append(row if dot.low is None else row | {"low": dot.low, "high": dot.high})
        y = start + height + (14 if wide else 12)
    return filled(_dots_definition(width, axis), y, rows)


@cache
def _dots_definition(width: int, axis: str) -> dict[str, Any]:
    margin = MARGIN_DOTS if width == WIDE else 0
    across = altair.Scale(domain=[0, 100], range=[margin + 8, width - 10], nice=False)
    x_axis = altair.Axis(values=[0, 25, 50, 75, 100], title=axis, labelExpr="datum.value + '%'", labelFontSize=13)
    where = altair.Y("y:Q", scale=None, axis=None)
    colour = altair.Color(
        "group:N",
        legend=None,
        scale=altair.Scale(domain=list(look_charts.GROUP_COLOURS), range=list(look_charts.GROUP_COLOURS.values())),
    )
    shape = altair.Shape(
        "group:N",
        legend=None,
        scale=altair.Scale(domain=list(look_charts.GROUP_SHAPES), range=list(look_charts.GROUP_SHAPES.values())),
    )
    span = (
        altair.Chart(altair.NamedData("spans"))
        .mark_rule(strokeWidth=2)
        .encode(x=altair.X("from:Q", scale=across), x2="to:Q", y=where)
    )
    base = altair.Chart(altair.NamedData("points"))
    interval = (
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=3, opacity=0.45)
        .encode(x=altair.X("low:Q", scale=across, axis=x_axis), x2="high:Q", y=where, color=colour)
    )
    points = base.mark_point(size=150).encode(
        x=altair.X("value:Q", scale=across, axis=x_axis),
        y=where,
        color=colour,
        shape=shape,
        tooltip=altair.Tooltip("words:N"),
    )
    return _definition(width, span, interval, points, _words("items", fontSize=15), below=AXIS)


def _words(name: str, at: int = 0, **style: Any) -> Any:
    """A layer of texts at their heights, from the left."""
    return (
        altair.Chart(altair.NamedData(name))
        .mark_text(align="left", baseline="middle", **style)
        .encode(x=altair.value(at), y=altair.Y("y:Q", scale=None, axis=None), text="text:N")
    )


def _definition(width: int, *layers: Any, below: int = 0) -> dict[str, Any]:
    """A layered definition that waits for its height and rows; `below` is the room for an axis."""
    room = {"left": 4, "right": 4, "top": 4, "bottom": 4 + below}
    found: dict[str, Any] = (
        altair.layer(*layers).properties(width=width, autosize="none", padding=room).to_dict(validate=False)
    )
    return {name: part for name, part in found.items() if name not in ("config", "datasets")}
