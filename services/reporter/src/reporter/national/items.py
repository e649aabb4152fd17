"""The items of an area over the nation or a level: how the answers of each group are distributed."""

from collections.abc import Sequence
from typing import Any, Final

from contracts.questionnaire import AREAS, GROUPS
from reporter.drawn import charts
from reporter.drawn.charts import Bar, Segment
from reporter.national.nation import EVERY, Nation
from reporter.told import words
from reporter.told.words import Voice

ANSWERS: Final = 5


def areas(voice: Voice, found: Nation, level: str) -> list[dict[str, Any]]:
    """Every area that has an item: title, chart and rows of its items."""
    return [_area(voice, found, level, area) for area in AREAS if _items(voice, found, level, area)]


def scale(voice: Voice) -> list[tuple[str, str]]:
    """The five answers, for a key."""
    return [(str(place), label) for place, label in enumerate(voice.questionnaire.scale("agree", voice.language), 1)]


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
