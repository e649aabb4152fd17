"""`purge` on the real broker and database: what no session needs is gone, what one needs stays, all adds up."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator import upkeep
from aggregator.purging import Begin
from chassis.errors import Fatal
from chassis.kafka import delete_records
from contracts import topics
from contracts.codec import decode, encode
from contracts.messages import Message, Purged, ResponseSubmitted, SchoolSession
from stack.broker import Broker
from stack.children import Children
from stack.ports import free_ports
from stack.toolbox import locate
from support.aggregating import Aggregation, wait_for
from support.builders import a_marker, a_response, a_school, a_session
from support.parts import KafkaPart, MongoPart
from support.upkeep import fold_up, kept, later, ledger_of

pytestmark = pytest.mark.integration
PLANT = "planted-in-an-answer"


@pytest.fixture
def here(broker: KafkaPart, database: MongoPart, tmp_path: Path) -> Iterator[Aggregation]:
    with kept(broker, database, tmp_path) as running:
        yield running


@pytest.fixture
def tidy_broker(tmp_path: Path) -> Iterator[KafkaPart]:
    """A broker that removes deleted files within seconds instead of minutes."""
    tools = locate()
    port, controller = free_ports(2)
    with Children(tools.setpriv, tmp_path / "logs") as children:
        changes = {
            "log.retention.check.interval.ms": "500",
            "log.segment.delete.delay.ms": "100",
            "log.initial.task.delay.ms": "500",
        }
        own = Broker(children, tools, tmp_path / "kafka", port, controller, changes=changes)
        own.start()
        yield KafkaPart(bootstrap=own.bootstrap)


def spellings() -> list[bytes]:
    """The planted answer in clear, and within base64 at each of its three alignments."""
    shifted = [b"_" * shift + PLANT.encode() for shift in range(3)]
    return [PLANT.encode(), *(encode(one)[4:-4] for one in shifted for encode in (b64encode, urlsafe_b64encode))]


def files_with_it(folder: Path) -> list[Path]:
    found = []
    for path in folder.rglob("*"):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:  # the broker removes files meanwhile
            continue
        if any(form in content for form in spellings()):
            found.append(path.relative_to(folder))
    return found


def planted(session: SchoolSession, number: int) -> ResponseSubmitted:
    return a_response(session, number=number, background={"use_home": PLANT}, signed=False)


def test_a_planted_answer_is_in_no_file_of_the_broker_after_a_purge(
    tidy_broker: KafkaPart, database: MongoPart, tmp_path: Path
) -> None:
    with kept(tidy_broker, database, tmp_path) as here:
        session = a_session()
        here.announce(session)
        here.submit(planted(session, 0), a_marker(session), planted(session, 1))
        fold_up(here)
        folder = tmp_path / "kafka" / "data"
        assert 2 == len(files_with_it(folder)), "the answer and its dead letter stand in a file each"
        before = ledger_of(here)
        said = str(upkeep.run_purge(later(here, 31)))
        assert "3 records deleted in 1 partitions, 1 dead letters, 1 response ids" in said
        wait_for("the end of the files", lambda: not files_with_it(folder))
        fold_up(here)
        after = ledger_of(here)
        assert after["balanced"]
        assert before["total"] | {"next": 4, "log_start": 3, "markers": 2} == after["total"]
        assert before["sessions"] == after["sessions"]
        left = [decode(record.value) for record in here.values(topics.RESPONSES)]
        assert [Purged] == [type(message) for message in left]


def test_what_an_open_session_needs_stays_and_the_cut_is_the_beginning_of_a_batch(here: Aggregation) -> None:
    home = 5
    ended, going, recent = (a_session(school=a_school(home)) for _ in range(3))
    here.announce(ended, going, recent)
    here.submit(*[a_response(ended, number=n, signed=False) for n in range(12)])
    fold_up(here)
    here.submit(a_response(ended, number=12, signed=False), a_response(going, number=0, signed=False))
    here.submit(a_response(recent, number=0, signed=False), a_marker(ended))
    fold_up(here)
    here.db.cells.update_one({"_id": ended.session}, {"$set": {"closed_day": "2026-01-01"}})
    assert "nothing was deleted" not in str(upkeep.run_purge(here.environment()))
    assert 12 == here.db.offsets.find_one({"_id": home})["purged"]["folded"]
    fold_up(here)
    ledger = ledger_of(here)
    assert ledger["balanced"]
    assert 12 == ledger["partitions"][str(home)]["log_start"]
    assert {"folded": 13, "cells": 1} == ledger["sessions"][ended.session]
    assert 13 == here.counts()[ended.session, "student"]["n"]
    assert "part" == here.db.cells.find_one({"_id": ended.session})["purged"]
    assert "1 sessions no longer stand whole in the log and were left out: everything stored agrees" in here.ask(
        "verify"
    )
    assert "nothing is wrong" in here.ask("doctor")
    assert "0 records deleted in 0 partitions" in str(upkeep.run_purge(here.environment()))


def test_unreleased_figures_are_blanked_once_no_edition_needs_them(here: Aggregation) -> None:
    session = a_session()
    here.announce(session)
    here.submit(*[a_response(session, number=n, signed=False) for n in range(4)], a_marker(session))
    fold_up(here)
    here.db.campaigns.insert_one({"_id": session.campaign, "revision": 1, "message": {}})
    assert "1 expired sessions wait for the last edition" in str(upkeep.run_purge(later(here, 31)))
    here.db.editions.insert_one({"_id": "autumn/000001", "kind": "head", "campaign": session.campaign, "final": True})
    assert "figures of 1 sessions blanked" in str(upkeep.run_purge(later(here, 31)))
    here.db.campaigns.delete_many({})
    row = here.counts()[session.session, "student"]
    assert 4 == row["n"]
    assert not any(map(sum, row["items"].values()))
    fold_up(here)
    assert ledger_of(here)["balanced"]
    today = datetime.now(UTC).date()
    assert today.isoformat() < here.db.offsets.find_one({"_id": "purge"})["day"]


def test_records_that_were_lost_are_not_taken_for_purged_ones(here: Aggregation) -> None:
    session = a_session(school=a_school(7))
    here.announce(session)
    here.submit(*[a_response(session, number=n, signed=False) for n in range(3)])
    fold_up(here)
    delete_records(here.bootstrap, here.prefix + topics.RESPONSES, {7: 2})
    with pytest.raises(Fatal, match="partition 7: the log begins at offset 2, records from 0 on are still needed"):
        upkeep.run_purge(here.environment())
    assert "partition 7: records 0 to 1 went from the log" in here.ask("doctor", code=1)


def test_a_record_that_must_stay_keeps_its_whole_batch_and_marks_only_who_loses_records() -> None:
    ended, going = a_session(), a_session()
    begin = Begin(needed={ended.session: False, going.session: True})
    rows: list[Message] = [a_response(ended, number=0), a_marker(ended), a_response(ended, number=1), a_response(going)]
    for offset, message in enumerate(rows):
        begin.read(offset, encode(message))
    assert (3, 2) == (begin.lowest, begin.cut([0, 2], 4))
    assert {ended.session: "closed"} == begin.touched(2)
    assert {ended.session: "part"} == begin.touched(1)


def test_the_command_says_what_it_did(here: Aggregation) -> None:
    assert "0 records deleted in 0 partitions, 0 dead letters" in here.ask("purge")
