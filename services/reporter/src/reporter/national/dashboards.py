"""The public national page as HTML."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from contracts.questionnaire import CURRENT
from reporter.national import breakdowns, items, nation, overview, region_map
from reporter.national.nation import Nation
from reporter.pages.rendering import Pages
from reporter.readers.access import Viewer
from reporter.told.words import Voice


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
        frame |= _figures(voice, found, campaign, level, names.get(found.campaign, found.campaign))
    return pages.render("national.html", language, ("/", query), viewer, **frame)


def _figures(voice: Voice, found: Nation, campaign: Mapping[str, Any] | None, level: str, name: str) -> dict[str, Any]:
    groups = overview.groups(found, level)
    regions = sorted({str(row["stratum"]["region"]) for row in campaign["strata"]}) if campaign else []
    chosen = region_map.choice(found, level)
    return {
        "finding": overview.finding(voice, found, level),
        "chart_title": overview.chart_title(voice, found, level),
        "lede": overview.lede(voice, found, name),
        "groups": groups,
        "chart": overview.chart(voice, found, level, overview.chart_title(voice, found, level)),
        "source": overview.source(voice, found, level),
        "figures_table": overview.table(voice, found, level, groups),
        "coverage": overview.coverage(voice, found, level),
        "map": region_map.region_map(voice, found, regions, level, *chosen) if chosen else None,
        "breakdowns": [breakdowns.breakdown(voice, found, level, kind, groups) for kind in found.breakdowns],
        "areas": items.areas(voice, found, level),
        "items_source": voice.t("national.items_source", date=date.fromisoformat(found.as_of)),
        "in_none": ", ".join(
            f"{voice.group_name(group)} {voice.number(count)}"
            for group, count in found.in_no_breakdown.items()
            if count
        ),
        "scale": items.scale(voice),
        "fewest": nation.FEWEST_SCHOOLS,
    }


def _registered_schools(campaign: Mapping[str, Any]) -> int:
    """The greatest number of schools registered at one level: levels share schools, a sum would be too high."""
    by_level: dict[str, int] = {}
    for stratum in campaign["strata"]:
        level = stratum["stratum"]["level"]
        by_level[level] = by_level.get(level, 0) + int(stratum["schools"])
    return max(by_level.values(), default=0)
