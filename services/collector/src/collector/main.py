"""Builds the collector from its settings, top to bottom."""

import atexit
import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack

from flask import Flask

from chassis import logs, ops
from chassis.kafka import AckedProducer, CompactedReader, TopicSpec, check_topics
from chassis.settings import clock, load
from chassis.web import create_app, gunicorn_command
from collector import metrics, page
from collector import web as interface
from collector.directory import Directory
from collector.forms import Operators
from collector.publisher import Publisher
from collector.settings import Settings, contradictions
from contracts import topics

SERVICE = "collector"
DEAD = 70


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings; raises SettingsError that names every mistake."""
    return load(Settings, environ, lambda found: list(contradictions(found)))


def web_command(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The command line that serves the collector with these settings."""
    found = settings(environ)
    return gunicorn_command("collector.main:web", found.host, found.port, found.web_processes, found.web_threads)


def serve(environ: Mapping[str, str] = os.environ) -> None:
    """Becomes the web server; returns only by SettingsError."""
    logs.configure(SERVICE)
    command, inherited = web_command(environ), dict(environ)
    if settings(environ).web_processes > 1:  # the processes' figures are then added up from files
        inherited.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="collector-figures-"))
    os.execve(command[0], command, inherited)  # noqa: S606  # our own interpreter, without a shell


def web() -> Flask:
    """What gunicorn calls in each worker process, after the fork."""
    found = settings()
    logs.configure(SERVICE, found.log_level)
    stack = ExitStack()
    atexit.register(stack.close)
    return build(found, stack)


def build(found: Settings, stack: ExitStack) -> Flask:
    """The whole service as one Flask app; `stack` closes what was started."""
    health = ops.Health()
    now = clock(found.clock_offset_seconds)
    directory = Directory(
        CompactedReader(found.kafka, found.topic_prefix + topics.SESSIONS),
        interval=min(0.5, found.directory_staleness_seconds / 6),
        inspect=lambda: check_topics(found.kafka, _topics(found.topic_prefix)),
        died=_end_process,
    )
    publisher = Publisher(
        AckedProducer(found.kafka, found.delivery_timeout_seconds),
        at_most=found.submissions_at_most,
        beat=health.beat,
        died=_end_process,
    )
    app = create_app(
        SERVICE,
        health=health,
        max_bytes=interface.MAX_BYTES,
        headers=page.security_headers(found.identity_origin),
        threads=found.web_threads,
    )
    built = page.load()
    operators = Operators(codes=found.operator_codes, answers=found.operator_answers)
    interface.register(
        app,
        desk=interface.Desk(
            directory=directory,
            publisher=publisher,
            topic=found.topic_prefix + topics.RESPONSES,
            limits=interface.Limits(
                delivery=found.delivery_timeout_seconds, staleness=found.directory_staleness_seconds
            ),
            clock=now,
        ),
        shelf=interface.Shelf(texts=page.texts(), operators=operators, page_hash=built.digest, timezone=found.timezone),
        directory=directory,
        clock=now,
    )
    page.register(app, built, operators=operators, identity_origin=found.identity_origin)
    _watch(health, directory, publisher, built, found.directory_staleness_seconds)
    directory.start()
    stack.callback(directory.close)
    publisher.start()
    stack.callback(publisher.close)
    return app


def _topics(prefix: str) -> list[TopicSpec]:
    # A responses topic with another number of partitions, or one that forgets, must never be written to.
    wanted = [topics.topics()[name] for name in (topics.SESSIONS, topics.RESPONSES)]
    return [TopicSpec(name=prefix + topic.name, partitions=topic.partitions, config=topic.config) for topic in wanted]


def _watch(health: ops.Health, directory: Directory, publisher: Publisher, built: page.Built, staleness: float) -> None:
    metrics.DIRECTORY_AGE.set(directory.confirmed_seconds_ago())
    health.ready("directory", lambda: directory.problem)
    health.ready("flusher", lambda: None if publisher.alive() else "the thread that sends to Kafka does not run")
    old = "the sessions topic was not read to its end lately: Kafka may be away"
    health.notice("kafka", lambda: None if directory.confirmed_seconds_ago() <= staleness else old)
    health.notice("page", lambda: None if built.files else "the page is not built: only the interface answers")


def _end_process() -> None:
    logs.event("a thread ended by a mistake; the process ends with it", level=50)
    os._exit(DEAD)
