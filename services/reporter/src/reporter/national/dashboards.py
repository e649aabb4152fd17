"""The national dashboard and the ministry's participation monitor as HTML."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from contracts.questionnaire import AREAS, CURRENT, GROUPS
from look import locale
from reporter.drawn import charts
from reporter.drawn.charts import Bar, Dot, Segment
from reporter.drawn.drawing import Drawing
from reporter.national import breakdowns, nation
from reporter.national.nation import EVERY, Figure, Nation
from reporter.pages.rendering import Pages
from reporter.readers.access import Viewer
from reporter.told import words
from reporter.told.words import Voice

ANSWERS: Final = 5


def dashboard(
    pages: Pages,
    found: Nation | None,
    campaign: Mapping[str, Any] | None,
    campaigns: Sequence[Mapping[str, Any]],
    schools: Mapping[str, int] | None,
    level: str,
    viewer: Viewer | None,
    language: str,
    query: Sequence[tuple[str, str]],
) -> bytes:
    """The public page; everything on it comes from one edition, beside the numbers of schools taking part."""
    voice = pages.voice(language, campaign["questionnaire"] if campaign else CURRENT)
    names = {message["campaign"]: message["names"].get(language, message["campaign"]) for message in campaigns}
    frame: dict[str, Any] = {
        "voice": voice,
        "campaign": campaign["campaign"] if campaign else None,
        "names": names,
        "schools": schools,
        "registered": _registered_schools(campaign) if campaign else 0,
        "level": level,
        "nation": found,
        "finding": voice.t("national.empty_title"),
    }
    if found is not None:
        frame |= _figures(voice, found, level, names.get(found.campaign, found.campaign))
    return pages.render("national.html", language, ("/", query), viewer, **frame)


def monitor(
    pages: Pages, rows: Sequence[Mapping[str, Any]], campaign: str, viewer: Viewer, language: str
) -> dict[str, Any]:
    """The monitor's table: a row a region and level, sessions counted by group; an agency sees its part."""
    voice = pages.voice(language, CURRENT)
    cells: dict[tuple[str, str], dict[str, tuple[int, int, int]]] = {}
    for row in rows:
        place = row["_id"]
        if viewer.level in (None, place["level"]) and viewer.region in (None, place["region"]):
            counted = (int(row["sessions"]), int(row["started"]), int(row["reached"]))
            cells.setdefault((place["region"], place["level"]), {})[place["group"]] = counted
    ordered = sorted(cells, key=lambda key: (locale.sort_key(key[0], language), key[1]))
    return {
        "campaign": campaign,
        "groups": [group for group in GROUPS if any(group in found for found in cells.values())],
        "rows": [
            (region, voice.questionnaire.level_name(level, language), cells[region, level]) for region, level in ordered
        ],
    }


def _figures(voice: Voice, found: Nation, level: str, name: str) -> dict[str, Any]:
    groups = [group for group in GROUPS if found.of(level, group)]
    widest = nation.widest(found, level)
    finding = voice.t("national.find_plain")
    if widest:
        area, lower, higher = widest
        finding = voice.t(
            "national.find_gap", area=voice.area(area), lower=voice.group(lower), higher=voice.group(higher)
        )
    people = " · ".join(
        f"{voice.group_name(group)} {voice.number(next(iter(found.of(level, group).values())).people)}"
        for group in groups
    )
    shown = date.fromisoformat(found.as_of)
    return {
        "finding": finding,
        "lede": voice.t(
            "national.lede",
            campaign=name,
            number=found.number,
            date=shown,
            final=voice.t("national.final" if found.final else "national.rolling"),
        ),
        "groups": groups,
        "chart": _overview(voice, found, level, groups),
        "source": voice.t("national.source", n=people, number=found.number, date=shown),
        "figures_table": _table(voice, found, level, groups),
        "coverage": [_coverage(voice, group, found.of(level, group)) for group in groups],
        "breakdowns": [breakdowns.breakdown(voice, found, level, kind, groups) for kind in found.breakdowns],
        "areas": [_area(voice, found, level, area) for area in AREAS if _items(voice, found, level, area)],
        "items_source": voice.t("national.items_source", date=shown),
        "in_none": ", ".join(
            f"{voice.group_name(group)} {voice.number(count)}"
            for group, count in found.in_no_breakdown.items()
            if count
        ),
        "scale": [
            (str(place), label) for place, label in enumerate(voice.questionnaire.scale("agree", voice.language), 1)
        ],
        "fewest": nation.FEWEST_SCHOOLS,
    }


def _overview(voice: Voice, found: Nation, level: str, groups: Sequence[str]) -> Drawing | None:
    lines = []
    for area in AREAS:
        row = [_dot(voice, figure) for group in groups if (figure := found.of(level, group).get(area))]
        if row:
            lines.append((voice.area(area), row))
    if not lines:
        return None
    told = "; ".join(f"{area}: " + ", ".join(dot.words for dot in row) for area, row in lines)
    title = voice.t("national.figures_heading")
    return charts.dots(lines, voice.t("overview.axis"), title, voice.t("national.chart_words", list=told), "national")


def _dot(voice: Voice, figure: Figure) -> Dot:
    name, share = voice.group_name(figure.group), voice.percent(figure.share)
    known = figure.low is not None and figure.high is not None
    low, high = (figure.low or 0.0, figure.high or 0.0) if known else (0.0, 0.0)
    return Dot(
        group=figure.group,
        value=round(100 * figure.share, 2),
        words=voice.t("national.point", group=name, share=share, low=voice.percent(low), high=voice.percent(high))
        if known
        else voice.t("national.point_plain", group=name, share=share),
        low=round(100 * low, 2) if known else None,
        high=round(100 * high, 2) if known else None,
    )


def _table(voice: Voice, found: Nation, level: str, groups: Sequence[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    rows = []
    for area in AREAS:
        figures = [found.of(level, group).get(area) for group in groups]
        if any(figures):
            rows.append((voice.area(area), [_cell(voice, figure) for figure in figures]))
    return rows


def _cell(voice: Voice, figure: Figure | None) -> tuple[str, str]:
    if figure is None:
        return voice.t("cell.not_asked"), ""
    if figure.low is None or figure.high is None:
        return voice.percent(figure.share), voice.t("national.no_interval")
    low, high = voice.percent(figure.low), voice.percent(figure.high)
    return voice.percent(figure.share), voice.t("national.range", low=low, high=high)


def _coverage(voice: Voice, group: str, figures: Mapping[str, Figure]) -> str:
    one = next(iter(figures.values()))
    return voice.t(
        "national.coverage_group",
        group=voice.group_name(group),
        schools=voice.percent(min(1.0, one.school_levels / max(1, one.schools_registered))),
        people=voice.percent(min(1.0, one.people / max(1, one.people_registered))),
    )


def _items(voice: Voice, found: Nation, level: str, area: str) -> list[str]:
    every = {code for (place, _), items in found.items.items() if place == level for code in items}
    return [code for code in voice.questionnaire.items if code in every and code[0] == area]


def _area(voice: Voice, found: Nation, level: str, area: str) -> dict[str, Any]:
    title = voice.t("national.items_heading", area=voice.area(area))
    bars: list[tuple[str, list[Bar]]] = []
    rows: list[list[str]] = []
    for code in _items(voice, found, level, area):
        asked = [group for group in GROUPS if code in found.items.get((level, group), {})]
        text = f"{code} · {_shared_text(voice, code, asked, level)}"
        counted = [(group, found.items[level, group][code]) for group in asked]
        line = [bar for group, counts in counted if (bar := _bar(voice, code, group, counts))]
        if line:
            bars.append((text, line))
            for group, counts in counted:
                rated = sum(counts[:ANSWERS])
                shares = [voice.percent(count / rated) if rated else "–" for count in counts[:ANSWERS]]
                own = f"{code} · {_text(voice, code, group, level)}"
                rows.append([own, voice.group_name(group), voice.number(sum(counts)), voice.number(rated), *shares])
    told = "; ".join(
        f"{text}: " + ", ".join(part.words for bar in line for part in bar.segments) for text, line in bars
    )
    chart = charts.likert(bars, title, voice.t("area.words", list=told), f"national-{area}") if bars else None
    return {"area": area, "name": voice.area(area), "title": title, "chart": chart, "rows": rows}


def _shared_text(voice: Voice, code: str, groups: Sequence[str], level: str) -> str:
    """An item above several groups: in the leaders' words, which speak of the school; above one group, in its own."""
    leaders = len(groups) > 1 and "leader" in voice.questionnaire.items[code].groups
    return _text(voice, code, "leader" if leaders else groups[0], level)


def _text(voice: Voice, code: str, group: str, level: str) -> str:
    """The item's words at this level; over all levels those of an older level, not the simpler ones of primary."""
    levels = tuple(reversed(voice.questionnaire.items[code].levels)) if level == EVERY else (level,)
    place = next(name for name in levels if voice.questionnaire.items[code].asked(name, group))
    return voice.questionnaire.text(code, group, place, voice.language).text


def _bar(voice: Voice, code: str, group: str, counts: Sequence[int]) -> Bar | None:
    rated = sum(counts[:ANSWERS])
    if not rated:
        return None
    name, answers = voice.group_name(group), words.labels(voice, code)
    segments = tuple(
        Segment(
            answer=place + 1,
            width=100 * count / rated,
            words=voice.t("segment.share", who=name, answer=answers[place], percent=round(100 * count / rated)),
            label=str(round(100 * count / rated)),
        )
        for place, count in enumerate(counts[:ANSWERS])
    )
    return Bar(label=voice.t("bar.label", group=name, rated=rated), segments=segments)


def _registered_schools(campaign: Mapping[str, Any]) -> int:
    """The greatest number of schools registered at one level: levels share schools, a sum would be too high."""
    by_level: dict[str, int] = {}
    for stratum in campaign["strata"]:
        level = stratum["stratum"]["level"]
        by_level[level] = by_level.get(level, 0) + int(stratum["schools"])
    return max(by_level.values(), default=0)
