"""Which records are counted, which are buried and why, and which wait for their session."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from aggregator.fold import Fold
from aggregator.intake import REASONS
from aggregator.terms import TermsBook, terms_of
from chassis.errors import Fatal, Unavailable
from contracts import topics
from contracts.codec import encode
from contracts.messages import BallotProof
from support.builders import Log, LogRecord, a_marker, a_response, a_session, revised

SESSION = a_session()
HOME = topics.partition(SESSION.school)
TERMS = {SESSION.session: terms_of(SESSION)}
GOOD = a_response(SESSION, signed=False)


def owner(limit: int = 0) -> Fold:
    fold = Fold(limit)
    for partition in range(24):
        fold.own(partition, (), ())
    return fold


def reasons(log: Log, fold: Fold | None = None) -> list[str]:
    changes = [(fold or owner()).batch(poll, TERMS.get) for poll in log.polls(10_000)]
    return [dead.reason for change in changes for dead in change.dead]


def other_ballot(message: bytes) -> BallotProof:
    return replace(GOOD.ballot, message=message)


@pytest.mark.parametrize(
    ("reason", "value", "shift"),
    [
        ("malformed", b"", 0),
        ("malformed", b"\xff\x00", 0),
        ("malformed", b'{"specversion": "1.0", "type": "guzgu.other.v1", "data": {}}', 0),
        ("unexpected-type", encode(SESSION), 0),
        ("unknown-session", encode(replace(GOOD, session="UNKNOWN1")), 0),
        ("wrong-partition", encode(GOOD), 1),
        ("wrong-key", encode(replace(GOOD, ballot=replace(GOOD.ballot, key_id="A" * 16))), 0),
        ("wrong-id", encode(replace(GOOD, response_id="0" * 32)), 0),
        ("wrong-id", encode(replace(GOOD, ballot=other_ballot(b"m" * 64))), 0),
        ("not-in-terms", encode(replace(GOOD, school=a_session().school)), 0),
        ("not-in-terms", encode(replace(GOOD, group="teacher")), 0),
        ("not-in-terms", encode(replace(GOOD, level="primary")), 0),
        ("not-in-terms", encode(replace(GOOD, questionnaire="2019-1")), 0),
        ("not-in-terms", encode(replace(GOOD, answers={"Z9": 1})), 0),
        ("not-in-terms", encode(replace(GOOD, background={"income": "high"})), 0),
        ("not-in-terms", encode(replace(GOOD, background={"use_home": "skipped"})), 0),
        ("not-in-terms", encode(replace(GOOD, background={"barriers": ("pn",)})), 0),
        (
            "not-in-terms",
            encode(replace(a_marker(SESSION), groups=a_marker(a_session(groups={"leader": 3})).groups)),
            0,
        ),
    ],
)
def test_a_record_that_cannot_be_counted_is_buried_with_its_reason(reason: str, value: bytes, shift: int) -> None:
    log = Log()
    log.raw(value, (HOME + shift) % 24)
    assert [reason] == reasons(log)
    assert reason in REASONS


def test_a_known_ballot_behind_the_marker_is_a_duplicate_and_a_new_one_is_late() -> None:
    log = Log()
    log.append(GOOD)
    log.append(a_marker(SESSION))
    log.append(GOOD)
    log.append(a_response(SESSION, number=1, signed=False))
    fold = owner()
    assert ["late"] == reasons(log, fold)


def test_the_same_ballot_with_other_answers_is_a_duplicate() -> None:
    log, fold = Log(), owner()
    log.append(GOOD)
    log.append(replace(GOOD, answers={"A1": 5}))
    (changes,) = (fold.batch(poll, TERMS.get) for poll in log.polls(10))
    assert (1, 1, 0) == (changes.tallies[0].folded, changes.tallies[0].duplicates, changes.tallies[0].buried)


def test_a_hundred_buried_on_end_stop_the_fold_and_one_good_record_between_does_not() -> None:
    log = Log()
    for _ in range(99):
        log.raw(b"x", HOME)
    log.append(GOOD)
    for _ in range(99):
        log.raw(b"x", HOME)
    fold = owner(100)
    assert 198 == len(reasons(log, fold))
    more = Log(partitions={HOME: [LogRecord(partition=HOME, offset=199, value=b"x")]})
    with pytest.raises(Fatal, match=r"100 records on end .* offset 199"):
        fold.batch(more.partitions, TERMS.get)


class Topic:
    """`sessions-v1` as far as it has been written."""

    def __init__(self) -> None:
        self.values: list[bytes] = []
        self.away = False
        self.reads = 0

    def read(self, seconds: float) -> Any:
        if self.away:
            raise Unavailable("broker")
        self.reads += 1
        taken, self.values = self.values, []
        return [LogRecord(partition=0, offset=0, value=value) for value in taken]


def test_an_unknown_session_is_looked_for_at_the_end_of_its_topic_before_it_is_unknown() -> None:
    topic = Topic()
    book = TermsBook(topic.read)
    ask: Callable[[str], Any] = book.asker()
    topic.values = [encode(SESSION)]
    assert terms_of(SESSION) == ask(SESSION.session)
    assert ask("NOBODY") is None
    assert 1 == topic.reads
    assert book.asker()("NOBODY") is None
    assert 2 == topic.reads


def test_while_kafka_is_away_an_unknown_session_is_not_buried() -> None:
    topic = Topic()
    topic.away = True
    log = Log()
    log.append(GOOD)
    book = TermsBook(topic.read)
    (poll,) = log.polls(10)
    with pytest.raises(Unavailable):
        owner().batch(poll, book.asker())


def test_a_later_revision_changes_the_message_and_never_the_terms() -> None:
    topic = Topic()
    book = TermsBook(topic.read)
    newer = revised(SESSION, state="closed")
    other_terms = replace(newer, groups={**newer.groups, "leader": a_session(groups={"leader": 3}).groups["leader"]})
    topic.values = [encode(SESSION), encode(other_terms), encode(SESSION)]
    book.refresh()
    assert 2 == book.messages[SESSION.session].timetable.revision
    assert book.get(SESSION.session) == terms_of(SESSION)
