"""Builds the commands that change what is kept (purge, replay, rebuild, backup, restore) from the environment."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from aggregator import pointer
from aggregator.archive import Archive
from aggregator.commands import purge
from aggregator.logreader import LogReader
from aggregator.logwriter import LogWriter
from aggregator.main import sealer_of, settings_from
from aggregator.retention import Retention
from aggregator.sealing import Sealer
from aggregator.settings import Settings
from chassis.errors import Fatal
from chassis.kafka import AckedProducer
from chassis.mongo import Client, connect
from chassis.settings import clock
from contracts import topics


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
        return LogReader(self.settings.kafka_bootstrap, name, topics.topics()[topic].partitions)

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
    producer = AckedProducer(settings.kafka_bootstrap, max(30.0, settings.delivery_timeout_seconds))
    try:
        yield LogWriter(producer, settings.kafka_bootstrap, settings.topic_prefix)
    finally:
        producer.close()


def run_purge(environ: Mapping[str, str]) -> purge.Report:
    """Purges; see commands.purge. Fatal while a rebuild or restore is under way."""
    with tools(environ) as given, writer(given.settings) as writing:
        if why := pointer.barred(given.client, given.database):
            raise Fatal(f"nothing was purged: {why}")
        return purge.purge(
            Retention(given.client, given.database, given.sealer),
            given.archive().offsets,
            given.log(),
            given.log(topics.DEAD_LETTERS),
            writing,
            given.today,
        )
