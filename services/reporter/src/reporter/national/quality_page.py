"""How good the data are, in plain words: whether items measure together, what was left out, and who is missing."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.questionnaire import CURRENT
from reporter.national import breakdowns, instrument, overview
from reporter.national.instrument import Measure, Turnout, Unanswered
from reporter.national.nation import EVERY, Nation
from reporter.national.sight import Looking
from reporter.pages.rendering import Pages
from reporter.told.words import Voice

TEMPLATE = "national/quality.html"
GOOD: Final = 0.8
FAIR: Final = 0.7
"""Cronbach's alpha from which items are said to measure together well, and well enough to compare groups."""
MANY_STRAIGHT: Final = 0.1
MANY_LEFT_OUT: Final = 0.15
UNEQUAL: Final = 0.2
"""Response rates of regions that lie further apart than this are called unequal."""


def page(pages: Pages, look: Looking) -> bytes:
    """The page of an edition for one reader. Alpha and the like exist for single levels, and for regions of them."""
    found, sight = look.found, look.sight
    voice = pages.voice(look.language, look.questionnaire or CURRENT)
    level = next((name for name in sight.levels if name != EVERY), EVERY) if sight.level == EVERY else sight.level
    measures = instrument.measures(look.cells, level)
    left_out = list(instrument.unanswered(found, level))
    turnout = instrument.turnout(look.cells, level)
    kinds = [kind for kind in found.breakdowns if any(row.response is not None for row in _of(look.cells, level, kind))]
    return pages.render(
        TEMPLATE,
        look.language,
        ("/national/quality", look.query),
        look.viewer,
        voice=voice,
        nation=found,
        sight=sight,
        names=look.names,
        campaign=found.campaign,
        lede=overview.lede(voice, found, look.name),
        finding=_finding(voice, measures),
        level=level,
        levels=[(name, overview.level_name(voice, name)) for name in sight.levels if name != EVERY],
        measures=[_measure(voice, row) for row in measures],
        left_out=[_left_out(voice, row) for row in left_out],
        turnout=[_turnout(voice, row) for row in turnout],
        parts=[
            (_kind(voice, kind), kind, [_turnout(voice, row) for row in _of(look.cells, level, kind)]) for kind in kinds
        ],
        unequal=_unequal(voice, [row for kind in kinds for row in _of(look.cells, level, kind)]),
        regions=_regions(voice, found, look.cells, level),
        thresholds={
            "good": voice.number(GOOD, 2),
            "fair": voice.number(FAIR, 2),
            "straight": voice.percent(MANY_STRAIGHT),
            "left_out": voice.percent(MANY_LEFT_OUT),
        },
    )


def _of(cells: Sequence[Mapping[str, Any]], level: str, kind: str) -> tuple[Turnout, ...]:
    return instrument.turnout(cells, level, kind)


def _kind(voice: Voice, kind: str) -> str:
    return voice.t(f"national.breakdown.{kind}")


def _finding(voice: Voice, measures: Sequence[Measure]) -> str:
    known = [row for row in measures if row.alpha is not None]
    if not known:
        return voice.t("quality.find_none")
    fair = sum((row.alpha or 0.0) >= FAIR for row in known)
    return voice.t("quality.find", fair=fair, all=len(known))


def _measure(voice: Voice, row: Measure) -> tuple[str, str, str, str, str, str, str, str]:
    alpha, word = voice.t("quality.too_few"), ""
    if row.alpha is not None:
        alpha = voice.number(row.alpha, 2)
        word = voice.t(f"quality.alpha_{'good' if row.alpha >= GOOD else 'fair' if row.alpha >= FAIR else 'weak'}")
    straight = "" if row.straight is None else voice.percent(row.straight)
    if row.straight is not None and row.straight > MANY_STRAIGHT:
        word = "; ".join(filter(None, (word, voice.t("quality.straight_many"))))
    icc = voice.t("quality.too_few") if row.icc is None else voice.number(row.icc, 2)
    people, schools = voice.number(row.people), voice.number(row.schools)
    return row.group, voice.area(row.area), alpha, icc, straight, people, schools, word


def _left_out(voice: Voice, row: Unanswered) -> tuple[str, ...]:
    shares = (f"{voice.number(100 * share, 1)}%" for share in (row.skipped, row.pn, row.na))
    text = voice.t("quality.worst", item=row.worst, share=voice.percent(row.worst_share))
    return row.group, voice.area(row.area), *shares, text


def _turnout(voice: Voice, row: Turnout) -> tuple[str, str, str, str, str, str, str]:
    name = voice.t("quality.nation") if row.cls == EVERY else breakdowns.class_name(voice, row.cls)
    return (
        row.group,
        name,
        voice.number(row.n),
        _share(voice, row.schools),
        _share(voice, row.people),
        _share(voice, row.response),
        _share(voice, row.unanswered),
    )


def _share(voice: Voice, share: float | None) -> str:
    if share is None:
        return "–"
    return voice.percent(share) if share <= 1 else voice.t("quality.over")


def _unequal(voice: Voice, rows: Sequence[Turnout]) -> list[str]:
    """A sentence a group whose classes answered unequally."""
    found = []
    for group in dict.fromkeys(row.group for row in rows):
        known = [row for row in rows if row.group == group and row.response is not None]
        if not known:
            continue
        low, high = (pick(known, key=lambda row: row.response or 0.0) for pick in (min, max))
        low_share, high_share = min(1.0, low.response or 0.0), min(1.0, high.response or 0.0)
        if high_share - low_share > UNEQUAL:
            found.append(
                voice.t(
                    "quality.unequal",
                    group=voice.group_name(group),
                    low=voice.percent(low_share),
                    low_part=breakdowns.class_name(voice, low.cls),
                    high=voice.percent(high_share),
                    high_part=breakdowns.class_name(voice, high.cls),
                )
            )
    return found


def _regions(voice: Voice, found: Nation, cells: Sequence[Mapping[str, Any]], level: str) -> list[tuple[str, ...]]:
    """A row a region, group and area that has figures of its own."""
    rows: list[tuple[str, ...]] = []
    for cls in found.classes("region"):
        for row in instrument.measures(cells, level, cls):
            group, area, alpha, icc, straight, people, schools, word = _measure(voice, row)
            rows.append((breakdowns.class_name(voice, cls), group, area, alpha, icc, straight, people, schools, word))
    return rows
