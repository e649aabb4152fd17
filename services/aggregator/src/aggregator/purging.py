"""What may be forgotten: sessions, offsets and days only, decided before anything is deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from contracts.codec import Malformed, decode
from contracts.messages import Purged, ResponseSubmitted, SessionClosed

KEPT_DAYS = 30
"""So many days after a session's close its answers are still needed; then they go."""
PART, CLOSED = "part", "closed"
"""How a session was purged: its close marker still stands in the log, or is gone too."""


def lost(cell: Mapping[str, Any]) -> bool:
    """Whether a session can no longer be counted from the log: records of it, its figures or its moments were
    forgotten."""
    return bool(cell.get("purged") or cell.get("blank") or cell.get("spent"))


def needs(cell: Mapping[str, Any], today: date) -> bool:
    """Whether the records of a session with this document of `cells` must stay."""
    return not cell["closed"] or expired_on(cell) >= today


def expired_on(cell: Mapping[str, Any]) -> date:
    """The last day on which a closed session's records must stay."""
    return date.fromisoformat(cell["closed_day"]) + timedelta(days=KEPT_DAYS)


@dataclass(kw_only=True, slots=True)
class Begin:
    """The beginning of a partition's log, read record by record until one is met that must stay (`lowest`).

    `first` and `marker`: offsets of each session's first record and first close marker; `anything`: it holds more
    than the marks of earlier purges.
    """

    needed: Mapping[str, bool]
    lowest: int | None = None
    anything: bool = False
    first: dict[str, int] = field(default_factory=dict)
    marker: dict[str, int] = field(default_factory=dict)

    def read(self, offset: int, value: bytes | None) -> None:
        """Looks at the next record; nothing once one was met that must stay. A session that `needed` does not name
        needs nothing: its records could not be counted."""
        if self.lowest is not None:
            return
        try:
            message = decode(value)
        except Malformed:
            self.anything = True
            return
        if isinstance(message, Purged):
            return
        self.anything = True
        if isinstance(message, ResponseSubmitted | SessionClosed):
            if self.needed.get(message.session, False):
                self.lowest = offset
                return
            self.first.setdefault(message.session, offset)
            if isinstance(message, SessionClosed):
                self.marker.setdefault(message.session, offset)

    def cut(self, firsts: Sequence[int], following: int) -> int:
        """The offset below which everything may go: a batch that holds a record that must stay, stays whole.
        `firsts`: first offsets of the partition's batches, ascending; `following`: the next offset to be counted."""
        if self.lowest is None or self.lowest >= following:
            return following
        return max((first for first in firsts if first <= self.lowest), default=0)

    def touched(self, cut: int) -> dict[str, str]:
        """{session: PART or CLOSED} of those that lose records to a cut there."""
        return {
            session: CLOSED if self.marker.get(session, cut) < cut else PART
            for session, offset in self.first.items()
            if offset < cut
        }
