"""How school means are spread: one small picture an area, from the distributions of a campaign's last edition."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.questionnaire import AREAS, CURRENT, GROUPS
from reporter.drawn import columns
from reporter.drawn.columns import Bin, Panel
from reporter.national import overview
from reporter.national.nation import EVERY
from reporter.national.sight import Looking
from reporter.pages.rendering import Pages
from reporter.told.words import Voice

TEMPLATE = "national/spread.html"


def page(pages: Pages, look: Looking, bands: Sequence[Mapping[str, Any]]) -> bytes:
    """The page of an edition for one reader; `bands` are its benchmark documents. Without a level: the first it has."""
    found, sight = look.found, look.sight
    voice = pages.voice(look.language, look.questionnaire or CURRENT)
    levels = [level for level in found.levels if level in sight.levels and any(one["level"] == level for one in bands)]
    level = sight.level if sight.level != EVERY else next(iter(levels), None)
    parts = [_part(voice, one) for one in _ordered(bands) if one["level"] == level and one["distribution"]]
    return pages.render(
        TEMPLATE,
        look.language,
        ("/national/spread", look.query),
        look.viewer,
        voice=voice,
        nation=found,
        sight=sight,
        names=look.names,
        campaign=found.campaign,
        lede=overview.lede(voice, found, look.name),
        finding=_finding(voice, bands, level),
        level=level,
        levels=[(name, overview.level_name(voice, name)) for name in levels],
        parts=parts,
    )


def _ordered(bands: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(bands, key=lambda one: GROUPS.index(one["group"]))


def _finding(voice: Voice, bands: Sequence[Mapping[str, Any]], level: str | None) -> str:
    """The area in which the middle half of schools is widest."""
    wide = [
        (row["high"] - row["low"], one["group"], area, row)
        for one in _ordered(bands)
        if one["level"] == level
        for area, row in one["classes"].get(EVERY, {}).items()
    ]
    if not wide:
        return voice.t("spread.find_none")
    _, group, area, row = max(wide, key=lambda entry: (round(entry[0], 6), entry[1] == "student"))
    ends = {name: voice.number(row[name], 1) for name in ("low", "high")}
    return voice.t("spread.find", area=voice.area(area), group=voice.group(group), **ends)


def _part(voice: Voice, document: Mapping[str, Any]) -> Mapping[str, Any]:
    group, whole = str(document["group"]), document["classes"].get(EVERY, {})
    panels = []
    rows = []
    for area in AREAS:
        bins = [_bin(voice, found) for found in document["distribution"].get(area, ())]
        if not bins:
            continue
        mean = whole.get(area, {}).get("mean")
        panels.append(Panel(title=voice.area(area), bins=bins, mean=mean))
        share = sum(found.schools for found in bins)
        rows.append((voice.area(area), "" if mean is None else voice.number(mean, 1), share, _listed(bins)))
    widths = {area: row["high"] - row["low"] for area, row in whole.items() if area in document["distribution"]}
    widest = max(AREAS, key=lambda area: round(widths.get(area, -1.0), 6))
    title = voice.t("spread.title", group=voice.group_name(group), area=voice.area(widest))
    told = "; ".join(f"{panel.title}: " + ", ".join(found.words for found in panel.bins) for panel in panels)
    drawn = columns.columns(panels, title, voice.t("spread.words", list=told), f"spread-{group}") if panels else None
    return {"group": group, "title": title, "picture": drawn, "rows": rows}


def _bin(voice: Voice, found: Mapping[str, Any]) -> Bin:
    low, high = (voice.number(found[name], 1) for name in ("from", "to"))
    words = voice.t("spread.bin", low=low, high=high, count=int(found["schools"]))
    return Bin(low=float(found["from"]), high=float(found["to"]), schools=int(found["schools"]), words=words)


def _listed(bins: Sequence[Bin]) -> str:
    return " · ".join(found.words for found in bins)
