"""Change over time in words: the finding, the rows of its tables and its chart, in one language."""

from collections.abc import Mapping, Sequence
from typing import Any

from reporter.drawn.drawing import Drawing
from reporter.drawn.slopes import Panel, Point, slopes
from reporter.report.assembly import SessionView
from reporter.report.change import Change, Shift
from reporter.shown.figures import Mean
from reporter.told import words
from reporter.told.words import Voice


def section(voice: Voice, view: SessionView) -> Mapping[str, Any]:
    """The names of the section's template; `change` is None where there is nothing to compare with."""
    found = view.change
    if found is None or not found.items:  # none of the groups that are looked at is in both sessions
        return {"change": None}
    return {
        "change": {
            "finding": finding(voice, view, found),
            "since": campaign(voice, view, found.since.campaign),
            "groups": [group for group in view.report.groups if group in found.since.groups],
            "chart": _chart(voice, view, found),
            "area_rows": [row(voice, shift, voice.area(shift.code)) for shift in found.areas],
            "item_rows": [row(voice, shift, _item(voice, view, shift)) for shift in found.items],
            "named": [_sentence(voice, view, shift) for shift in found.clear],
            "earlier": [
                (campaign(voice, view, sitting.campaign), voice.day(sitting.opened), sitting.session)
                for sitting in reversed(found.sittings[:-1])
            ],
        }
    }


def campaign(voice: Voice, view: SessionView, name: str) -> str:
    """A campaign's name in this language."""
    return view.campaigns.get(name, {}).get(voice.language, name)


def finding(voice: Voice, view: SessionView, found: Change) -> str:
    """The answer, for the heading."""
    since = campaign(voice, view, found.since.campaign)
    said = [shift.word for shift in (*found.areas, *found.items)]
    higher, lower = said.count("higher"), said.count("lower")
    if higher and lower:
        return voice.t("change.find_both", since=since, higher=higher, lower=lower)
    if higher or lower:
        return voice.t("change.find_higher" if higher else "change.find_lower", since=since, count=higher or lower)
    return voice.t("change.find_too_few" if set(said) == {"too-few"} else "change.find_none", since=since)


def row(voice: Voice, shift: Shift, name: str) -> Mapping[str, Any]:
    """One comparison as cells of a table."""
    then, now = shift.means or (None, None)
    return {
        "name": name,
        "group": shift.group,
        "shares": [voice.percent(share) for share in shift.shares],
        "means": [mean(voice, then), mean(voice, now)],
        "word": word(voice, shift),
    }


def word(voice: Voice, shift: Shift) -> str:
    """The words for one comparison."""
    return voice.t(f"change.word_{shift.word}")


def mean(voice: Voice, found: Mean | None) -> str:
    """A mean with its interval as a cell."""
    return "–" if found is None else voice.t("change.cell", **one_decimal(voice, found))


def one_decimal(voice: Voice, found: Mean) -> dict[str, str]:
    """{mean, low, high} as they are printed."""
    return {
        "mean": voice.number(round(found.value, 1), 1),
        "low": voice.number(round(found.low, 1), 1),
        "high": voice.number(round(found.high, 1), 1),
    }


def _item(voice: Voice, view: SessionView, shift: Shift) -> str:
    return f"{shift.code} · {words.item_text(voice, view, shift.code, shift.group)}"


def _sentence(voice: Voice, view: SessionView, shift: Shift) -> Mapping[str, str]:
    name = voice.area(shift.code) if shift.code in voice.questionnaire.areas else _item(voice, view, shift)
    means = [voice.number(round(found.value, 1), 1) for found in shift.means or ()]
    return {"group": shift.group, "name": name, "word": word(voice, shift), "then": means[0], "now": means[1]}


def _chart(voice: Voice, view: SessionView, found: Change) -> Drawing | None:
    panels = [panel for area in view.report.areas if (panel := _panel(voice, found, area)).lines]
    if not panels:
        return None
    days = [short(sitting.opened) for sitting in found.sittings]
    told = "; ".join(
        f"{panel.title}: " + ", ".join(point.words for _, points in panel.lines for point in points) for panel in panels
    )
    sentence = voice.t("change.words", list=told)
    return slopes(panels, days, finding(voice, view, found), sentence, "change")


def _panel(voice: Voice, found: Change, area: str) -> Panel:
    lines = [
        (group, _points(voice, found, group, series))
        for (code, group), series in found.series.items()
        if code == area and sum(mean is not None for mean in series) > 1
    ]
    return Panel(title=voice.area(area), lines=lines)


def _points(voice: Voice, found: Change, group: str, series: Sequence[Mean | None]) -> list[Point]:
    return [
        Point(
            place=place,
            value=one.value,
            low=one.low,
            high=one.high,
            words=voice.t(
                "change.point",
                group=voice.group_name(group),
                day=short(found.sittings[place].opened),
                **one_decimal(voice, one),
            ),
        )
        for place, one in enumerate(series)
        if one is not None
    ]


def short(day: str) -> str:
    """A day as month and year, for the foot of a small chart: "11.2026"."""
    year, month, _ = day.split("-")
    return f"{month}.{year}"
