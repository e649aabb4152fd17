"""What of an edition a reader sees: the public its coarser part, an agency also its own level or region, a ministry
role all of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from reporter.national.nation import EVERY, Figure, Nation
from reporter.readers.access import Viewer


def whole(viewer: Viewer | None) -> bool:
    """Whether this reader sees every figure of an edition."""
    return viewer is not None and viewer.ministry and viewer.role != "agency"


def visible(nation: Nation, viewer: Viewer | None, campaign: Mapping[str, Any] | None) -> Nation:
    """The part of an edition that `viewer` may see; `campaign` (its message) knows which regions are shown together."""
    if whole(viewer):
        return nation
    own = within(viewer, campaign)
    return replace(nation, figures=tuple(row for row in nation.figures if public(row) or own(row)))


def public(row: Figure) -> bool:
    """Whether anyone may see a figure: the nation, each level as a whole, and over all levels each region, settlement
    and language. A class of a breakdown at a single level is for the ministry."""
    return EVERY in (row.level, row.cls)


def within(viewer: Viewer | None, campaign: Mapping[str, Any] | None) -> Callable[[Figure], bool]:
    """Whether a figure lies in an agency's one level or region (both, where it has both); false for anybody else."""
    if viewer is None or viewer.role != "agency" or (viewer.level is None and viewer.region is None):
        return lambda row: False
    cls = None if viewer.region is None else region_class(viewer.region, campaign)
    return lambda row: viewer.level in (None, row.level) and cls in (None, row.cls)


def region_class(region: str, campaign: Mapping[str, Any] | None) -> str:
    """The published class that a region of the register stands in, as figures name it."""
    together = ((campaign or {}).get("classes") or {}).get("region") or {}
    return f"region:{together.get(region, region)}"


def mark(viewer: Viewer | None) -> list[str | None] | None:
    """What a ready page or file of an edition depends on of its reader."""
    return [viewer.role, viewer.level, viewer.region] if viewer is not None and viewer.ministry else None
