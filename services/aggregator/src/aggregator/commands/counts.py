"""`counts`: every cell with all that is in it, released or not; for operators only."""

from collections.abc import Iterator
from typing import Any

from aggregator.archive import Archive


def counts(archive: Archive) -> Iterator[dict[str, Any]]:
    """One {session, group, n, released, items: {code: [8 counts]}} for each cell with somebody in it."""
    for cell in archive.whole_cells():
        steps = cell.state.steps
        if steps.total:
            yield {
                "session": cell.session,
                "group": cell.group,
                "n": steps.total,
                "released": steps.released,
                "items": cell.items,
            }
