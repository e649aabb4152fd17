"""The worker: owns partitions, hands their records to the fold, and has every batch committed before the next."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from aggregator import metrics
from aggregator.changes import Changes, Dead, GroupState, SessionState
from aggregator.figures import told
from aggregator.fold import Fold
from aggregator.participation import participation
from aggregator.store import Owned
from aggregator.terms import Lookup, TermsBook
from aggregator.watch import Watch
from chassis.consume import Batch, Source
from chassis.errors import Fenced, Unavailable
from chassis.logs import away, event
from contracts.messages import SchoolSession, SlipCounts


class Keeper(Protocol):
    """Where state is kept: the store, or a double that fails on purpose."""

    def take(self, partition: int, fold: Fold, lookup: Lookup) -> tuple[Owned, list[SessionState]]: ...
    def reread(self, owned: Owned, fold: Fold, lookup: Lookup) -> tuple[Owned, list[SessionState]]: ...
    def commit(self, owned: Mapping[int, Owned], changes: Changes, day: date) -> dict[int, Owned]: ...
    def write_sessions(self, sessions: Sequence[SchoolSession]) -> None: ...
    def write_participation(self, rows: Sequence[dict[str, Any]]) -> None: ...


class Graveyard(Protocol):
    """Where records go that can never be counted."""

    def bury(self, dead: Sequence[Dead]) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How often things are done, in seconds, and how many records may be buried on end."""

    participation: float = 600.0
    terms: float = 1.0
    watch: float = 2.0
    stall: float = 60.0
    bury_limit: int = 100


class Worker:
    """Handler of `chassis.consume.run`; `source` is set before it runs."""

    source: Source

    def __init__(
        self,
        store: Keeper,
        book: TermsBook,
        graveyard: Graveyard,
        *,
        today: Callable[[], date],
        pace: Pace,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._book = book
        self._graveyard = graveyard
        self._today = today
        self._pace = pace
        self._monotonic = monotonic
        self._fold = Fold(pace.bury_limit)
        self._owned: dict[int, Owned] = {}
        self._gone: set[int] = set()
        self._dirty = False
        self._watch = Watch(pace.stall, monotonic)
        self._groups: dict[str, tuple[Mapping[str, GroupState], Mapping[str, SlipCounts] | None]] = {}
        self._told: dict[str, dict[str, Any]] = {}
        self._unwritten: set[str] = set()
        self._due = {"terms": 0.0, "watch": 0.0, "participation": 0.0}

    def assigned(self, partitions: Sequence[int]) -> dict[int, int]:
        """Takes partitions over: terms read to their end, epoch raised, state loaded; where each goes on."""
        self._let_go()
        self._book.refresh()
        lookup = self._book.asker()
        for partition in partitions:
            owned, states = self._store.take(partition, self._fold, lookup)
            self._owned[partition] = owned
            self._remember(states)
        self._unwritten.update(
            session for session in self._book.messages if self._partition(session) in set(partitions)
        )
        self._due["participation"] = 0.0
        event("partitions taken", partitions=list(partitions))
        return {partition: self._owned[partition].next for partition in partitions}

    def revoked(self, partitions: Sequence[int]) -> None:
        """Notes that partitions went; called on the consumer's thread, acted upon before anything else is done."""
        self._gone.update(partitions)

    def batch(self, records: Batch) -> None:
        """Counts and commits a batch. Unavailable: nothing is known to be written, ask again with the same records.
        Fenced or Fatal: this process must not go on with what it has in memory."""
        self._let_go()
        if self._dirty:
            self._reread()
        wanted = {partition: rows for partition, given in records.items() if (rows := self._in_order(partition, given))}
        if not wanted:
            return
        began = self._monotonic()
        self._dirty = True
        try:
            changes = self._fold.batch(wanted, self._book.asker())
            self._graveyard.bury(changes.dead)
            # Terms before figures: whoever reads a cell finds its session.
            self._write_sessions({state.terms.session for state in changes.sessions})
            self._tell_terms(changes.sessions)
            self._owned |= self._store.commit(self._owned, changes, self._today())
        except Unavailable as reason:
            metrics.RETRIED.labels(reason.reason).inc()
            raise
        except Fenced:
            metrics.FENCED.inc()
            raise
        self._dirty = False
        self._remember(changes.sessions)
        told(changes, self._monotonic() - began)

    def next_offsets(self) -> Mapping[int, int]:
        """Where each owned partition goes on, as far as is known to be committed."""
        return {partition: owned.next for partition, owned in self._owned.items() if partition not in self._gone}

    def idle(self) -> None:
        """Between batches: terms, participation, watchdog. What is away is left for the next time."""
        self._let_go()
        for name, seconds, act in (
            ("terms", self._pace.terms, self._tell_sessions),
            ("watch", self._pace.watch, self._look),
            ("participation", self._pace.participation, self._tell_participation),
        ):
            now = self._monotonic()
            if now < self._due[name]:
                continue
            self._due[name] = now + seconds
            try:
                act()
            except Unavailable as reason:
                self._due[name] = now + min(seconds, 2.0)
                away("put off", what=name, reason=reason.reason)

    def waiting(self) -> None:
        """A batch is kept while something is away: the figures go on, so that whoever watches sees the lag rise, and
        what stands still for this reason is no stall."""
        now = self._monotonic()
        if now >= self._due["watch"]:
            self._due["watch"] = now + self._pace.watch
            self._watch.excused(self.source, self.next_offsets(), *self._fold.sizes)

    def _let_go(self) -> None:
        while self._gone:
            partition = self._gone.pop()
            self._owned.pop(partition, None)
            self._fold.disown(partition)

    def _reread(self) -> None:
        self._fold = Fold(self._pace.bury_limit)
        lookup = self._book.asker()
        for partition, owned in list(self._owned.items()):
            self._owned[partition], states = self._store.reread(owned, self._fold, lookup)
            self._remember(states)
        self._dirty = False

    def _in_order(self, partition: int, rows: Sequence[Any]) -> Sequence[Any]:
        """The records that come next, each once; what lies before is committed, and behind a gap is read again."""
        owned = self._owned.get(partition)
        if owned is None or not rows:
            return ()
        if rows[0].offset == owned.next and rows[-1].offset - owned.next == len(rows) - 1:
            return rows
        expected, kept = owned.next, []
        for row in rows:
            if row.offset == expected:
                kept.append(row)
                expected += 1
            elif row.offset > expected:
                event("gap in what was read", level=30, partition=partition)
                self.source.seek(partition, expected)
                break
        return kept

    def _remember(self, states: Sequence[SessionState]) -> None:
        for state in states:
            self._groups[state.terms.session] = (state.groups, state.closing)

    def _partition(self, session: str) -> int:
        terms = self._book.get(session)
        return -1 if terms is None else terms.partition

    def _tell_terms(self, states: Sequence[SessionState]) -> None:
        """Terms stand in the database no later than the counts: commands read both together."""
        new = {state.terms.session for state in states} & (self._unwritten | self._book.fresh)
        if new:
            self._store.write_sessions([self._book.messages[session] for session in sorted(new)])
            self._unwritten -= new
            self._book.fresh -= new

    def _tell_sessions(self) -> None:
        self._book.refresh()
        self._write_sessions(None)

    def _write_sessions(self, wanted: set[str] | None) -> None:
        """Writes the sessions of our partitions that came or changed; only the wanted ones, or all."""
        self._unwritten |= self._book.fresh
        self._book.fresh = set()
        due = self._unwritten if wanted is None else self._unwritten & wanted
        mine = [session for session in due if self._partition(session) in self._owned]
        if mine:
            self._store.write_sessions([self._book.messages[session] for session in mine])
        self._unwritten -= due

    def _look(self) -> None:
        self._watch.look(self.source, self.next_offsets(), *self._fold.sizes)

    def _tell_participation(self) -> None:
        rows = []
        for session, message in self._book.messages.items():
            owned = self._owned.get(self._partition(session))
            if owned is None or message.timetable.state == "cancelled":
                continue
            groups, closing = self._groups.get(session, ({}, None))
            counted = owned.next >= self._watch.ends.get(owned.partition, owned.next)
            row = participation(message, groups, closing, counted)
            if self._told.get(session) != row:
                rows.append(row)
        self._store.write_participation(rows)
        self._told.update((row["_id"], row) for row in rows)
