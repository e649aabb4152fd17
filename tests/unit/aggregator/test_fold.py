"""The fold counts exactly what a plain recount counts, however the log is cut into polls."""

import random
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.changes import Changes, Release, SessionState
from aggregator.fold import Fold
from aggregator.recount import Recount, recount
from aggregator.terms import Terms, terms_of
from contracts.messages import SchoolSession
from support.builders import Log, a_marker, a_response, a_session

PARTITIONS = range(24)


class Stored:
    """What a series of batches wrote: the newest state of each session, every snapshot, every tally."""

    def __init__(self) -> None:
        self.sessions: dict[str, SessionState] = {}
        self.releases: dict[str, Release] = {}
        self.totals: dict[int, list[int]] = {}
        self.reasons: list[str] = []

    def take(self, changes: Changes) -> None:
        self.sessions |= {state.terms.session: state for state in changes.sessions}
        for release in changes.releases:
            assert release.id not in self.releases
            self.releases[release.id] = release
        for tally in changes.tallies:
            total = self.totals.setdefault(tally.partition, [0, 0, 0, 0, 0])
            assert tally.first == total[0]
            for at, more in enumerate((tally.last - tally.first + 1, tally.folded, tally.duplicates, tally.buried)):
                total[at] += more
            total[4] += tally.markers
        self.reasons += [dead.reason for dead in changes.dead]

    def snapshots(self) -> dict[str, tuple[Any, ...]]:
        return {
            name: (one.n, one.batch, one.upto, one.final, dict(one.items), dict(one.background), dict(one.moments))
            for name, one in self.releases.items()
        }


def owner(bury_limit: int = 0) -> Fold:
    fold = Fold(bury_limit)
    for partition in PARTITIONS:
        fold.own(partition, (), ())
    return fold


def folded(log: Log, book: Mapping[str, Terms], size: int) -> Stored:
    stored, fold = Stored(), owner()
    for poll in log.polls(size):
        stored.take(fold.batch(poll, book.get))
    return stored


def expected_snapshots(counted: Recount) -> dict[str, tuple[Any, ...]]:
    return {
        f"{session}/{group}/{one.seq}": (one.n, one.batch, one.upto, one.final, one.items, one.background, one.moments)
        for (session, group), tale in counted.tales.items()
        for one in tale.shown
    }


def a_country(seed: int, schools: int, most: int) -> tuple[Log, dict[str, Terms]]:
    """Sessions with several groups, their responses mixed, doubled, misplaced, late, and most of them closed."""
    chance = random.Random(seed)
    book: dict[str, SchoolSession] = {}
    messages: list[Any] = []
    for number in range(schools):
        name = f"{seed}-{number}"
        session = a_session(
            session=name, school=f"S{name}", groups={"student": chance.choice((8, 40, 300)), "teacher": 10, "leader": 3}
        )
        book[session.session] = session
        for group in session.groups:
            sent = [a_response(session, group, n, signed=False) for n in range(chance.randrange(most))]
            messages += sent + chance.sample(sent, len(sent) // 5)
    chance.shuffle(messages)
    log = Log()
    for message in messages:
        log.append(message)
    for session in list(book.values())[: schools * 2 // 3 + 1]:
        log.append(a_marker(session, used=chance.choice((10_000, 10_000, 3))))
        log.append(a_marker(session))
        log.append(a_response(session, "student", 0, signed=False))
        log.append(a_response(session, "student", 99_999, signed=False))
    log.raw(b"{}", 0)
    forms: dict[Any, Any] = {}
    return log, {name: terms_of(session, forms) for name, session in book.items()}


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), schools=st.integers(1, 6), most=st.sampled_from((12, 60, 130)))
def test_polls_of_1_7_and_20000_give_the_snapshots_of_a_plain_recount(seed: int, schools: int, most: int) -> None:
    log, book = a_country(seed, schools, most)
    counted = recount((record for poll in log.polls(1) for rows in poll.values() for record in rows), book.get)
    expected = expected_snapshots(counted)
    for size in (1, 7, 20_000):
        stored = folded(log, book, size)
        assert expected == stored.snapshots()
        for partition, account in counted.accounts.items():
            assert [account.next, account.folded, account.duplicates, account.buried, account.markers] == stored.totals[
                partition
            ]
        for (session, group), tale in counted.tales.items():
            steps = stored.sessions[session].groups[group].steps
            assert (tale.buffer.people, tale.held.people, tale.released.people) == (
                steps.buffer,
                steps.held,
                steps.released,
            )
            assert tale.withheld == stored.sessions[session].groups[group].withheld


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.floats(0, 1), most=st.sampled_from((15, 130, 400)))
def test_a_fold_restored_from_what_was_stored_goes_on_as_if_it_had_never_stopped(
    seed: int, cut: float, most: int
) -> None:
    log, book = a_country(seed, 2, most)
    polls = list(log.polls(13))
    whole = folded(log, book, 13)
    stored, fold = Stored(), owner()
    ids: dict[int, list[bytes]] = {}
    for at, poll in enumerate(polls):
        changes = fold.batch(poll, book.get)
        stored.take(changes)
        for tally in changes.tallies:
            ids.setdefault(tally.partition, []).extend(tally.ids)
        if at == int(cut * len(polls)):
            fold = restored(stored, ids, book)
    assert whole.snapshots() == stored.snapshots()
    assert {name: state.unreleased for name, state in whole.sessions.items()}.keys() == stored.sessions.keys()
    assert {name: state.groups for name, state in whole.sessions.items()} == {
        name: state.groups for name, state in stored.sessions.items()
    }


def restored(stored: Stored, ids: Mapping[int, list[bytes]], book: Mapping[str, Terms]) -> Fold:
    fold = Fold(0)
    closed = [name for name, state in stored.sessions.items() if state.closing is not None]
    for partition in PARTITIONS:
        fold.own(partition, ids.get(partition, ()), [name for name in closed if book[name].partition == partition])
    for name, state in stored.sessions.items():
        if state.closing is None:
            run = fold.run(book[name])
            for group, cell in state.groups.items():
                last = stored.releases.get(f"{name}/{group}/{cell.steps.seq}")
                fold.restore(run, group, cell, state.unreleased[group], last)
    return fold
