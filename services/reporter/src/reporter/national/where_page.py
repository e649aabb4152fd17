"""Where: one area of one group on the map of regions, and every breakdown as tables."""

from contracts.questionnaire import AREAS, CURRENT, GROUPS
from reporter.national import breakdowns, nation, overview, region_map
from reporter.national.nation import Nation
from reporter.national.sight import Looking
from reporter.pages.rendering import Pages

TEMPLATE = "national/where.html"


def page(pages: Pages, look: Looking, chosen: tuple[str | None, str | None]) -> bytes:
    """The page of an edition for one reader; `chosen` are the group and the area that were asked for, if any."""
    found, sight = look.found, look.sight
    voice = pages.voice(look.language, look.questionnaire or CURRENT)
    group, area = _chosen(found, sight.level, chosen)
    own = look.viewer.region is not None and sight.level != nation.EVERY
    drawn = None
    if group and area:
        drawn = region_map.region_map(voice, found, look.regions, sight.level, group, area, own)
    shown = [name for name in GROUPS if any(found.of(sight.level, name, cls) for cls in _classes(found))]
    return pages.render(
        TEMPLATE,
        look.language,
        ("/national/where", look.query),
        look.viewer,
        voice=voice,
        nation=found,
        sight=sight,
        names=look.names,
        campaign=found.campaign,
        lede=overview.lede(voice, found, look.name),
        finding=drawn.finding if drawn else voice.t("where.find_none"),
        map=drawn,
        group=group,
        area=area,
        levels=[(name, overview.level_name(voice, name)) for name in sight.levels],
        groups=[(name, voice.group_name(name)) for name in shown],
        areas=[(name, voice.area(name)) for name in AREAS],
        breakdowns=[
            breakdowns.breakdown(voice, found, sight.level, kind, [group] if group else shown)
            for kind in found.breakdowns
        ],
        fewest=nation.FEWEST_SCHOOLS,
    )


def _classes(found: Nation) -> list[str]:
    return [cls for kind in found.breakdowns for cls in found.classes(kind)]


def _chosen(found: Nation, level: str, chosen: tuple[str | None, str | None]) -> tuple[str | None, str | None]:
    group, area = chosen
    usual = region_map.choice(found, level)
    if usual is None:
        return group, area
    return group or usual[0], area or usual[1]
