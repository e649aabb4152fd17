"""The editor's process: leads or stands by until it is told to stop."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial

from aggregator import metrics
from aggregator.announcing import Places
from aggregator.commands.ballots import check_ballots
from aggregator.connections import current, log_of, sealer_of
from aggregator.desk import Desk
from aggregator.editor import Editor
from aggregator.oversight import Oversight
from aggregator.processes import stop_on_signals
from aggregator.settings import Settings
from aggregator.terms import TermsBook
from chassis import logs, ops
from chassis.errors import Fenced, Unavailable
from chassis.kafka import AckedProducer, CompactedReader, Record
from chassis.mongo import connect, ping
from chassis.settings import clock
from contracts import topics


def run_editor(settings: Settings) -> None:
    """Runs the editor until SIGTERM or SIGINT; stands by while another one leads."""
    logs.configure("editor", settings.log_level)
    stopping = stop_on_signals()
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
                database = current(client, settings, stopping)
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
                oversight = Oversight(
                    client=client, database=database, sealer=sealer_of(settings), today=lambda: now().date()
                )
                _edit_until(editor, health, stopping, oversight.look)


def _bad_ballots(settings: Settings, book: TermsBook, beat: Callable[[], None]) -> int:
    """How many ballot proofs in the log are false; a nation's take minutes, so the loop's beat goes on meanwhile."""

    def beating() -> Iterator[Record]:
        for record in log_of(settings).records():
            beat()
            yield record

    return check_ballots(beating(), book.messages).bad


def _edit_until(editor: Editor, health: ops.Health, stopping: Callable[[], bool], oversee: Callable[[], None]) -> None:
    """Turns until told to stop, or until another editor took the lead."""
    while not stopping():
        health.beat()
        try:
            editor.turn()
            if editor.leading:
                oversee()
        except Unavailable as reason:
            logs.away("waiting", reason=reason.reason)
        except Fenced as fenced:
            metrics.EDITOR_LEADS.set(0)
            logs.event("fenced", level=30, detail=str(fenced))
            time.sleep(1.0)
            return
        time.sleep(1.0)
    with suppress(Unavailable):  # then the next editor waits a little longer
        editor.stop()
