"""Builders of sessions, responses and markers as the aggregator meets them: real ballots, small forms, one log."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from contracts import ballots
from contracts.codec import encode
from contracts.messages import (
    BallotProof,
    Campaign,
    GroupTerms,
    ItemTerm,
    ResponseSubmitted,
    SchoolSession,
    SessionClosed,
    SlipCounts,
    Stratum,
    StratumTotals,
    Timetable,
)
from contracts.topics import partition
from support.ballots import THRESHOLDS, code, private_key, sign, spki

DAY_MS = 1_790_812_800_000
OPENS, CLOSES = datetime(2026, 10, 1, 8, tzinfo=UTC), datetime(2026, 10, 30, 12, tzinfo=UTC)
ITEMS = ("A1", "A2", "B1", "C1", "C3", "C5", "D4", "X1")
OPTIONAL = frozenset({"D4"})
BACKGROUND = ("use_home", "barriers")
KEYS = ("leader", "teacher", "student", "trainer")


def a_school(in_partition: int | None = None) -> str:
    """A school code, of a given partition if asked."""
    while True:
        school = code(12)
        if in_partition is None or partition(school) == in_partition:
            return school


def a_session(
    *,
    groups: Mapping[str, int] | None = None,
    k: Mapping[str, int] | None = None,
    items: tuple[str, ...] = ITEMS,
    background: tuple[str, ...] = BACKGROUND,
    campaign: str = "autumn",
    level: str = "lower-secondary",
    school: str | None = None,
    session: str | None = None,
    region: str = "Baku",
    settlement: str = "urban",
    language: str = "az",
    revision: int = 1,
    state: Any = "open",
) -> SchoolSession:
    """A session; `groups` gives the registered people of each (students 40 by default)."""
    terms = {}
    for group, registered in (groups or {"student": 40}).items():
        public = spki(private_key(KEYS.index(group)))
        terms[group] = GroupTerms(
            key_id=ballots.key_id(public),
            spki=public,
            k={**THRESHOLDS, **(k or {})}[group],
            registered=registered,
            expected=registered,
            items=tuple(
                ItemTerm(
                    code=item,
                    optional=item in OPTIONAL,
                    own={"en": "Ours?", "az": "Bizim?"} if item[0] == "X" else None,
                )
                for item in items
            ),
            background=background,
        )
    return SchoolSession(
        session=session or code(7),
        campaign=campaign,
        school=school or a_school(),
        level=level,
        questionnaire="2026-1",
        day=date(2026, 10, 1),
        stratum=Stratum(
            region=region, settlement=settlement, size="50-199", language=language, type="general", level=level
        ),
        groups=terms,
        timetable=Timetable(revision=revision, opens=OPENS, closes=CLOSES, grace=900, state=state),
    )


def revised(session: SchoolSession, **changes: Any) -> SchoolSession:
    """The session with its next revision and another timetable."""
    timetable = session.timetable
    return replace(session, timetable=replace(timetable, revision=timetable.revision + 1, **changes))


def a_response(
    session: SchoolSession,
    group: str = "student",
    number: int = 0,
    *,
    answers: Mapping[str, int | str] | None = None,
    background: Mapping[str, str | tuple[str, ...]] | None = None,
    signed: bool = True,
) -> ResponseSubmitted:
    """The `number`-th response of a group; the same number is the same ballot. Without `signed` the signature is
    noise, for tests of what never looks at it."""
    terms = session.groups[group]
    prepared = hashlib.sha512(f"{session.session}/{group}/{number}".encode()).digest()
    signature = sign(private_key(KEYS.index(group)), prepared) if signed else prepared * 4
    given = answers
    if given is None:
        noise = hashlib.sha256(prepared).digest()
        values: tuple[int | str | None, ...] = (1, 2, 3, 4, 5, "na", "pn", None)
        picked = {item.code: values[noise[at] % 8] for at, item in enumerate(terms.items)}
        given = {item: value for item, value in picked.items() if value is not None}
    if background is None:
        use = ("never", "month", "week", "day", "pn", None)[prepared[0] % 6]
        ticked = tuple(option for at, option in enumerate(("money", "time", "rooms")) if prepared[1] >> at & 1)
        background = {"barriers": ticked, **({"use_home": use} if use else {})}
        background = {question: one for question, one in background.items() if question in terms.background}
    return ResponseSubmitted(
        response_id=ballots.response_id(terms.key_id, prepared),
        session=session.session,
        school=session.school,
        level=session.level,
        group=group,
        questionnaire=session.questionnaire,
        answers=given,
        background=background,
        ballot=BallotProof(key_id=terms.key_id, message=prepared, signature=signature),
    )


def a_marker(session: SchoolSession, used: int = 10_000) -> SessionClosed:
    """The close marker of a session, with as many used codes in every group."""
    return SessionClosed(
        session=session.session,
        school=session.school,
        groups={
            group: SlipCounts(registered=terms.registered, issued=used, reissued=0, revoked=0, used=used)
            for group, terms in session.groups.items()
        },
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class LogRecord:
    """A record as the consumer gives it."""

    partition: int
    offset: int
    value: bytes | None
    key: bytes | None = b"school"
    timestamp: int = DAY_MS


@dataclass(kw_only=True, slots=True)
class Log:
    """`responses-v1` in memory: records by partition, offsets from 0."""

    partitions: dict[int, list[LogRecord]] = field(default_factory=dict)

    def append(self, message: ResponseSubmitted | SessionClosed, to: int | None = None) -> LogRecord:
        """Puts a message at the end of its school's partition, or of another one."""
        return self.raw(encode(message), partition(message.school) if to is None else to)

    def raw(self, value: bytes | None, to: int) -> LogRecord:
        """Puts any bytes at the end of a partition."""
        rows = self.partitions.setdefault(to, [])
        rows.append(LogRecord(partition=to, offset=len(rows), value=value))
        return rows[-1]

    def polls(self, size: int) -> Iterable[dict[int, list[LogRecord]]]:
        """The log cut into polls of at most `size` records, partitions in turn."""
        flat = [record for rows in self.partitions.values() for record in rows]
        for at in range(0, len(flat), size):
            poll: dict[int, list[LogRecord]] = {}
            for record in flat[at : at + size]:
                poll.setdefault(record.partition, []).append(record)
            yield poll


def a_campaign(
    sessions: Iterable[SchoolSession],
    *,
    campaign: str = "autumn",
    revision: int = 1,
    state: Any = "open",
    breakdowns: tuple[str, ...] = ("region",),
    classes: Mapping[str, Mapping[str, str]] | None = None,
) -> Campaign:
    """The campaign of these sessions; each of them is one registered school of its stratum, and one more is."""
    totals: dict[Stratum, list[int]] = {}
    for session in sessions:
        rows = totals.setdefault(session.stratum, [1, 3, 12, 60])
        registered = {group: terms.registered for group, terms in session.groups.items()}
        more = (1, *(registered.get(group, 0) for group in ("leader", "teacher", "student")))
        totals[session.stratum] = [a + b for a, b in zip(rows, more, strict=True)]
    return Campaign(
        campaign=campaign,
        revision=revision,
        names={"en": "Autumn", "az": "Payız"},
        opens=OPENS,
        closes=CLOSES,
        questionnaire="2026-1",
        k=THRESHOLDS,
        state=state,
        breakdowns=breakdowns,
        classes=classes or {},
        strata=tuple(
            StratumTotals(stratum=stratum, schools=rows[0], leaders=rows[1], teachers=rows[2], students=rows[3])
            for stratum, rows in totals.items()
        ),
    )
