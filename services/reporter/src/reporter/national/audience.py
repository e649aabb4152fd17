"""Which part of an edition a reader may see: everybody the coarser one, an agency its own level or region beside it.

All of an edition obeys the same rule of fewest schools and people; this is about who needs how much detail.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reporter.readers.access import Viewer

EVERY: Final = "all"
WHOLE: Final = ("officer", "analyst", "auditor")
BY_CLASS: Final = ("classes", "quality_by_class")
"""What a cell document keeps by class."""
TOGETHER: Final = " + "
"""Stands between the names of regions that are shown together."""


def seen(level: str, cls: str, viewer: Viewer | None) -> bool:
    """Whether this reader (None: anybody) sees the figures of a class ("all", "region:…") at a level ("all": all levels
    together). Everybody sees the nation by level, and each class over all levels; never a class within a level."""
    if EVERY in (level, cls):
        return True
    if viewer is None:
        return False
    if viewer.role in WHOLE:
        return True
    if viewer.role != "agency" or (viewer.level is None and viewer.region is None):
        return False
    return viewer.level in (None, level) and (viewer.region is None or holds(cls, viewer.region))


def holds(cls: str, region: str) -> bool:
    """Whether a class is this region of the register, or regions that are shown together with this among them."""
    kind, _, name = cls.partition(":")
    return kind == "region" and region in (name, *name.split(TOGETHER))


def part(cells: Sequence[Mapping[str, Any]], viewer: Viewer | None) -> list[dict[str, Any]]:
    """The cell documents of an edition with the classes that this reader sees, and the quality of those alone."""
    return [_part(cell, viewer) for cell in cells]


def _part(cell: Mapping[str, Any], viewer: Viewer | None) -> dict[str, Any]:
    found = dict(cell)
    for name in BY_CLASS:
        if name in cell:
            found[name] = {cls: one for cls, one in cell[name].items() if seen(str(cell["level"]), str(cls), viewer)}
    return found


def name(viewer: Viewer | None) -> str:
    """The same for all readers who see the same: "public", "whole", or an agency's level or region."""
    if viewer is None or viewer.role == "coordinator":
        return "public"
    if viewer.role in WHOLE:
        return "whole"
    parts = {"level": viewer.level, "region": viewer.region}
    return ",".join(f"{kind}:{value}" for kind, value in parts.items() if value is not None) or "public"
