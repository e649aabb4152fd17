"""How far a campaign has come: schools of the register by level and region, how many opened, began, and have enough
answers; who needs help, and what the next wave would have to reach."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from reporter.readers.access import Viewer

RULES: Final[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "participation_rules.yaml").read_text(encoding="utf-8")
)
PEOPLE: Final = ("leader", "teacher", "student")
Help = Literal["few-schools", "few-begun", "few-answers"]


@dataclass(kw_only=True, slots=True)
class Count:
    """Schools, each counted once a level: on the register, with a session, in which answering has begun, in which some
    group has enough answers; `reached` by group; people registered, and of those in schools with a session."""

    registered: int = 0
    opened: int = 0
    begun: int = 0
    enough: int = 0
    reached: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    people: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    invited: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def share(self) -> float:
        """Schools with a session of those on the register, 0 to 1."""
        return min(1.0, self.opened / self.registered) if self.registered else 0.0

    @property
    def missing(self) -> int:
        """Schools without a session."""
        return max(0, self.registered - self.opened)

    def to_reach(self, share: float) -> int:
        """How many more schools it takes to this share of the register."""
        return max(0, math.ceil(share * self.registered - 1e-9) - self.opened)

    def not_invited(self, group: str) -> int:
        """Registered people of a group in schools without a session."""
        return max(0, self.people[group] - self.invited[group])


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """A campaign as one reader sees it: all, by region, by level, and which regions need help and why."""

    whole: Count
    regions: Mapping[str, Count]
    levels: Mapping[str, Count]
    help: Mapping[str, tuple[Help, ...]]


def progress(campaign: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], viewer: Viewer) -> Progress:
    """From a campaign's message and the totals of its sessions by region and level; an agency sees its part."""
    whole = Count()
    regions: defaultdict[str, Count] = defaultdict(Count)
    levels: defaultdict[str, Count] = defaultdict(Count)

    def counts(region: str, level: str) -> Iterable[Count]:
        return (whole, regions[region], levels[level])

    for stratum in campaign["strata"]:
        place = stratum["stratum"]
        if not _in_scope(viewer, place["region"], place["level"]):
            continue
        for count in counts(place["region"], place["level"]):
            count.registered += int(stratum["schools"])
            for group in PEOPLE:
                count.people[group] += int(stratum[f"{group}s"])
    for row in rows:
        region, level = row["_id"]["region"], row["_id"]["level"]
        if not _in_scope(viewer, region, level):
            continue
        for count in counts(region, level):
            count.opened += int(row["opened"])
            count.begun += int(row["begun"])
            count.enough += int(row["enough"])
            for group, found in row["groups"].items():
                count.reached[group] += int(found["reached"])
                count.invited[group] += int(found["registered"])
    needs = {name: _needs(count, whole) for name, count in regions.items()}
    return Progress(whole=whole, regions=dict(regions), levels=dict(levels), help={k: v for k, v in needs.items() if v})


def _in_scope(viewer: Viewer, region: str, level: str) -> bool:
    if viewer.role == "agency" and viewer.level is None and viewer.region is None:
        return False
    return viewer.level in (None, level) and viewer.region in (None, region)


def _needs(count: Count, whole: Count) -> tuple[Help, ...]:
    found: list[Help] = []
    if count.registered and whole.share - count.share >= RULES["few-schools"]["below"]:
        found.append("few-schools")
    if count.opened >= RULES["fewest"] and count.begun / count.opened < RULES["few-begun"]["share"]:
        found.append("few-begun")
    if count.begun >= RULES["fewest"] and count.enough / count.begun < RULES["few-answers"]["share"]:
        found.append("few-answers")
    return tuple(found)
