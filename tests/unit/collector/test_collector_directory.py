"""The read model of the sessions: what it takes, what it drops, how sure it is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from chassis.errors import Unavailable
from collector.directory import Directory
from contracts.codec import encode
from contracts.messages import Purged, SchoolSession
from support.ballots import a_session


@dataclass
class Written:
    value: bytes | None


class Topic:
    """A topic that a test writes and breaks."""

    def __init__(self) -> None:
        self.records: list[Written] = []
        self.away = False

    def write(self, message: SchoolSession) -> None:
        self.records.append(Written(encode(message)))

    def read_to_end(self, seconds: float) -> Iterator[Written]:
        yield from self.records
        if self.away:
            raise Unavailable("broker")
        self.records = []

    def close(self) -> None:
        pass


@pytest.fixture
def topic() -> Topic:
    return Topic()


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def directory(topic: Topic, now: list[float]) -> Directory:
    return Directory(topic, interval=1.0, inspect=list, monotonic=lambda: now[0], died=lambda: None)


def revised(message: SchoolSession, revision: int, grace: int) -> SchoolSession:
    return replace(message, timetable=replace(message.timetable, revision=revision, grace=grace))


def test_nothing_is_confirmed_before_the_topic_was_read_to_its_end(directory: Directory, topic: Topic) -> None:
    assert directory.confirmed_seconds_ago() == float("inf")
    topic.away = True
    with pytest.raises(Unavailable):
        directory.refresh()
    assert directory.confirmed_seconds_ago() == float("inf")


def test_it_is_as_sure_as_the_moment_at_which_its_last_whole_reading_began(
    directory: Directory, topic: Topic, now: list[float]
) -> None:
    directory.refresh()
    now[0] = 7.0
    assert directory.confirmed_seconds_ago() == 7.0
    topic.away = True
    with pytest.raises(Unavailable):
        directory.refresh()
    assert directory.confirmed_seconds_ago() == 7.0
    topic.away = False
    directory.refresh()
    assert directory.confirmed_seconds_ago() == 0.0


def test_what_was_read_before_a_failure_is_kept(directory: Directory, topic: Topic) -> None:
    message = a_session().message
    topic.write(message)
    topic.away = True
    with pytest.raises(Unavailable):
        directory.refresh()
    assert directory.find(message.session) is not None


def test_a_revision_that_is_not_higher_is_dropped(directory: Directory, topic: Topic) -> None:
    message = a_session().message
    for revision, grace in ((2, 20), (1, 10), (2, 21)):
        topic.write(revised(message, revision, grace))
    directory.refresh()
    known = directory.find(message.session)
    assert known is not None
    assert known.message.timetable.grace == 20
    topic.write(revised(message, 3, 30))
    directory.refresh()
    known = directory.find(message.session)
    assert known is not None
    assert known.rules is not None
    assert known.rules.timetable.grace == 30


def test_records_that_are_not_understood_stop_nothing(directory: Directory, topic: Topic) -> None:
    message = a_session().message
    topic.records += [Written(None), Written(b"{"), Written(encode(Purged(day=message.day, offset=1)))]
    topic.write(message)
    directory.refresh()
    assert directory.find(message.session) is not None


def test_a_session_that_cannot_be_served_is_known_without_rules(directory: Directory, topic: Topic) -> None:
    message = replace(a_session().message, questionnaire="2099-1")
    topic.write(message)
    directory.refresh()
    known = directory.find(message.session)
    assert known is not None
    assert known.rules is None


def test_topics_that_are_not_as_their_contract_says_are_never_read(topic: Topic) -> None:
    found = ["responses-v1: retention.ms is 60000, its contract says -1"]
    directory = Directory(topic, interval=1.0, inspect=lambda: found, died=lambda: None)
    with pytest.raises(Unavailable):
        directory.refresh()
    assert directory.problem == "responses-v1: retention.ms is 60000, its contract says -1"
    assert directory.confirmed_seconds_ago() == float("inf")
    found.clear()
    directory.refresh()
    assert directory.problem is None
