"""The eight areas of a nation or a class of it, by group: chart, table twin, and how much of the country is in them."""

from collections.abc import Mapping, Sequence
from datetime import date

from contracts.questionnaire import AREAS, GROUPS
from reporter.drawn import charts
from reporter.drawn.charts import Dot
from reporter.drawn.drawing import Drawing
from reporter.national import findings
from reporter.national.nation import EVERY, Figure, Nation
from reporter.told.words import Voice


def groups(found: Nation, level: str, cls: str = EVERY) -> list[str]:
    """The groups that have a figure."""
    return [group for group in GROUPS if found.of(level, group, cls)]


def chart(voice: Voice, found: Nation, level: str, title: str, cls: str = EVERY) -> Drawing | None:
    """A dot plot, one line an area, with intervals; None where nothing is shown."""
    lines = []
    for area in AREAS:
        row = [_dot(voice, figure) for group in GROUPS if (figure := found.of(level, group, cls).get(area))]
        if row:
            lines.append((voice.area(area), row))
    if not lines:
        return None
    told = "; ".join(f"{area}: " + ", ".join(dot.words for dot in row) for area, row in lines)
    return charts.dots(lines, voice.t("overview.axis"), title, voice.t("national.chart_words", list=told), "national")


def _dot(voice: Voice, figure: Figure) -> Dot:
    known = figure.low is not None and figure.high is not None
    low, high = (figure.low or 0.0, figure.high or 0.0) if known else (0.0, 0.0)
    return Dot(
        group=figure.group,
        value=round(100 * figure.share, 2),
        words=point(voice, figure),
        low=round(100 * low, 2) if known else None,
        high=round(100 * high, 2) if known else None,
    )


def point(voice: Voice, figure: Figure) -> str:
    """A figure with its group, and its interval if it has one."""
    name, share = voice.group_name(figure.group), voice.percent(figure.share)
    if figure.low is None or figure.high is None:
        return voice.t("national.point_plain", group=name, share=share)
    low, high = voice.percent(figure.low), voice.percent(figure.high)
    return voice.t("national.point", group=name, share=share, low=low, high=high)


def table(
    voice: Voice, found: Nation, level: str, shown: Sequence[str], cls: str = EVERY
) -> list[tuple[str, list[tuple[str, str]]]]:
    """A row an area: (share, what stands below it) for each of the groups `shown`."""
    rows = []
    for area in AREAS:
        figures = [found.of(level, group, cls).get(area) for group in shown]
        if any(figures):
            rows.append((voice.area(area), [cell(voice, figure) for figure in figures]))
    return rows


def cell(voice: Voice, figure: Figure | None) -> tuple[str, str]:
    """(share, its interval in words); ("not asked", "") where there is none."""
    if figure is None:
        return voice.t("cell.not_asked"), ""
    if figure.low is None or figure.high is None:
        return voice.percent(figure.share), voice.t("national.no_interval")
    low, high = voice.percent(figure.low), voice.percent(figure.high)
    return voice.percent(figure.share), voice.t("national.range", low=low, high=high)


def coverage(voice: Voice, found: Nation, level: str, cls: str = EVERY) -> list[str]:
    """A sentence a group: which share of schools and of registered people is in the figures."""
    return [_coverage(voice, group, found.of(level, group, cls)) for group in groups(found, level, cls)]


def _coverage(voice: Voice, group: str, figures: Mapping[str, Figure]) -> str:
    shares = covered(next(iter(figures.values())))
    if shares is None:
        return voice.t("national.coverage_uncounted", group=voice.group_name(group))
    schools, people = map(voice.percent, shares)
    return voice.t("national.coverage_group", group=voice.group_name(group), schools=schools, people=people)


def covered(one: Figure) -> tuple[float, float] | None:
    """The share of schools (counted once a level) and of registered people in a figure, 0 to 1; None for a group that
    the register does not count, so that nobody knows in which schools there are any."""
    if not one.people_registered:
        return None
    schools = min(1.0, one.school_levels / max(1, one.schools_registered))
    return schools, min(1.0, one.people / max(1, one.people_registered))


def source(voice: Voice, found: Nation, level: str, cls: str = EVERY) -> str:
    """n by group, edition and day: what stands below every chart."""
    people = " · ".join(
        f"{voice.group_name(group)} {voice.number(next(iter(found.of(level, group, cls).values())).people)}"
        for group in groups(found, level, cls)
    )
    return voice.t("national.source", n=people, number=found.number, date=date.fromisoformat(found.as_of))


def lede(voice: Voice, found: Nation, name: str) -> str:
    """Campaign, edition, day, and whether more is to come."""
    return voice.t(
        "national.lede",
        campaign=name,
        number=found.number,
        date=date.fromisoformat(found.as_of),
        final=voice.t("national.final" if found.final else "national.rolling"),
    )


def level_name(voice: Voice, level: str) -> str:
    """A level, or all of them, as people call it."""
    if level == EVERY:
        return voice.t("national.all_levels")
    return voice.questionnaire.level_name(level, voice.language)


def finding(voice: Voice, found: Nation, level: str, cls: str = EVERY) -> str:
    """The answer of the page, for its heading: the area in which two groups lie furthest apart."""
    gaps = findings.group_gaps(found, level, cls)
    if not gaps:
        return voice.t("national.find_plain")
    lower, higher = gaps[0].lower, gaps[0].higher
    return voice.t(
        "national.find_shares",
        area=voice.area(lower.area),
        higher=voice.group(higher.group),
        higher_share=voice.percent(higher.share),
        lower=voice.group(lower.group),
        lower_share=voice.percent(lower.share),
    )


def chart_title(voice: Voice, found: Nation, level: str, cls: str = EVERY) -> str:
    """What the chart of areas shows: in how many of them two groups clearly differ."""
    areas = {row.area for row in found.figures if (row.level, row.cls) == (level, cls)}
    return voice.t("national.chart_apart", wide=len(findings.group_gaps(found, level, cls)), all=len(areas))
