"""What has changed since the last edition of the campaign before, as an edition's documents say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from contracts.questionnaire import AREAS, GROUPS
from reporter.national.nation import EVERY


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """The agree share of an area, then and now (0 to 1), and the difference now less then with its interval."""

    level: str
    group: str
    area: str
    now: float
    difference: float
    low: float | None
    high: float | None

    @property
    def then(self) -> float:
        """The share in the campaign before."""
        return self.now - self.difference

    @property
    def word(self) -> Literal["higher", "lower", "no-clear-change", "too-few"]:
        """How the change is called: a clear one has an interval on one side of nothing."""
        if self.low is None or self.high is None:
            return "too-few"
        return "higher" if self.low > 0 else "lower" if self.high < 0 else "no-clear-change"


def shifts(cells: Sequence[Mapping[str, Any]], level: str, cls: str = EVERY) -> tuple[Shift, ...]:
    """The changes of a class at a level, by area and group; empty where the campaign is the first."""
    found = [
        Shift(
            level=level,
            group=str(cell["group"]),
            area=str(area),
            now=float(value["share"]),
            difference=float(value["change"]["share"]),
            low=value["change"].get("low"),
            high=value["change"].get("high"),
        )
        for cell in cells
        if cell["level"] == level
        for area, value in (cell["classes"].get(cls) or {}).get("areas", {}).items()
        if value.get("change") and value["change"].get("share") is not None
    ]
    return tuple(sorted(found, key=lambda row: (AREAS.index(row.area), GROUPS.index(row.group))))
