"""Workers killed with -9, frozen and doubled while answers come in: afterwards every count is exact."""

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.messages import ResponseSubmitted, SchoolSession
from support.aggregating import Aggregation, aggregation, create, wait_for
from support.builders import a_marker, a_response, a_session
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration


@pytest.fixture
def here(broker: KafkaPart, database: MongoPart, tmp_path: Path) -> Iterator[Aggregation]:
    with aggregation(broker, database, tmp_path) as running:
        yield running


def item_counts(sent: list[ResponseSubmitted], item: str) -> list[int]:
    counts = [0] * 8
    for response in sent:
        answer = response.answers.get(item)
        counts[7 if answer is None else ("na", "pn").index(answer) + 5 if isinstance(answer, str) else answer - 1] += 1
    return counts


def truth(sessions: list[SchoolSession], sent: list[ResponseSubmitted]) -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    unique = list({response.response_id: response for response in sent}.values())
    for session in sessions:
        for group, terms in session.groups.items():
            mine = [r for r in unique if r.session == session.session and r.group == group]
            if mine:
                items = {item.code: item_counts(mine, item.code) for item in terms.items}
                found[session.session, group] = {"n": len(mine), "items": items}
    return found


def producing(here: Aggregation, rounds: list[list[Any]]) -> threading.Thread:
    def send() -> None:
        for messages in rounds:
            here.submit(*messages)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def some_answers(chance: random.Random) -> tuple[list[SchoolSession], list[ResponseSubmitted], list[list[Any]]]:
    """(sessions, every response sent, rounds to send: a fifth of the responses twice, then close markers)."""
    sessions = [a_session(groups={"student": chance.choice((40, 200)), "teacher": 12}) for _ in range(30)]
    sent = [
        a_response(session, group, number, signed=False)
        for session in sessions
        for group, most in (("student", 120), ("teacher", 15))
        for number in range(most)
    ]
    stream = sent + chance.sample(sent, len(sent) // 5)
    chance.shuffle(stream)
    rounds: list[list[Any]] = [stream[at : at + 40] for at in range(0, len(stream), 40)]
    rounds.append([a_marker(session) for session in sessions[:20]])
    return sessions, sent, rounds


def compare(here: Aggregation, sessions: list[SchoolSession], sent: list[ResponseSubmitted], log: int) -> None:
    expected = truth(sessions, sent)
    found = {cell: {"n": row["n"], "items": row["items"]} for cell, row in here.counts().items()}
    assert expected == found
    ledger = here.ledger()
    assert ledger["balanced"]
    total = ledger["total"]
    assert (log, len(sent), 0, 20) == (total["next"], total["folded"], total["buried"], total["markers"])


def second_fold(here: Aggregation) -> str:
    """The digest of the same log folded once more, in one go, into another database."""
    other = here.database + "-again"
    create(here.client, other)
    try:
        here.ask("drain", database=other)
        return here.ask("digest", database=other)
    finally:
        here.client.drop_database(other)


def test_counts_are_exact_after_a_worker_was_killed_again_and_again_while_answers_came_in(here: Aggregation) -> None:
    chance = random.Random(7)
    sessions, sent, rounds = some_answers(chance)
    here.announce(*sessions)
    thread = producing(here, rounds)
    everything = ",".join(map(str, range(24)))
    kills = 0
    while thread.is_alive() or kills < 5:
        process = here.start(PARTITIONS=everything, BATCH_RECORDS=str(chance.choice((37, 200, 20_000))))
        wait_for("some progress", progress(here, thread))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        kills += 1
    thread.join()
    here.start()
    here.folded_up()
    compare(here, sessions, sent, sum(map(len, rounds)))
    assert here.ask("digest") == second_fold(here)
    assert "agrees" in here.ask("verify")


def progress(here: Aggregation, thread: threading.Thread) -> Callable[[], bool]:
    before = total_next(here)
    return lambda: total_next(here) > before or not thread.is_alive()


def total_next(here: Aggregation) -> int:
    return sum(row["next"] for row in here.db.offsets.find({}, {"next": 1}))


def test_two_live_workers_on_the_same_partitions_never_produce_a_wrong_count(here: Aggregation) -> None:
    sessions, sent, rounds = some_answers(random.Random(8))
    here.announce(*sessions)
    everything = ",".join(map(str, range(24)))
    for _ in range(2):
        here.start(PARTITIONS=everything, BATCH_RECORDS="100")
    thread = producing(here, rounds)
    thread.join()
    here.folded_up()
    assert "fenced" in here.logs()
    compare(here, sessions, sent, sum(map(len, rounds)))


def test_a_worker_that_was_frozen_past_its_group_membership_writes_nothing_when_it_comes_back(
    here: Aggregation,
) -> None:
    sessions, sent, rounds = some_answers(random.Random(9))
    here.announce(*sessions)
    first = here.start(BATCH_RECORDS="200")
    thread = producing(here, rounds)
    wait_for("some progress", lambda: total_next(here) > 0)
    first.send_signal(signal.SIGSTOP)
    thread.join()
    here.start()
    here.folded_up()
    first.send_signal(signal.SIGCONT)
    here.submit(sent[0])
    here.folded_up()
    compare(here, sessions, sent, sum(map(len, rounds)) + 1)
