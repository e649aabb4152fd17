"""The charts: one Altair definition each, drawn to SVG for every page and handed to the browser to react there."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair
import vl_convert
from altair.utils import schemapi
from markupsafe import Markup

from look import charts as look_charts

WIDE: Final = 820
NARROW: Final = 320
BAR: Final = 30
GAP: Final = 6
LINE: Final = 19
MARGIN_WIDE: Final = 190
SMALLEST_LABEL: Final = {WIDE: 6.0, NARROW: 9.0}
CHARACTERS: Final = {WIDE: 92, NARROW: 34}
OWN_PATTERNS: Final = re.compile(r"<defs><pattern id=\"look-.*?</defs>", re.DOTALL)
MASKED: Final = "na"  # the hatched answer colour: something is there, and is not shown


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """A chart ready for a page: SVG for wide and narrow screens, and the definitions of both for the browser."""

    wide: Markup
    narrow: Markup
    specs: Mapping[str, Mapping[str, Any]]


def likert(items: Sequence[tuple[str, Sequence[Bar]]], title: str, words: str, name: str) -> Drawing:
    """Diverging stacked bars, between answers 2 and 3; each item's text stands above its groups' bars."""
    return _drawing({width: _likert(items, width) for width in (WIDE, NARROW)}, title, words, name)


def dots(lines: Sequence[tuple[str, Sequence[Dot]]], axis: str, title: str, words: str, name: str) -> Drawing:
    """A dot plot in per cent, one line a label, one shape a group."""
    return _drawing({width: _dots(lines, axis, width) for width in (WIDE, NARROW)}, title, words, name)


def _likert(items: Sequence[tuple[str, Sequence[Bar]]], width: int) -> Any:
    wide = width == WIDE
    bars = [bar for _, group in items for bar in group if bar.segments]
    left = max((sum(part.width for part in bar.segments if part.answer <= 2) for bar in bars), default=50.0)
    right = max((sum(part.width for part in bar.segments if part.answer > 2) for bar in bars), default=50.0)
    parts: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    y = 0.0
    for text, group in items:
        for line in textwrap.wrap(text, CHARACTERS[width]):
            words.append({"y": y + LINE / 2, "text": line, "kind": "item"})
            y += LINE
        y += 4
        for bar in group:
            if not wide:
                words.append({"y": y + LINE / 2, "text": bar.label, "kind": "group"})
                y += LINE
            elif bar.label:
                words.append({"y": y + BAR / 2, "text": bar.label, "kind": "group"})
            if bar.segments:
                parts += _parts(bar, y, SMALLEST_LABEL[width], text)
            else:
                words.append({"y": y + BAR / 2, "text": bar.words, "kind": "reason"})
            y += BAR + GAP
        y += 3 * GAP
    across = altair.Scale(domain=[-left, right], range=[MARGIN_WIDE if wide else 0, width], nice=False, zero=False)
    down = altair.Scale(domain=[0, y], range=[0, y], nice=False)
    base = altair.Chart(_data(parts))
    rects = base.mark_rect(stroke=look_charts.theme()["background"], strokeWidth=1).encode(
        x=altair.X("from:Q", scale=across, axis=None),
        x2="to:Q",
        y=altair.Y("top:Q", scale=down, axis=None),
        y2="bottom:Q",
        color=altair.Color("colour:N", scale=None),
        tooltip=altair.Tooltip("words:N"),
    )
    labels = (
        base.transform_filter("datum.label")
        .mark_text(fontSize=14)
        .encode(
            x=altair.X("middle:Q", scale=across, axis=None),
            y=altair.Y("centre:Q", scale=down, axis=None),
            text="label:N",
            color=altair.Color("ink:N", scale=None),
        )
    )
    layers = [rects, labels]
    for kind, at, style in (
        ("item", 0, {"fontSize": 15, "fontWeight": "bold"}),
        ("group", 0, {"fontSize": 14}),
        ("reason", MARGIN_WIDE if wide else 0, {"fontSize": 14, "fontStyle": "italic"}),
    ):
        found = [row for row in words if row["kind"] == kind]
        if found:
            layers.append(
                altair.Chart(_data(found))
                .mark_text(align="left", baseline="middle", **style)
                .encode(x=altair.value(at), y=altair.Y("y:Q", scale=down, axis=None), text="text:N")
            )
    return altair.layer(*layers).properties(width=width, height=y)


def _parts(bar: Bar, y: float, smallest: float, item: str) -> list[dict[str, Any]]:
    at = -sum(part.width for part in bar.segments if part.answer <= 2)
    found: list[dict[str, Any]] = []
    for part in bar.segments:
        answer = MASKED if part.label is None else str(part.answer)
        found.append(
            {
                "from": at,
                "to": at + part.width,
                "middle": at + part.width / 2,
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


def _dots(lines: Sequence[tuple[str, Sequence[Dot]]], axis: str, width: int) -> Any:
    wide = width == WIDE
    margin = 330 if wide else 0
    points: list[dict[str, Any]] = []
    rules: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    y: float = 6.0
    for text, line in lines:
        wrapped = textwrap.wrap(text, 40 if wide else CHARACTERS[width])
        start = y if wide else y + LINE * len(wrapped) + 6
        height = max(LINE * len(wrapped), 26) if wide else 24
        centre = start + height / 2
        spread = 5.0 if any(dot.low is not None for dot in line) else 0.0
        for number, part in enumerate(wrapped):
            offset = (height - LINE * len(wrapped)) / 2 if wide else -(LINE * len(wrapped) + 2)
            words.append({"y": start + offset + LINE * (number + 0.5), "text": part})
        if line:
            values = [dot.value for dot in line]
            rules.append({"y": centre, "from": min(values), "to": max(values)})
        for place, dot in enumerate(line):
            shift = spread * (place - (len(line) - 1) / 2)
            row: dict[str, Any] = {"y": centre + shift, "group": dot.group, "value": dot.value, "words": dot.words}
            points.append(row if dot.low is None else row | {"low": dot.low, "high": dot.high})
        y = start + height + (14 if wide else 12)
    across = altair.Scale(domain=[0, 100], range=[margin + 8, width - 10], nice=False)
    down = altair.Scale(domain=[0, y], range=[0, y], nice=False)
    x_axis = altair.Axis(values=[0, 25, 50, 75, 100], title=axis, labelExpr="datum.value + '%'", labelFontSize=13)
    x = altair.X("value:Q", scale=across, axis=x_axis)
    span = (
        altair.Chart(_data(rules))
        .mark_rule(strokeWidth=2)
        .encode(x=altair.X("from:Q", scale=across), x2="to:Q", y=altair.Y("y:Q", scale=down, axis=None))
    )
    base = altair.Chart(_data(points))
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
    where = altair.Y("y:Q", scale=down, axis=None)
    layers = [span]
    if any("low" in point for point in points):
        layers.append(
            base.transform_filter("isValid(datum.low)")
            .mark_rule(strokeWidth=3, opacity=0.45)
            .encode(x=altair.X("low:Q", scale=across, axis=x_axis), x2="high:Q", y=where, color=colour)
        )
    layers.append(
        base.mark_point(size=150).encode(x=x, y=where, color=colour, shape=shape, tooltip=altair.Tooltip("words:N"))
    )
    layers.append(
        altair.Chart(_data(words))
        .mark_text(align="left", baseline="middle", fontSize=15)
        .encode(x=altair.value(0), y=where, text="text:N")
    )
    return altair.layer(*layers).properties(width=width, height=y)


def _drawing(definitions: Mapping[int, Any], title: str, words: str, name: str) -> Drawing:
    theme = look_charts.theme() | {"background": "transparent"}  # the page's own ground, by day and night
    specs = {width: chart.configure(**theme).to_dict(validate=False) for width, chart in definitions.items()}
    drawn = {
        width: _plain(look_charts.dress(vl_convert.vegalite_to_svg(spec), title, words, f"{name}-{width}"))
        for width, spec in specs.items()
    }
    return Drawing(wide=drawn[WIDE], narrow=drawn[NARROW], specs={"wide": specs[WIDE], "narrow": specs[NARROW]})


def _plain(svg: Markup) -> Markup:
    """Without patterns of its own: the page's frame has them once, where they stay when a chart is drawn anew."""
    return Markup(OWN_PATTERNS.sub("", svg))  # noqa: S704  # only a part of safe text is taken away


def _data(rows: list[dict[str, Any]]) -> Any:
    return altair.Data(values=rows or [{}])  # type: ignore[no-untyped-call]  # altair writes no types here


def trust_definitions() -> None:
    """Leaves out Altair's check of each part against its schema, nine tenths of the time; the tests draw with it."""
    schemapi.DEBUG_MODE = False


def register_fonts() -> None:
    """Lets the drawing know the letters of Azerbaijani where fonts lie in the usual place of Debian."""
    for folder in ("/usr/share/fonts/truetype/dejavu",):
        vl_convert.register_font_directory(folder)
