"""The whole school: its levels' shown tables of one campaign put together, and which levels are not in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.questionnaire import GROUPS, LEVELS, Questionnaire
from reporter.shown import figures
from reporter.shown.tables import ShownGroup

FEWEST_LEVELS: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeFigure:
    """The agree share (0 to 1) of one area and group over `levels`, each level by its answers; `missing` levels ask
    the group about this area too, and nothing of it is shown there."""

    area: str
    group: str
    share: float
    n: int
    levels: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """One level's session in a campaign: its questionnaire, the groups it asks, and what is shown of them."""

    level: str
    questionnaire: Questionnaire
    asked: tuple[str, ...]
    groups: Mapping[str, ShownGroup]


def whole(levels: Sequence[Level]) -> tuple[WholeFigure, ...]:
    """Every area and group of which at least two levels show a share; in the order of areas and groups."""
    found = []
    ordered = sorted(levels, key=lambda level: LEVELS.index(level.level))
    areas = dict.fromkeys(area for level in ordered for area in level.questionnaire.areas)
    for area in areas:
        for group in GROUPS:
            figure = _figure(area, group, ordered)
            if figure is not None:
                found.append(figure)
    return tuple(found)


def _figure(area: str, group: str, levels: Sequence[Level]) -> WholeFigure | None:
    asking = [
        level for level in levels if group in level.asked and area in level.questionnaire.area_items(level.level, group)
    ]
    shown = {level.level: share for level in asking if (share := _share(area, group, level)) is not None}
    if len(shown) < FEWEST_LEVELS:
        return None
    people = sum(n for _, n in shown.values())
    return WholeFigure(
        area=area,
        group=group,
        share=sum(share * n for share, n in shown.values()) / people,
        n=people,
        levels=tuple(shown),
        missing=tuple(level.level for level in asking if level.level not in shown),
    )


def _share(area: str, group: str, level: Level) -> tuple[float, int] | None:
    table = level.groups.get(group)
    if table is None:
        return None
    codes = level.questionnaire.area_items(level.level, group)[area]
    share = figures.area_share(table.items[code] for code in codes if code in table.items)
    return None if share is None else (share, table.n)
