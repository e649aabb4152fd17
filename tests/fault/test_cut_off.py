"""Workers whose line to the database or the broker is cut, held, slow, or swallows what they are told: every count is
exact afterwards, and nothing is buried that only came early."""

import os
import random
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from contracts import topics
from stack.broker import Broker
from stack.children import Children
from stack.ports import free_ports
from stack.toolbox import locate
from support.aggregating import Aggregation, aggregation, wait_for
from support.breakable import COMMIT, sent_to, through
from support.builders import a_marker, a_response, a_session
from support.parts import KafkaPart, MongoPart
from support.proxy import LOOPBACK, Proxy

pytestmark = pytest.mark.integration
EVERYTHING = ",".join(map(str, range(24)))
HELD_SECONDS = 60.0 if os.environ.get("GUZGU_TEST_FULL") else 12.0
"""How long the reader of sessions is held back; longer than a worker waits for it in one go either way."""


@pytest.fixture
def door() -> Iterator[Proxy]:
    with Proxy() as opened:
        yield opened


@pytest.fixture
def here(broker: KafkaPart, database: MongoPart, tmp_path: Path) -> Iterator[Aggregation]:
    with aggregation(broker, database, tmp_path) as running:
        yield running


def retried(here: Aggregation, number: int = -1) -> float:
    """How many batches a worker had to try again because the database was away."""
    line = 'aggregator_batches_retried_total{reason="database"}'
    return sum(float(row.rpartition(" ")[2]) for row in here.metrics(number).splitlines() if row.startswith(line))


def tried_again(here: Aggregation, known: float) -> bool:
    return retried(here) > known


def swallowed(door: Proxy, number: int) -> bool:
    return door.lost >= number


def gauge(here: Aggregation, name: str, number: int = -1) -> list[float]:
    """The figure, with whatever labels."""
    return [
        float(row.rpartition(" ")[2])
        for row in here.metrics(number).splitlines()
        if row.startswith((f"{name}{{", f"{name} "))
    ]


def exact(here: Aggregation, people: dict[tuple[str, str], int], records: int) -> None:
    """Counts, ledger and recount agree with what was sent."""
    here.folded_up()
    assert people == {cell: row["n"] for cell, row in here.counts().items()}
    ledger = here.ledger()
    total = ledger["total"]
    assert ledger["balanced"]
    assert (records, sum(people.values()), 0) == (total["next"], total["folded"], total["buried"])
    assert "everything stored agrees" in here.ask("verify")


def test_commits_of_unknown_outcome_are_read_back_and_neither_lost_nor_repeated(
    here: Aggregation, database: MongoPart, door: Proxy
) -> None:
    session = a_session(groups={"student": 40, "teacher": 12})
    here.announce(session)
    here.start(PARTITIONS=EVERYTHING, MONGO_URI=through(database.admin_uri, door).admin_uri)
    sent = 0
    for turn, lose in enumerate((door.lose_replies, door.lose_requests, door.lose_replies, door.lose_requests)):
        known = retried(here) if turn else 0.0
        lost = door.lost
        lose(COMMIT, 2)  # the driver repeats a commit once by itself
        here.submit(*[a_response(session, "student", number, signed=False) for number in range(sent, sent + 9)])
        sent += 9
        wait_for("a commit that nobody heard of", partial(swallowed, door, lost + 2))
        wait_for("its batch once more", partial(tried_again, here, known))
        here.folded_up()
    assert door.lost == 8
    here.submit(a_marker(session))
    exact(here, {(session.session, "student"): sent}, sent + 1)


def test_a_worker_cut_off_from_its_database_tells_its_lag_and_drains_exactly_once_it_is_back(
    here: Aggregation, database: MongoPart, door: Proxy
) -> None:
    session = a_session(groups={"student": 40})
    here.announce(session)
    process = here.start(
        PARTITIONS=EVERYTHING, MONGO_URI=through(database.admin_uri, door).admin_uri, STALL_SECONDS="2"
    )
    here.submit(*[a_response(session, number=number, signed=False) for number in range(5)])
    here.folded_up()
    door.cut()
    for number in range(5, 60):
        here.submit(a_response(session, number=number, signed=False))
    wait_for("the lag", lambda: sum(gauge(here, "aggregator_lag_records")) >= 55)
    wait_for("the alert's condition", lambda: max(gauge(here, "aggregator_partition_stalled_seconds")) > 4)
    door.mend()
    door.slow(0.05)
    exact(here, {(session.session, "student"): 60}, 60)
    wait_for("no lag", lambda: sum(gauge(here, "aggregator_lag_records")) == 0)
    assert process.poll() is None, "being cut off for longer than a stall may last ends no worker"


def test_a_rebalance_in_the_middle_of_a_batch_counts_every_record_once(
    here: Aggregation, database: MongoPart, door: Proxy
) -> None:
    sessions = [a_session(groups={"student": 40}) for _ in range(12)]
    here.announce(*sessions)
    answers = [a_response(session, number=number, signed=False) for session in sessions for number in range(30)]
    random.Random(5).shuffle(answers)
    here.start(MONGO_URI=through(database.admin_uri, door).admin_uri)
    here.submit(*answers[:60])
    here.folded_up()
    door.hold()  # the next batch of the first worker is under way, and stays so
    here.submit(*answers[60:])
    here.start()
    door.cut()  # now the first hears that it waits in vain, keeps its batch, and joins the rebalance
    wait_for("the second worker's share", lambda: _folded(here) > 60)
    door.mend()
    exact(here, {(session.session, "student"): 30 for session in sessions}, len(answers))
    assert "batch kept" in here.logs()
    assert here.logs().count("partitions taken") > 2, "one each at its start, and what the first kept afterwards"


def _folded(here: Aggregation) -> int:
    return sum(row["folded"] for row in here.db.offsets.find({}, {"folded": 1}))


def test_responses_that_flow_while_the_reader_of_sessions_is_held_back_wait_and_are_not_buried(
    database: MongoPart, tmp_path: Path
) -> None:
    tools, ports = locate(), free_ports(2)
    with Proxy() as line, Children(tools.setpriv, tmp_path / "logs") as children:
        broker = Broker(children, tools, tmp_path / "kafka", ports[0], ports[1], changes=sent_to(line))
        line.leads_to(ports[0])
        broker.start()
        with aggregation(KafkaPart(bootstrap=f"{LOOPBACK}:{line.port}"), database, tmp_path) as here:
            early, late = a_session(groups={"student": 40}), a_session(groups={"student": 40})
            here.announce(early)
            here.start(PARTITIONS=EVERYTHING)
            here.submit(a_response(early, signed=False))
            here.folded_up()
            here.announce(late)
            line.hold((here.prefix + topics.SESSIONS).encode())
            for number in range(1, 25):
                here.submit(
                    a_response(early, number=number, signed=False), a_response(late, number=number, signed=False)
                )
            threading.Event().wait(HELD_SECONDS)  # the length of the outage is what is tried here
            assert 0 == here.db.cells.count_documents({"_id": late.session})
            line.mend()
            exact(here, {(early.session, "student"): 25, (late.session, "student"): 24}, 49)
