"""What stands out in an edition beyond chance: groups that differ, regions away from the nation, areas that are low."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from contracts.questionnaire import AREAS, GROUPS
from reporter.national.nation import EVERY, Figure, Nation

Standing = Literal["higher", "lower"]
REGION: Final = "region"


@dataclass(frozen=True, kw_only=True, slots=True)
class Apart:
    """Two figures of an area whose intervals do not touch."""

    lower: Figure
    higher: Figure

    @property
    def width(self) -> float:
        """How far their shares lie apart, 0 to 1."""
        return self.higher.share - self.lower.share


def clear(one: Figure, other: Figure) -> Standing | None:
    """Where `one` stands beside `other`, if their intervals do not touch."""
    if one.high is not None and other.low is not None and one.high < other.low:
        return "lower"
    if one.low is not None and other.high is not None and one.low > other.high:
        return "higher"
    return None


def group_gaps(found: Nation, level: str, cls: str = EVERY) -> list[Apart]:
    """The widest clear gap between two groups of each area, the widest area first."""
    gaps = []
    for area in AREAS:
        rows = [row for group in GROUPS if (row := found.of(level, group, cls).get(area)) is not None]
        if (widest := _widest(rows)) is not None:
            gaps.append(widest)
    return sorted(gaps, key=lambda gap: (-round(gap.width, 6), gap.lower.area))


def class_gaps(found: Nation, level: str, kind: str = REGION) -> list[Apart]:
    """The widest clear gap between two classes of a breakdown for each area and group, the widest first."""
    gaps = []
    for group in GROUPS:
        by_class = [found.of(level, group, cls) for cls in found.classes(kind)]
        for area in AREAS:
            rows = [figures[area] for figures in by_class if area in figures]
            if (widest := _widest(rows)) is not None:
                gaps.append(widest)
    return sorted(gaps, key=lambda gap: (-round(gap.width, 6), gap.lower.area, gap.lower.group))


def _widest(rows: list[Figure]) -> Apart | None:
    pairs = [Apart(lower=one, higher=other) for one in rows for other in rows if clear(one, other) == "lower"]
    return max(pairs, key=lambda pair: pair.width, default=None)


def low(found: Nation, level: str, share: float, cls: str = EVERY) -> list[Figure]:
    """The figures whose whole interval lies below `share`, the lowest first."""
    rows = (row for group in GROUPS for row in found.of(level, group, cls).values())
    return sorted(
        (row for row in rows if row.high is not None and row.high < share),
        key=lambda row: (row.share, row.area, row.group),
    )


def away(found: Nation, level: str, kind: str = REGION) -> Iterator[tuple[Figure, Figure, Standing]]:
    """(figure of a class, the nation's figure, where it stands) wherever a class is clearly away from the nation."""
    for group in GROUPS:
        nation = found.of(level, group)
        for cls in found.classes(kind):
            for area, row in found.of(level, group, cls).items():
                if area in nation and (standing := clear(row, nation[area])) is not None:
                    yield row, nation[area], standing
