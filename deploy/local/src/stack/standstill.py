"""Whether a whole group of processes stands still, from /proc."""

from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
STILL = "TtZX"
"""States of a process that does nothing more: stopped, traced, ended."""


def stands_still(group: int) -> bool:
    """Whether every process of the group is stopped or gone; a signal says nothing of when it is acted upon."""
    for stat in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended in this moment
            # The second field is the name in brackets and may hold spaces: count from the last bracket.
            state, _, its_group = stat.read_text("utf-8", "replace").rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in STILL:
                return False
    return True
