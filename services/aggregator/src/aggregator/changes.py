"""What a batch of records changes: the values between the fold, which decides, and the store, which writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aggregator.release import Steps, Withheld
from aggregator.terms import Terms
from chassis.kafka import Record
from contracts.messages import SlipCounts


@dataclass(kw_only=True, slots=True)
class Tally:
    """What became of the records of one partition in one batch. `first`: offset of the first; `last`: of the last;
    `ids`: the new response ids, 16 bytes each; `in_a_row`: how many of the newest records were buried on end."""

    partition: int
    first: int
    last: int
    ids: list[bytes] = field(default_factory=list)
    duplicates: int = 0
    buried: int = 0
    markers: int = 0
    in_a_row: int = 0

    @property
    def folded(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dead:
    """A record to bury, and why."""

    record: Record
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """One snapshot: `n` people in it, `batch` more than in the one before; counts by name, cumulative; `moments` of
    the batch alone; `upto`: offset of the last record that it covers."""

    terms: Terms
    group: str
    seq: int
    n: int
    batch: int
    upto: int
    final: bool
    items: Mapping[str, Sequence[int]]
    background: Mapping[str, Mapping[str, int]]
    moments: Mapping[str, Any]

    @property
    def id(self) -> str:
        return f"{self.terms.session}/{self.group}/{self.seq}"


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupState:
    """How one cell stands: `final` once its session is closed."""

    steps: Steps
    final: bool
    withheld: Withheld | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionState:
    """How all cells of a session stand now; `unreleased`: packed figures by group, to be sealed before they are
    written; `closing`: slip counts once the session is closed."""

    terms: Terms
    groups: Mapping[str, GroupState]
    unreleased: Mapping[str, bytes]
    closing: Mapping[str, SlipCounts] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """Everything that one batch changes, written in one transaction or not at all."""

    tallies: Sequence[Tally]
    sessions: Sequence[SessionState]
    releases: Sequence[Release]
    dead: Sequence[Dead]
