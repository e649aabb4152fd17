"""The values that travel between services, frozen; bytes and JSON are the codec's business.

Instants are aware UTC datetimes, days are UTC dates, durations are whole seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Group = Literal["leader", "teacher", "student", "trainer"]
Level = Literal["primary", "lower-secondary", "upper-secondary", "vocational"]
State = Literal["planned", "open", "closed", "cancelled"]
Answer = int | str
"""1..5, "na" (not applicable) or "pn" (prefer not to say); a skipped item is absent."""
BackgroundAnswer = str | tuple[str, ...]
"""An option code, "pn", or the ticked option codes of a tick list (empty: none of these)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BallotProof:
    """What shows that a response was paid for with one ballot: key id (16 base64url characters), the prepared
    message (64 bytes: randomizer, nonce) and its RSASSA-PSS signature (256 bytes)."""

    key_id: str
    message: bytes
    signature: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseSubmitted:
    """One accepted response; `response_id` is derived from the ballot (32 hex characters)."""

    response_id: str
    session: str
    school: str
    level: str
    group: str
    questionnaire: str
    answers: Mapping[str, Answer]
    background: Mapping[str, BackgroundAnswer]
    ballot: BallotProof


@dataclass(frozen=True, kw_only=True, slots=True)
class SlipCounts:
    """What became of one group's slips when its session closed; people registered and slips counted."""

    registered: int
    issued: int
    reissued: int
    revoked: int
    used: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionClosed:
    """The close marker of one session: no response behind it on its partition is counted."""

    session: str
    school: str
    groups: Mapping[str, SlipCounts]


@dataclass(frozen=True, kw_only=True, slots=True)
class Purged:
    """Written to a partition after its records below `offset` were deleted on `day`."""

    day: date
    offset: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLetter:
    """A record that was not counted: its reason code, where it stood, and its bytes."""

    reason: str
    partition: int
    offset: int
    key: bytes
    value: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemTerm:
    """One item of a group's form in order; `own` holds an own item's text by language, else None."""

    code: str
    optional: bool = False
    own: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupTerms:
    """What never changes about one group of a session: its key (SPKI, DER), threshold k, people registered (two
    significant digits) and expected, items in order, background question codes in order."""

    key_id: str
    spki: bytes
    k: int
    registered: int
    expected: int
    items: tuple[ItemTerm, ...]
    background: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stratum:
    """The classes a school belongs to, as the registry gave them; `size` is under-50 | 50-199 | 200-up by the
    level's registered students."""

    region: str
    settlement: str
    size: str
    language: str
    type: str
    level: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Timetable:
    """The part of a session that may change; only the collector acts on it. `grace` in seconds."""

    revision: int
    opens: datetime
    closes: datetime
    grace: int
    state: State


@dataclass(frozen=True, kw_only=True, slots=True)
class SchoolSession:
    """One school's run of one level in one campaign; everything but `timetable` is terms."""

    session: str
    campaign: str
    school: str
    level: str
    questionnaire: str
    day: date
    stratum: Stratum
    groups: Mapping[str, GroupTerms]
    timetable: Timetable


@dataclass(frozen=True, kw_only=True, slots=True)
class StratumTotals:
    """Registered schools and people of one stratum, never a single school."""

    stratum: Stratum
    schools: int
    leaders: int
    teachers: int
    students: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    """A national window. `breakdowns` lists the fixed ones beside level: any of region, settlement, language.
    `k` is the threshold by group; `classes` maps a breakdown to {registry class: published class} merges."""

    campaign: str
    revision: int
    names: Mapping[str, str]
    opens: datetime
    closes: datetime
    questionnaire: str
    k: Mapping[str, int]
    state: Literal["planned", "open", "closed"]
    breakdowns: tuple[str, ...]
    classes: Mapping[str, Mapping[str, str]]
    strata: tuple[StratumTotals, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class NationalEdition:
    """A new edition, announced: `figures` are headline shares as JSON-ready values."""

    campaign: str
    number: int
    day: date
    final: bool
    digest: str
    figures: Mapping[str, object]
    open_data: str


Message = ResponseSubmitted | SessionClosed | Purged | SchoolSession | Campaign | NationalEdition | DeadLetter
