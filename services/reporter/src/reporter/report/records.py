"""What is held of a session, and what stands beside it, as plain documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from reporter.report.benchmark import UNKNOWN, Known


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A session's message, and the last released snapshot of each of its groups."""

    terms: Mapping[str, Any]
    snapshots: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What the viewer of a session may see beside it: `earlier` sessions of its school and level (oldest first), the
    sessions of the school's other `levels` in its campaign, its own `plan`, the last one of an earlier session, and
    what is known of the `bands` of its campaign; and the names of `campaigns`, by language."""

    earlier: tuple[Record, ...] = ()
    levels: tuple[Record, ...] = ()
    plan: Mapping[str, Any] | None = None
    last_plan: Mapping[str, Any] | None = None
    campaigns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    bands: Known = UNKNOWN


ALONE: Final = Beside()
