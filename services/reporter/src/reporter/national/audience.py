"""Which part of an edition a reader may see: everybody the coarser one, an agency its own level or region beside it.

All of an edition obeys the same rule of fewest schools and people; this is about who needs how much detail.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reporter.readers.access import Viewer

EVERY: Final = "all"
WHOLE: Final = ("officer", "analyst", "auditor")


def seen(level: str, cls: str, viewer: Viewer | None) -> bool:
    """Whether this reader (None: anybody) sees the figures of a class ("all", "region:…") at a level ("all": all levels
    together). Everybody sees the nation by level, and each class over all levels; never a class within a level."""
    if EVERY in (level, cls):
        return True
    if viewer is None:
        return False
    if viewer.role in WHOLE:
        return True
    return viewer.role == "agency" and (viewer.level == level or cls == f"region:{viewer.region}")


def part(cells: Sequence[Mapping[str, Any]], viewer: Viewer | None) -> list[dict[str, Any]]:
    """The cell documents of an edition with the classes that this reader sees."""
    return [
        {
            **cell,
            "classes": {
                cls: found for cls, found in cell["classes"].items() if seen(str(cell["level"]), str(cls), viewer)
            },
        }
        for cell in cells
    ]


def name(viewer: Viewer | None) -> str:
    """The same for all readers who see the same: "public", "whole", or an agency's level or region."""
    if viewer is None or viewer.role == "coordinator":
        return "public"
    if viewer.role in WHOLE:
        return "whole"
    return f"level:{viewer.level}" if viewer.level else f"region:{viewer.region}" if viewer.region else "public"
