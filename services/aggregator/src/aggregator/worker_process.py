"""The worker's process: alone or as one of several, folding until it is told to stop; and one drain of the log."""

import gc
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from aggregator.commands.drain import Drained, report
from aggregator.connections import current, log_of, sealer_of, topic_problems
from aggregator.deadletters import DeadLetters
from aggregator.processes import stop_on_signals, supervise
from aggregator.settings import Settings
from aggregator.store import Store
from aggregator.terms import TermsBook
from aggregator.worker import Pace, Worker
from chassis import consume, logs, ops
from chassis.errors import Fatal, Fenced, Unavailable
from chassis.kafka import AckedProducer, CompactedReader, PartitionedConsumer
from chassis.mongo import Client, connect, ping
from chassis.settings import clock
from contracts import topics


def run_worker(settings: Settings, environ: Mapping[str, str]) -> None:
    """Runs worker processes (in `environ` but for their ports) until SIGTERM or SIGINT; returns after the last batch
    is committed."""
    logs.configure("aggregator", settings.log_level)
    stopping = stop_on_signals()
    if settings.worker_processes > 1:
        supervise(settings, environ, stopping)
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
                logs.event("fenced", level=30, detail=str(fenced))
                time.sleep(1.0)


def drain(settings: Settings) -> dict[str, Any]:
    """Folds all partitions to where the log ends now; {responses, seconds, cpu_seconds}."""
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


@dataclass(slots=True)
class Ready:
    """The worker, once it has been built; until then the process is not ready."""

    worker: Worker | None = None

    def problem(self) -> str | None:
        return None if self.worker is not None else "not joined yet"


def _refuse_other_topics(settings: Settings, stopping: Callable[[], bool]) -> None:
    """Fatal if a topic is not as its contract says; waits while Kafka is away."""
    while not stopping():
        try:
            problems = topic_problems(settings)
        except Unavailable:
            logs.away("waiting", reason="broker")
            time.sleep(1.0)
            continue
        if problems:
            raise Fatal("; ".join(problems))
        return


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
            Store(client, current(client, settings, stopping), sealer_of(settings)),
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
