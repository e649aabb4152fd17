"""Builds the commands that change what is kept (purge, replay, rebuild, backup, restore) from the environment."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from aggregator import copies, pointer
from aggregator.archive import Archive
from aggregator.commands import backup, purge, rebuild, replay, reseal, restore
from aggregator.connections import archive as archive_at_once
from aggregator.connections import sealer_of, terms_of_all
from aggregator.logreader import LogReader
from aggregator.logwriter import LogWriter
from aggregator.main import settings_from
from aggregator.retention import Retention, last_purge
from aggregator.sealing import Sealer
from aggregator.settings import Settings
from aggregator.store import Store
from aggregator.surroundings import clock_gap, missing_rights, scans
from chassis.errors import Fatal
from chassis.kafka import AckedProducer, CompactedReader, Record, not_writable
from chassis.mongo import Client, connect
from chassis.settings import clock
from contracts import topics
from contracts.access import rights
from contracts.ballots import unb64

CLOCK_GAP = 10.0
PURGE_DAYS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What a command works with: `database` is the one that counts now."""

    settings: Settings
    client: Client
    database: str
    sealer: Sealer
    today: date

    def log(self, topic: str = topics.RESPONSES) -> LogReader:
        """A topic, for reading it through."""
        name = self.settings.topic_prefix + topic
        return LogReader(self.settings.kafka, name, topics.topics()[topic].partitions)

    def key(self) -> bytes:
        """The key under which manifests of backups are sealed."""
        return unb64(self.settings.blob_key.reveal())

    def compacted(self, topic: str) -> Iterator[Record]:
        """What stands in a compacted topic now."""
        reader = CompactedReader(self.settings.kafka, self.settings.topic_prefix + topic)
        try:
            yield from reader.read_to_end(60.0)
        finally:
            reader.close()

    def not_writable(self, names: Sequence[str]) -> list[str]:
        """The topics among these that this process's Kafka user may not write to."""
        prefix = self.settings.topic_prefix
        found = not_writable(self.settings.kafka, [prefix + name for name in names])
        return [name.removeprefix(prefix) for name in found]

    def archive(self, database: str | None = None) -> Archive:
        """A database for reading, as it changes."""
        return Archive(self.client, database or self.database, self.sealer)


@contextmanager
def tools(environ: Mapping[str, str]) -> Iterator[Tools]:
    """Settings and a client, let go of afterwards."""
    settings = settings_from(environ)
    with connect(settings.mongo_uri.reveal(), app="aggregator-upkeep", pool=4) as client:
        yield Tools(
            settings=settings,
            client=client,
            database=pointer.current(client, settings.statistics_database),
            sealer=sealer_of(settings),
            today=clock(settings.clock_offset_seconds)().date(),
        )


@contextmanager
def writer(settings: Settings) -> Iterator[LogWriter]:
    """A way to write to the log, given up afterwards."""
    producer = AckedProducer(settings.kafka, max(30.0, settings.delivery_timeout_seconds))
    try:
        yield LogWriter(producer, settings.kafka, settings.topic_prefix)
    finally:
        producer.close()


def surroundings(environ: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with rights, indexes and clocks; and whether `purge` runs daily."""
    with tools(environ) as given:
        home = given.settings.statistics_database
        yield from missing_rights(given.client, (home, home + pointer.SECOND), rights("aggregator", "statistics"))
        yield from scans(given.client, given.database)
        yield from clock_gap(given.client, datetime.now(UTC), CLOCK_GAP)
        if (days := last_purge(given.client, given.database, given.today)) > PURGE_DAYS:
            yield f"the last purge was {days} days ago; it should run daily"


def run_purge(environ: Mapping[str, str]) -> purge.Report:
    """Purges; see commands.purge. Fatal while a rebuild or restore is under way."""
    with tools(environ) as given, writer(given.settings) as writing:
        if why := pointer.barred(given.client, given.database):
            raise Fatal(f"nothing was purged: {why}")
        report = purge.purge(
            Retention(given.client, given.database, given.sealer),
            given.archive().offsets,
            given.log(),
            given.log(topics.DEAD_LETTERS),
            writing,
            given.today,
        )
        report.emptied = _empty_left(given)
        return report


def _empty_left(given: Tools) -> str:
    """Empties the database that a rebuild has left, since what it keeps is kept no longer than the other's; its
    name, "" if there was none."""
    left = pointer.other(given.settings.statistics_database, given.database)
    if pointer.barred(given.client, left) != pointer.MOVED or copies.occupied(given.client, left) is None:
        return ""
    copies.clear(given.client, left)
    pointer.bar(given.client, left, pointer.MOVED)
    return left


def run_replay(environ: Mapping[str, str], reason: str) -> replay.Report:
    """Replays dead letters; see commands.replay."""
    with tools(environ) as given, writer(given.settings) as writing:
        archive = given.archive()
        ended = {row["_id"] for row in archive.cells({"closed": True})}
        return replay.replay(
            given.log(topics.DEAD_LETTERS).records(),
            reason,
            lookup=terms_of_all(given.settings).get,
            closed=ended.__contains__,
            ids=lambda partition: set(archive.ids(partition)),
            topic=given.settings.topic_prefix + topics.RESPONSES,
            send=writing.send,
        )


def run_rebuild(environ: Mapping[str, str]) -> rebuild.Report:
    """Rebuilds; see commands.rebuild."""
    with tools(environ) as given:
        home = given.settings.statistics_database
        place = rebuild.Place(
            client=given.client, home=home, old=given.database, new=pointer.other(home, given.database)
        )
        return rebuild.rebuild(
            place,
            given.archive(),
            given.archive(place.new),
            Store(given.client, place.new, given.sealer),
            given.log(),
            terms_of_all(given.settings).asker(),
            given.today,
        )


def run_backup(environ: Mapping[str, str], folder: Path) -> backup.Report:
    """Writes a backup; see commands.backup. Fatal while a rebuild or restore is under way."""
    with tools(environ) as given:
        if why := pointer.barred(given.client, given.database):
            raise Fatal(f"no backup was written: {why}")
        with archive_at_once(given.settings) as archive:
            return backup.backup(folder, archive, given.log, given.compacted, key=given.key(), day=given.today)


def run_restore(environ: Mapping[str, str], folder: Path) -> restore.Report:
    """Puts a backup back; see commands.restore."""
    with tools(environ) as given, writer(given.settings) as writing:
        home = given.settings.statistics_database
        target = restore.Target(
            client=given.client,
            home=home,
            archive=given.archive(home),
            log=given.log,
            writer=writing,
            not_writable=given.not_writable,
        )
        return restore.restore(folder, target, given.key())


def run_reseal(environ: Mapping[str, str]) -> reseal.Report:
    """Seals what is unreleased under the key of now; see commands.reseal."""
    with tools(environ) as given:
        home = given.settings.statistics_database
        return reseal.reseal(given.client, (home, home + pointer.SECOND), given.sealer)
