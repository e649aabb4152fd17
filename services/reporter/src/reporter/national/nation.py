"""The nation as an edition gives it: figures by level, group, class and area, and what is left out and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from contracts.questionnaire import AREAS, GROUPS, LEVELS

EVERY: Final = "all"
BREAKDOWNS: Final = ("region", "settlement", "language")
FEWEST_SCHOOLS: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One area of one class of one group at one level ("all": all levels): weighted agree share 0 to 1 with its
    interval, weighted mean, and the schools and people that stand behind it and are registered."""

    level: str
    group: str
    cls: str
    area: str
    share: float
    low: float | None
    high: float | None
    mean: float | None
    schools: int
    people: int
    school_levels: int
    schools_registered: int
    people_registered: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Nation:
    """One edition. `people` and `in_no_breakdown` by group; `breakdowns` that have a class in it, `left_out` the
    others with the reason: "not-planned" or "rule-n". `items`: eight counts by (level, group) and item, class "all"."""

    campaign: str
    number: int
    as_of: str
    final: bool
    digest: str
    people: Mapping[str, int]
    schools: Mapping[str, int]
    in_no_breakdown: Mapping[str, int]
    coverage: Mapping[str, tuple[int, int]]
    breakdowns: tuple[str, ...]
    left_out: Mapping[str, str]
    levels: tuple[str, ...]
    figures: tuple[Figure, ...]
    items: Mapping[tuple[str, str], Mapping[str, tuple[int, ...]]]

    def of(self, level: str, group: str, cls: str = EVERY) -> dict[str, Figure]:
        """Figures by area."""
        return {row.area: row for row in self.figures if (row.level, row.group, row.cls) == (level, group, cls)}

    def classes(self, breakdown: str) -> tuple[str, ...]:
        """The classes of a breakdown that have a figure anywhere, "region:…" and so on, in the order of names."""
        return tuple(sorted({row.cls for row in self.figures if row.cls.startswith(f"{breakdown}:")}))


def read(head: Mapping[str, Any], cells: Sequence[Mapping[str, Any]], campaign: Mapping[str, Any] | None) -> Nation:
    """The value of an edition's documents; `campaign` is its message."""
    figures = tuple(sorted((row for cell in cells for row in _figures(cell)), key=_place))
    present = {row.cls.partition(":")[0] for row in figures}
    planned = tuple(campaign["breakdowns"]) if campaign else tuple(head.get("breakdowns", ()))
    groups = {group: head["groups"][group] for group in GROUPS if group in head["groups"]}
    coverage = head.get("coverage", {})
    return Nation(
        campaign=str(head["campaign"]),
        number=int(head["number"]),
        as_of=str(head["as_of"]),
        final=bool(head["final"]),
        digest=str(head["digest"]),
        people={group: int(found["people"]) for group, found in groups.items()},
        schools={group: int(found["schools"]) for group, found in groups.items()},
        in_no_breakdown={group: int(found["in_no_breakdown"]) for group, found in groups.items()},
        coverage={
            group: (int(found["schools_registered"]), int(found["people_registered"]))
            for group, found in coverage.items()
        },
        breakdowns=tuple(name for name in BREAKDOWNS if name in present),
        left_out={name: "rule-n" if name in planned else "not-planned" for name in BREAKDOWNS if name not in present},
        levels=tuple(level for level in LEVELS if any(row.level == level for row in figures)),
        figures=figures,
        items={
            (str(cell["level"]), str(cell["group"])): {
                code: tuple(int(count) for count in counts) for code, counts in cell["classes"][EVERY]["items"].items()
            }
            for cell in cells
            if EVERY in cell["classes"]
        },
    )


def narrowed(nation: Nation, level: str | None, group: str | None, region: str | None) -> Nation:
    """The same edition with the figures of one level ("all" too), one group or one region alone."""
    rows = tuple(
        row
        for row in nation.figures
        if (level is None or row.level == level)
        and (group is None or row.group == group)
        and (region is None or row.cls == f"region:{region}")
    )
    return replace(nation, figures=rows)


def _figures(cell: Mapping[str, Any]) -> Iterator[Figure]:
    for cls, found in cell["classes"].items():
        for area, value in found["areas"].items():
            if value.get("share") is None:
                continue
            yield Figure(
                level=str(cell["level"]),
                group=str(cell["group"]),
                cls=str(cls),
                area=str(area),
                share=float(value["share"]),
                low=_float(value.get("low")),
                high=_float(value.get("high")),
                mean=_float(value.get("mean")),
                schools=int(found["schools"]),
                people=int(found["n"]),
                school_levels=int(found["school_levels"]),
                schools_registered=int(found["registered"]["schools"]),
                people_registered=int(found["registered"]["people"]),
            )


def _place(row: Figure) -> tuple[int, int, bool, str, int]:
    level = -1 if row.level == EVERY else LEVELS.index(row.level)
    return (level, GROUPS.index(row.group), row.cls != EVERY, row.cls, AREAS.index(row.area))


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
