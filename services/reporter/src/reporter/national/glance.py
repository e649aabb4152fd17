"""The ministry's national page at a glance: what stands out, every area and group, where, since when, and what next."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from contracts.questionnaire import CURRENT
from reporter.national import breakdowns, change, overview, recommendation_words, region_map
from reporter.national.change import Shift
from reporter.national.nation import Nation
from reporter.national.recommendations import recommendations
from reporter.national.sight import Looking, Sight
from reporter.pages.rendering import Pages
from reporter.told.words import Voice

TEMPLATE = "national/glance.html"


def page(pages: Pages, look: Looking, **more: Any) -> bytes:
    """The page of an edition for one reader; `more` is what the frame of another medium reads."""
    found, sight = look.found, look.sight
    voice = pages.voice(look.language, look.questionnaire or CURRENT)
    level, cls = sight.level, sight.part
    shifts = change.shifts(look.cells, level, cls)
    groups = overview.groups(found, level, cls)
    finding = overview.finding(voice, found, level, cls)
    title = overview.chart_title(voice, found, level, cls)
    chosen = region_map.choice(found, level) if sight.nation else None
    return pages.render(
        TEMPLATE,
        look.language,
        ("/national", look.query),
        look.viewer,
        voice=voice,
        nation=found,
        sight=sight,
        names=look.names,
        campaign=found.campaign,
        finding=finding,
        lede=overview.lede(voice, found, look.name),
        part=None if sight.nation or sight.cls is None else breakdowns.class_name(voice, sight.cls),
        groups=groups,
        levels=[(name, overview.level_name(voice, name)) for name in sight.levels],
        counts=[participation(voice, found, sight, group) for group in groups],
        chart_title=title,
        chart=overview.chart(voice, found, level, title, cls),
        source=overview.source(voice, found, level, cls),
        figures_table=overview.table(voice, found, level, groups, cls),
        coverage=overview.coverage(voice, found, level, cls),
        change_finding=_change_finding(voice, shifts),
        changes=[_change(voice, shift) for shift in shifts],
        clear_changes=[_change(voice, shift) for shift in shifts if shift.word in ("higher", "lower")],
        map=region_map.region_map(voice, found, look.regions, level, *chosen) if chosen else None,
        recommended=recommendation_words.cards(voice, recommendations(found, level, shifts, cls)),
        shown=date.fromisoformat(found.as_of),
        **more,
    )


def participation(voice: Voice, found: Nation, sight: Sight, group: str) -> Mapping[str, str]:
    """A group's answers, and which part of the registered schools and people they come from."""
    one = next(iter(found.of(sight.level, group, sight.part).values()))
    shares = overview.covered(one)
    if shares is None:
        note = voice.t("glance.of_uncounted", count=one.schools)
    else:
        schools, people = map(voice.percent, shares)
        note = voice.t("glance.of_registered", schools=schools, people=people, count=one.schools)
    return {"group": group, "answers": voice.number(one.people), "note": note}


def _change_finding(voice: Voice, shifts: Sequence[Shift]) -> str:
    if not shifts:
        return voice.t("glance.change_none")
    up = sum(shift.word == "higher" for shift in shifts)
    down = sum(shift.word == "lower" for shift in shifts)
    if not up and not down:
        return voice.t("glance.change_still", count=len(shifts))
    return voice.t("glance.change_found", up=up, down=down, all=len(shifts))


def _change(voice: Voice, shift: Shift) -> tuple[str, str, str, str, str, str]:
    points = _points(voice, shift.difference)
    if shift.low is not None and shift.high is not None:
        low, high = _points(voice, shift.low), _points(voice, shift.high)
        points = voice.t("glance.points", points=points, low=low, high=high)
    return (
        voice.area(shift.area),
        shift.group,
        voice.percent(shift.then),
        voice.percent(shift.now),
        points,
        voice.t(f"change.word_{shift.word}"),
    )


def _points(voice: Voice, share: float) -> str:
    """A difference in points with its sign; with a decimal only where none would make it nothing."""
    points = round(100 * share, 2)
    digits = 1 if 0 < abs(points) < 1 else 0
    sign = "−" if points < 0 else "+" if points > 0 else ""
    return sign + voice.number(abs(points), digits)
