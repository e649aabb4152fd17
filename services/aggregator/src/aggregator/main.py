"""Builds the aggregator's processes from the environment, top to bottom, and runs them."""

import gc
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from aggregator import metrics, pointer
from aggregator import settings as aggregator_settings
from aggregator.archive import Archive
from aggregator.commands.ballots import check_ballots
from aggregator.commands.drain import Drained, report
from aggregator.deadletters import DeadLetters
from aggregator.desk import Desk
from aggregator.editor import Editor, Places
from aggregator.logreader import LogReader
from aggregator.retention import last_purge
from aggregator.sealing import Sealer
from aggregator.settings import Settings
from aggregator.store import Store
from aggregator.terms import TermsBook
from aggregator.worker import Pace, Worker
from chassis import consume, logs, ops
from chassis.errors import Fatal, Fenced, Unavailable
from chassis.kafka import AckedProducer, CompactedReader, PartitionedConsumer, Record, TopicSpec, check_topics
from chassis.mongo import Client, connect, ping
from chassis.settings import clock, load
from contracts import topics
from contracts.ballots import unb64


def settings_from(environ: Mapping[str, str]) -> Settings:
    """The settings; SettingsError names every mistake."""
    return load(Settings, environ, aggregator_settings.contradictions)


def sealer_of(settings: Settings) -> Sealer:
    """The sealer under the key from the settings; Fatal if it is not one."""
    try:
        return Sealer(unb64(settings.blob_key.reveal()))
    except ValueError as error:
        raise Fatal("BLOB_KEY must be 32 bytes as base64url without padding") from error


def run_worker(environ: Mapping[str, str]) -> None:
    """Runs worker processes until SIGTERM or SIGINT; returns after the last batch is committed."""
    settings = settings_from(environ)
    logs.configure("aggregator", settings.log_level)
    stopping = _stop_on_signals()
    if settings.worker_processes > 1:
        _supervise(settings, environ, stopping)
        return
    # Cyclic garbage hardly arises in the fold, and looking for it costs a sixth of its time.
    gc.disable()
    health = ops.Health()
    ready = Ready()
    health.ready("partitions", ready.problem)
    with ExitStack() as stack:
        client = stack.enter_context(connect(settings.mongo_uri.reveal(), app="aggregator", pool=10))
        health.notice("database", lambda: ping(client))
        server = ops.serve(settings.host, settings.metrics_port, health)
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        _refuse_other_topics(settings, stopping)
        while not stopping():
            try:
                _fold_until(settings, client, health, stopping, ready)
            except Fenced as fenced:
                # Another process took over what was ours: begin again with nothing in memory.
                logs.event("fenced", detail=str(fenced))
                time.sleep(1.0)


def drain(environ: Mapping[str, str]) -> dict[str, Any]:
    """Folds all partitions to where the log ends now; {responses, seconds, cpu_seconds}."""
    settings = settings_from(environ)
    logs.configure("aggregator", settings.log_level)
    gc.disable()
    numbers = range(topics.topics()[topics.RESPONSES].partitions)
    settings = replace(settings, partitions=settings.partitions or tuple(map(str, numbers)))
    bounds = log_of(settings).bounds()
    wanted = {number: bounds[number][1] for number in map(int, settings.partitions)}
    ready = Ready()
    drained = Drained(ends=wanted)
    with connect(settings.mongo_uri.reveal(), app="aggregator-drain", pool=10) as client:
        began = time.monotonic()

        def stop() -> bool:
            drained.worker = ready.worker
            return drained()

        _fold_until(settings, client, ops.Health(), stop, ready)
        return report(sum(wanted.values()), began)


def topic_problems(settings: Settings) -> list[str]:
    """How the topics differ from their contracts; a finite retention would lose answers."""
    specs = [
        TopicSpec(name=settings.topic_prefix + topic.name, partitions=topic.partitions, config=topic.config)
        for topic in topics.topics().values()
    ]
    return check_topics(settings.kafka, specs)


def _refuse_other_topics(settings: Settings, stopping: Callable[[], bool]) -> None:
    """Fatal if a topic is not as its contract says; waits while Kafka is away."""
    while not stopping():
        try:
            problems = topic_problems(settings)
        except Unavailable:
            logs.event("waiting", reason="broker")
            time.sleep(1.0)
            continue
        if problems:
            raise Fatal("; ".join(problems))
        return


def run_editor(environ: Mapping[str, str]) -> None:
    """Runs the editor until SIGTERM or SIGINT; stands by while another one leads."""
    settings = settings_from(environ)
    logs.configure("editor", settings.log_level)
    stopping = _stop_on_signals()
    health = ops.Health()
    now = clock(settings.clock_offset_seconds)
    with ExitStack() as stack:
        client = stack.enter_context(connect(settings.mongo_uri.reveal(), app="editor", pool=10))
        health.ready("database", lambda: ping(client))
        server = ops.serve(settings.host, settings.metrics_port, health)
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        producer = AckedProducer(settings.kafka, settings.delivery_timeout_seconds)
        stack.callback(producer.close)
        while not stopping():
            with ExitStack() as turn:
                database = _current(client, settings, stopping)
                sessions = CompactedReader(settings.kafka, settings.topic_prefix + topics.SESSIONS)
                turn.callback(sessions.close)
                campaigns = CompactedReader(settings.kafka, settings.topic_prefix + topics.CAMPAIGNS)
                turn.callback(campaigns.close)
                book = TermsBook(sessions.read_to_end)
                editor = Editor(
                    Desk(client, database, sealer_of(settings), secrets.token_hex(8)),
                    book,
                    campaigns.read_to_end,
                    producer,
                    places=Places(topic=settings.topic_prefix + topics.EDITIONS, open_data=settings.open_data_url),
                    bad_ballots=partial(_bad_ballots, settings, book, health.beat),
                    today=lambda: now().date(),
                    edition_seconds=settings.edition_seconds,
                )
                _edit_until(editor, health, stopping, _purge_watch(client, database, lambda: now().date()))


def _current(client: Client, settings: Settings, stopping: Callable[[], bool]) -> str:
    """The database that counts now; waits while MongoDB is away."""
    while not stopping():
        try:
            return pointer.current(client, settings.statistics_database)
        except Unavailable as reason:
            logs.event("waiting", reason=reason.reason)
            time.sleep(1.0)
    return settings.statistics_database


def _bad_ballots(settings: Settings, book: TermsBook, beat: Callable[[], None]) -> int:
    """How many ballot proofs in the log are false; a nation's take minutes, so the loop's beat goes on meanwhile."""

    def beating() -> Iterator[Record]:
        for record in log_of(settings).records():
            beat()
            yield record

    return check_ballots(beating(), book.messages).bad


def _purge_watch(client: Client, database: str, today: Callable[[], date], seconds: float = 60.0) -> Callable[[], None]:
    """Tells once in a while how long ago the last purge was."""
    due = time.monotonic()

    def look() -> None:
        nonlocal due
        if time.monotonic() >= due:
            metrics.PURGE_AGE.set(last_purge(client, database, today()))
            due = time.monotonic() + seconds

    return look


def _edit_until(editor: Editor, health: ops.Health, stopping: Callable[[], bool], watch: Callable[[], None]) -> None:
    """Turns until told to stop, or until another editor took the lead."""
    while not stopping():
        health.beat()
        try:
            editor.turn()
            watch()
        except Unavailable as reason:
            logs.event("waiting", reason=reason.reason)
        except Fenced as fenced:
            metrics.EDITOR_LEADS.set(0)
            logs.event("fenced", detail=str(fenced))
            time.sleep(1.0)
            return
        time.sleep(1.0)
    with suppress(Unavailable):  # then the next editor waits a little longer
        editor.stop()


def _tidying(beat: Callable[[], None], seconds: float = 60.0) -> Callable[[], None]:
    """The beat, with a look for young cyclic garbage once a minute, since nothing else looks for it."""
    due = time.monotonic() + seconds

    def beat_and_tidy() -> None:
        nonlocal due
        beat()
        if time.monotonic() > due:
            gc.collect(1)
            due = time.monotonic() + seconds

    return beat_and_tidy


@dataclass(slots=True)
class Ready:
    """The worker, once it has been built; until then the process is not ready."""

    worker: Worker | None = None

    def problem(self) -> str | None:
        return None if self.worker is not None else "not joined yet"


def _fold_until(
    settings: Settings, client: Client, health: ops.Health, stopping: Callable[[], bool], ready: Ready
) -> None:
    with ExitStack() as stack:
        producer = AckedProducer(settings.kafka, settings.delivery_timeout_seconds)
        stack.callback(producer.close)
        reader = CompactedReader(settings.kafka, settings.topic_prefix + topics.SESSIONS)
        stack.callback(reader.close)
        now = clock(settings.clock_offset_seconds)
        worker = Worker(
            Store(client, _current(client, settings, stopping), sealer_of(settings)),
            TermsBook(reader.read_to_end),
            DeadLetters(producer, settings.topic_prefix + topics.DEAD_LETTERS),
            today=lambda: now().date(),
            pace=Pace(
                participation=settings.participation_seconds,
                stall=settings.stall_seconds,
                bury_limit=settings.bury_limit,
            ),
        )
        source = PartitionedConsumer(
            settings.kafka,
            settings.topic_prefix + topics.RESPONSES,
            group=None if settings.partitions else settings.topic_prefix + settings.group,
            partitions=[int(part) for part in settings.partitions],
            assigned=worker.assigned,
            revoked=worker.revoked,
        )
        stack.callback(source.close)
        worker.source = source
        ready.worker = worker
        consume.run(
            source,
            worker,
            stop=stopping,
            beat=_tidying(health.beat),
            at_most=settings.batch_records,
            seconds=settings.batch_seconds,
        )


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


def _stop_on_signals() -> Callable[[], bool]:
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, frame: asked.append(received))
    return lambda: bool(asked)


def _supervise(settings: Settings, environ: Mapping[str, str], stopping: Callable[[], bool]) -> None:
    """One child process a core, each with a port of its own; one that ends is started again after a second."""
    children: dict[int, subprocess.Popen[bytes]] = {}
    again = dict.fromkeys(range(settings.worker_processes), 0.0)
    while not stopping():
        for number in again:
            child = children.get(number)
            if child is not None and child.poll() is not None:
                logs.event("worker process ended", number=number, code=child.returncode)
                again[number] = time.monotonic() + 1.0
                del children[number]
            if number not in children and time.monotonic() >= again[number]:
                own = {
                    **environ,
                    "WORKER_PROCESSES": "1",
                    "METRICS_PORT": str(settings.metrics_port + number),
                }
                children[number] = subprocess.Popen([sys.executable, "-m", "aggregator", "worker"], env=own)
        time.sleep(0.2)
    for child in children.values():
        child.terminate()
    for child in children.values():
        child.wait(30)
