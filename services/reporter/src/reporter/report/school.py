"""The school report as a value: areas by groups, items, gaps and findings, all from shown tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Final

from contracts.questionnaire import GROUPS, Questionnaire
from reporter.shown import figures
from reporter.shown.figures import Effect, Mean
from reporter.shown.tables import ShownGroup, ShownItem

NAMED: Final = 3
RANKED: Final = ("alike", "small", "clear", "large")


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaFigure:
    """One area of one group: how many items it has a distribution of, the agree share (0 to 1), the mean from n = 20,
    the fewest raters, or the band 0 to 3 in place of all these."""

    area: str
    group: str
    asked: bool
    items: int
    share: float | None
    mean: Mean | None
    rated: int | None
    band: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Two groups on one item or area (`code`): their agree shares; the effect from n = 20 in both, as a number only
    from n = 100 in both."""

    code: str
    groups: tuple[str, str]
    shares: tuple[float, float]
    effect: Effect | None
    numbered: bool

    @property
    def width(self) -> float:
        """How far the agree shares lie apart, 0 to 1."""
        return abs(self.shares[0] - self.shares[1])


@dataclass(frozen=True, kw_only=True, slots=True)
class Outliers:
    """Items of one group whose interval clears the group's `middle` item (its mean), strongest and weakest first."""

    group: str
    middle: float
    strong: tuple[str, ...]
    weak: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SchoolReport:
    """Everything of one session that may be shown, ready to be drawn, written or exported."""

    level: str
    groups: Mapping[str, ShownGroup]
    areas: tuple[str, ...]
    figures: Mapping[tuple[str, str], AreaFigure]
    area_gaps: tuple[Gap, ...]
    item_gaps: Mapping[str, tuple[Gap, ...]]
    outliers: tuple[Outliers, ...]


def report(level: str, tables: Sequence[ShownGroup], questionnaire: Questionnaire) -> SchoolReport:
    """The report of a session's shown tables; `areas` are those asked of any group at this level."""
    groups = {table.group: table for table in sorted(tables, key=lambda table: GROUPS.index(table.group))}
    asked = {group: questionnaire.area_items(level, group) for group in questionnaire.groups(level)}
    areas = tuple(area for area in questionnaire.areas if any(area in items for items in asked.values()))
    found = {(area, group): _area(area, asked[group], table) for area in areas for group, table in groups.items()}
    gaps = {area: tuple(sorted(_item_gaps(area, groups, asked), key=_widest)) for area in areas}
    return SchoolReport(
        level=level,
        groups=groups,
        areas=areas,
        figures=found,
        area_gaps=tuple(sorted(_area_gaps(areas, groups, asked, found), key=_widest)),
        item_gaps=gaps,
        outliers=tuple(_outliers(table, questionnaire) for table in groups.values() if _means(table, questionnaire)),
    )


def _area(area: str, asked: Mapping[str, Sequence[str]], table: ShownGroup) -> AreaFigure:
    items = _shown(table, asked.get(area, ()))
    return AreaFigure(
        area=area,
        group=table.group,
        asked=area in asked,
        items=len(items),
        share=figures.area_share(items),
        mean=figures.area_mean(items, table.n),
        rated=min((item.rated for item in items if item.rated is not None), default=None),
        band=None if table.bands is None else table.bands.get(area),
    )


def _shown(table: ShownGroup, codes: Sequence[str]) -> list[ShownItem]:
    return [table.items[code] for code in codes if code in table.items and table.items[code].shares is not None]


def _item_gaps(
    area: str, groups: Mapping[str, ShownGroup], asked: Mapping[str, Mapping[str, Sequence[str]]]
) -> Iterator[Gap]:
    for first, second in combinations(groups.values(), 2):
        for code in asked[first.group].get(area, ()):
            if code in asked[second.group].get(area, ()) and _shown(first, [code]) and _shown(second, [code]):
                yield _gap(code, first, second, [code])


def _area_gaps(
    areas: Sequence[str],
    groups: Mapping[str, ShownGroup],
    asked: Mapping[str, Mapping[str, Sequence[str]]],
    found: Mapping[tuple[str, str], AreaFigure],
) -> Iterator[Gap]:
    """Gaps by area over the items that both groups were asked, so that like is compared with like."""
    for area in areas:
        for first, second in combinations(groups.values(), 2):
            both = [code for code in asked[first.group].get(area, ()) if code in asked[second.group].get(area, ())]
            both = [code for code in both if _shown(first, [code]) and _shown(second, [code])]
            if both and found[area, first.group].share is not None:
                yield _gap(area, first, second, both)


def _gap(code: str, first: ShownGroup, second: ShownGroup, codes: Sequence[str]) -> Gap:
    pairs = [(_chances(first.items[item]), _chances(second.items[item])) for item in codes]
    raters = [table.items[item].rated or 0 for table in (first, second) for item in codes]
    people = min(first.n, second.n, *raters)
    chance = sum(figures.superiority(a, b) for a, b in pairs) / len(pairs)
    return Gap(
        code=code,
        groups=(first.group, second.group),
        shares=(
            sum(figures.agree(a) for a, _ in pairs) / len(pairs),
            sum(figures.agree(b) for _, b in pairs) / len(pairs),
        ),
        effect=figures.effect(chance) if people >= figures.MEANS_FROM else None,
        numbered=people >= figures.EFFECT_NUMBER_FROM,
    )


def _chances(item: ShownItem) -> figures.Chances:
    return figures.chances(item.shares or ())


def _widest(gap: Gap) -> tuple[float, float, str]:
    return (-RANKED.index(gap.effect.word) if gap.effect else 0, -round(gap.width, 6), gap.code)


def _means(table: ShownGroup, questionnaire: Questionnaire) -> dict[str, Mean]:
    """Means of the items on the common scale; those on another one cannot be compared with them."""
    common = {code: item for code, item in table.items.items() if questionnaire.items[code].scale == "agree"}
    found = {code: figures.item_mean(item, table.n) for code, item in common.items()}
    return {code: mean for code, mean in found.items() if mean is not None}


def _outliers(table: ShownGroup, questionnaire: Questionnaire) -> Outliers:
    means = _means(table, questionnaire)
    middle = median(mean.value for mean in means.values())
    strong = sorted((code for code in means if means[code].low > middle), key=lambda code: -means[code].value)
    weak = sorted((code for code in means if means[code].high < middle), key=lambda code: means[code].value)
    return Outliers(group=table.group, middle=middle, strong=tuple(strong[:NAMED]), weak=tuple(weak[:NAMED]))
