"""Which levels and which class of an edition a ministry role looks at: an agency its own, everybody else the nation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reporter.national.audience import holds
from reporter.national.nation import EVERY, Nation
from reporter.readers.access import Viewer


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """The level that is looked at ("all": all of them), those to choose from, and the class: "all", a region's, or None
    where an agency's region has no class that may be shown."""

    level: str
    levels: tuple[str, ...]
    cls: str | None

    @property
    def part(self) -> str:
        """The class to read figures of; one that nothing has where there is none."""
        return self.cls or "none"

    @property
    def nation(self) -> bool:
        """Whether this is the nation and not a region of it."""
        return self.cls == EVERY


@dataclass(frozen=True, kw_only=True, slots=True)
class Looking:
    """One reader before one edition: what she sees of it as values and as documents, the campaign's message, the names
    of all campaigns, and how the page was asked for."""

    found: Nation
    cells: Sequence[Mapping[str, Any]]
    sight: Sight
    message: Mapping[str, Any] | None
    names: Mapping[str, str]
    viewer: Viewer
    language: str
    query: Sequence[tuple[str, str]]

    @property
    def name(self) -> str:
        """The campaign's name."""
        return self.names.get(self.found.campaign, self.found.campaign)

    @property
    def questionnaire(self) -> str | None:
        """The version of the questionnaire, if the campaign is known."""
        return None if self.message is None else str(self.message["questionnaire"])

    @property
    def regions(self) -> list[str]:
        """The regions of the register."""
        return sorted({str(row["stratum"]["region"]) for row in self.message["strata"]}) if self.message else []


def levels_of(viewer: Viewer, known: tuple[str, ...]) -> tuple[str, ...]:
    """The levels that a reader may choose, of those that an edition has."""
    return (EVERY, *known) if viewer.level is None else (viewer.level,)


def sight(viewer: Viewer, found: Nation, level: str | None) -> Sight:
    """What this reader sees of an edition; `level` is what was asked for, None for the widest."""
    levels = levels_of(viewer, found.levels)
    cls: str | None = EVERY
    if viewer.region is not None:
        region = viewer.region
        cls = next((name for name in found.classes("region") if holds(name, region)), None)
    return Sight(level=level or levels[0], levels=levels, cls=cls)


def may_look(viewer: Viewer, level: str | None) -> bool:
    """Whether a ministry role may ask for this level; an agency without a level or region may ask for nothing."""
    if not viewer.ministry or (viewer.role == "agency" and viewer.level is None and viewer.region is None):
        return False
    return viewer.level is None or level in (None, viewer.level)
