"""What the sections of a school's report show: the names that its partial templates read."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reporter.drawn import charts
from reporter.drawn.drawing import Drawing
from reporter.readers.access import Viewer
from reporter.report.assembly import SessionView
from reporter.report.selection import ordered
from reporter.shown.figures import item_mean
from reporter.shown.tables import ShownGroup, ShownItem
from reporter.told import advice_words, benchmark_words, change_words, first_page, plan_words, whole_words, words
from reporter.told.words import Voice

GAPS_SHOWN: Final = 8


def every(voice: Voice, view: SessionView, viewer: Viewer, by_gap: bool = False) -> Mapping[str, Any]:
    """The names of all sections of a report, for this viewer; `by_gap`: each area's items, the widest gap first."""
    return {
        **first_page.section(voice, view),
        **overview(voice, view),
        **gaps(voice, view),
        **areas(voice, view, by_gap),
        **benchmark_words.section(voice, view),
        **change_words.section(voice, view),
        **whole_words.section(voice, view),
        **advice_words.section(voice, view),
        **plan_words.section(voice, view, viewer),
        "own": _own(voice, view),
        "scale": _key(voice),
    }


def overview(voice: Voice, view: SessionView) -> Mapping[str, Any]:
    """Every area of every group, and which groups are drawn."""
    groups = [group for group, table in view.report.groups.items() if table.bands is None]
    return {"overview": _overview(voice, view), "drawn_groups": groups}


def gaps(voice: Voice, view: SessionView) -> Mapping[str, Any]:
    """The items on which two groups lie furthest apart."""
    known = [gap for found in view.report.item_gaps.values() for gap in found]
    widest = sorted(known, key=lambda gap: (-round(gap.width, 6), gap.code))[:GAPS_SHOWN]
    return {
        "gaps": [(gap, words.shared_text(voice, view, gap.code, gap.groups)) for gap in widest],
        "gap_chart": _gap_chart(voice, view, widest),
    }


def areas(voice: Voice, view: SessionView, by_gap: bool = False) -> Mapping[str, Any]:
    """An area a section: finding, chart, gaps and rows of its items."""
    known = view.report.areas if view.report.groups else ()
    return {"areas": [_area(voice, view, area, by_gap) for area in known]}


def one_area(voice: Voice, view: SessionView, area: str, by_gap: bool) -> Mapping[str, Any]:
    """The names of the page of one area: its items, its gaps, and its place beside similar schools."""
    return {
        "found": _area(voice, view, area, by_gap),
        "item_gaps": [
            (gap, words.shared_text(voice, view, gap.code, gap.groups)) for gap in view.report.item_gaps[area]
        ],
        "beside": benchmark_words.of_area(voice, view, area),
        "scale": _key(voice),
    }


def _key(voice: Voice) -> list[tuple[str, str]]:
    labels = voice.questionnaire.scale("agree", voice.language)
    return [*((str(place), label) for place, label in enumerate(labels, 1)), ("na", voice.t("area.hatched"))]


def _overview(voice: Voice, view: SessionView) -> Drawing | None:
    lines = words.overview(voice, view)
    if not lines:
        return None
    told = "; ".join(f"{area}: " + ", ".join(dot.words for dot in dots) for area, dots in lines)
    sentence = voice.t("overview.words", list=told)
    return charts.dots(lines, voice.t("overview.axis"), voice.t("overview.heading"), sentence, "overview")


def _gap_chart(voice: Voice, view: SessionView, gaps: Sequence[Any]) -> Drawing | None:
    if not gaps:
        return None
    lines = words.gap_lines(voice, view, gaps)
    told = "; ".join(f"{item}: " + ", ".join(dot.words for dot in dots) for item, dots in lines)
    sentence = voice.t("gaps.words", list=told)
    return charts.dots(lines, voice.t("overview.axis"), voice.t("gaps.heading"), sentence, "gaps")


def _area(voice: Voice, view: SessionView, area: str, by_gap: bool) -> dict[str, Any]:
    form = [code for code in voice.questionnaire.items if code[0] == area]
    core = ordered(view.report, area, form, by_gap)
    rows = words.bars(voice, view, core)
    finding = words.area_finding(voice, view, area)
    return {
        "area": area,
        "question": voice.questionnaire.area_question(area, voice.language),
        "finding": finding,
        "chart": _bars_chart(voice, rows, finding, f"area-{area}"),
        "gaps": [gap for gap in view.report.area_gaps if gap.code == area],
        "rows": _item_rows(voice, view, core, own=False),
    }


def _own(voice: Voice, view: SessionView) -> dict[str, Any] | None:
    codes = sorted(
        {code for table in view.report.groups.values() for code in table.own}, key=lambda code: int(code[1:])
    )
    if not codes:
        return None
    rows = words.bars(voice, view, codes, own=True)
    return {
        "chart": _bars_chart(voice, rows, voice.t("own.heading"), "own"),
        "rows": _item_rows(voice, view, codes, own=True),
    }


def _bars_chart(voice: Voice, rows: list[tuple[str, list[charts.Bar]]], title: str, name: str) -> Drawing | None:
    if not any(bar.segments for _, group in rows for bar in group):
        return None
    told = "; ".join(
        f"{item}: " + ", ".join(part.words for bar in group for part in bar.segments if part.label)
        for item, group in rows
    )
    return charts.likert(rows, title, voice.t("area.words", list=told), name)


def _item_rows(voice: Voice, view: SessionView, codes: Sequence[str], own: bool) -> list[dict[str, Any]]:
    found = []
    for code in codes:
        for group, table in view.report.groups.items():
            item = (table.own if own else table.items).get(code)
            if item is not None:
                found.append(_item_row(voice, view, table, item) | {"group": group})
    return found


def _item_row(voice: Voice, view: SessionView, table: ShownGroup, item: ShownItem) -> dict[str, Any]:
    mean = item_mean(item, table.n)
    return {
        "code": item.code,
        "text": words.item_text(voice, view, item.code, table.group),
        "n": table.n,
        "rated": item.rated,
        "shares": None if item.shares is None else [words.share(voice, share) for share in item.shares],
        "reason": words.reason(voice, item.reason, table.k) if item.shares is None else None,
        "mean": None if mean is None else voice.number(round(mean.value, 1), 1),
    }
