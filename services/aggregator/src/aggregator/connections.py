"""What processes and commands work with, made from the settings: the sealer, the log, the terms, the database."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aggregator import pointer
from aggregator.archive import Archive
from aggregator.logreader import LogReader
from aggregator.sealing import Sealer
from aggregator.settings import Settings
from aggregator.terms import TermsBook
from chassis import logs
from chassis.errors import Fatal, Unavailable
from chassis.kafka import CompactedReader, TopicSpec, check_topics
from chassis.mongo import Client, connect
from contracts import topics
from contracts.ballots import unb64


def sealer_of(settings: Settings) -> Sealer:
    """The sealer under the key from the settings; Fatal if it is not one."""
    try:
        previous = settings.blob_key_previous
        return Sealer(unb64(settings.blob_key.reveal()), before=None if previous is None else unb64(previous.reveal()))
    except ValueError as error:
        raise Fatal("BLOB_KEY and BLOB_KEY_PREVIOUS must be 32 bytes as base64url without padding") from error


def topic_problems(settings: Settings) -> list[str]:
    """How the topics differ from their contracts; a finite retention would lose answers."""
    specs = [
        TopicSpec(name=settings.topic_prefix + topic.name, partitions=topic.partitions, config=topic.config)
        for topic in topics.topics().values()
    ]
    return check_topics(settings.kafka, specs)


def current(client: Client, settings: Settings, stopping: Callable[[], bool]) -> str:
    """The database that counts now; waits while MongoDB is away."""
    while not stopping():
        try:
            return pointer.current(client, settings.statistics_database)
        except Unavailable as reason:
            logs.away("waiting", reason=reason.reason)
            time.sleep(1.0)
    return settings.statistics_database


@contextmanager
def archive(settings: Settings) -> Iterator[Archive]:
    """The database for reading, as it stands now."""
    with connect(settings.mongo_uri.reveal(), app="aggregator-command", pool=4) as client:
        with client.start_session(snapshot=True) as session:
            database = pointer.current(client, settings.statistics_database)
            yield Archive(client, database, sealer_of(settings), session)


def log_of(settings: Settings) -> LogReader:
    """The responses' log, for reading it through."""
    topic = topics.topics()[topics.RESPONSES]
    return LogReader(settings.kafka, settings.topic_prefix + topic.name, topic.partitions)


def terms_of_all(settings: Settings) -> TermsBook:
    """Every session that is on `sessions-v1` now."""
    reader = CompactedReader(settings.kafka, settings.topic_prefix + topics.SESSIONS)
    try:
        book = TermsBook(reader.read_to_end, patience=60.0)
        book.refresh()
        return book
    finally:
        reader.close()
