"""A real worker on the real broker and database: counts, snapshots, dead letters and participation as promised."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts import topics
from contracts.codec import decode
from contracts.messages import DeadLetter
from support.aggregating import Aggregation, aggregation, wait_for
from support.builders import a_marker, a_response, a_school, a_session, revised
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration


@pytest.fixture
def here(broker: KafkaPart, database: MongoPart, tmp_path: Path) -> Iterator[Aggregation]:
    with aggregation(broker, database, tmp_path) as running:
        yield running


def test_a_session_from_its_first_answer_to_its_last_snapshot(here: Aggregation) -> None:
    session = a_session(groups={"student": 40, "teacher": 10, "leader": 3})
    here.announce(session)
    here.start()
    students = [a_response(session, "student", n) for n in range(33)]
    teachers = [a_response(session, "teacher", n) for n in range(7)]
    leaders = [a_response(session, "leader", n) for n in range(2)]
    here.submit(*students[:20], *teachers, *leaders, students[0])
    here.folded_up()
    name = session.session
    assert [10] == [row["n"] for row in here.db.snapshots.find()]
    here.submit(*students[20:], a_marker(session))
    here.folded_up()
    rows = {row["_id"]: row for row in here.db.snapshots.find()}
    assert {f"{name}/student/1", f"{name}/student/2", f"{name}/student/3", f"{name}/teacher/1"} == set(rows)
    assert [10, 20, 33] == [rows[f"{name}/student/{seq}"]["n"] for seq in (1, 2, 3)]
    assert [False, False, True] == [rows[f"{name}/student/{seq}"]["final"] for seq in (1, 2, 3)]
    truth = [0] * 8
    places: dict[int | str, int] = {1: 0, 2: 1, 3: 2, 4: 3, 5: 4, "na": 5, "pn": 6}
    for response in students:
        truth[places.get(response.answers.get("A1", "skipped"), 7)] += 1
    assert truth == rows[f"{name}/student/3"]["items"]["A1"]
    cells = here.db.cells.find_one({"_id": name})
    assert "below-k" == cells["groups"]["leader"]["withheld"]
    assert cells["closed"]
    ledger = here.ledger()
    assert ledger["balanced"]
    assert {"folded": 42, "cells": 3} == ledger["sessions"][name]
    assert (42, 1, 0, 1) == tuple(ledger["total"][field] for field in ("folded", "duplicates", "buried", "markers"))
    counts = here.counts()
    assert (33, 33) == (counts[name, "student"]["n"], counts[name, "student"]["released"])
    assert (2, 0) == (counts[name, "leader"]["n"], counts[name, "leader"]["released"])
    told = wait_for(
        "participation", lambda: here.db.participation.find_one({"_id": name, "groups.student.slips": {"$ne": None}})
    )
    assert ("released", 30) == (told["groups"]["student"]["state"], told["groups"]["student"]["answers"])
    assert ("withheld", 0, None) == tuple(told["groups"]["leader"][field] for field in ("state", "answers", "answered"))


def test_what_cannot_be_counted_is_buried_with_its_reason_and_its_place(here: Aggregation) -> None:
    session, elsewhere = a_session(), a_session()
    here.announce(session)
    home = topics.partition(session.school)
    other = (home + 1) % 24
    here.start()
    here.submit(a_response(session, number=0))
    here.raw(b"not json", home)
    here.submit(a_response(elsewhere))
    here._send([(topics.RESPONSES, other, a_response(session, number=1))])
    here.submit(a_marker(session), a_response(session, number=2), a_response(session, number=0))
    here.folded_up()
    letters = [decode(record.value) for record in here.values(topics.DEAD_LETTERS)]
    assert all(isinstance(letter, DeadLetter) for letter in letters)
    assert {
        ("malformed", home),
        ("unknown-session", topics.partition(elsewhere.school)),
        ("wrong-partition", other),
        ("late", home),
    } == {(letter.reason, letter.partition) for letter in letters if isinstance(letter, DeadLetter)}
    told = here.metrics()
    for labels in (
        'outcome="marker",reason=""',
        *(f'outcome="buried",reason="{one}"' for one in ("malformed", "unknown-session", "wrong-partition", "late")),
    ):
        assert f"aggregator_records_total{{{labels}}} 1.0" in told
    helped = {line.split()[2] for line in told.splitlines() if line.startswith("# HELP")}
    assert {line.split()[2] for line in told.splitlines() if line.startswith("# TYPE")} == helped
    assert not any(secret in told for secret in (session.session, session.school, elsewhere.session))
    total = here.ledger()["total"]
    assert (1, 1, 4, 1) == tuple(total[field] for field in ("folded", "duplicates", "buried", "markers"))


def test_a_response_read_before_its_session_waits_for_the_end_of_the_sessions_topic(here: Aggregation) -> None:
    known = a_session()
    here.announce(known)
    here.start()
    here.submit(a_response(known))
    here.folded_up()
    sessions = [a_session() for _ in range(20)]
    for session in sessions:
        here.announce(session)
        here.submit(a_response(session))
    here.folded_up()
    total = here.ledger()["total"]
    assert (21, 0) == (total["folded"], total["buried"])


def test_sessions_stand_in_the_database_with_their_newest_timetable(here: Aggregation) -> None:
    session = a_session(state="planned")
    here.announce(session)
    here.start()
    wait_for("the session", lambda: here.db.sessions.find_one({"_id": session.session}))
    here.announce(revised(session, state="open"))
    row = wait_for("its revision", lambda: here.db.sessions.find_one({"message.timetable.revision": 2}))
    assert "open" == row["message"]["timetable"]["state"]
    told = wait_for("its participation", lambda: here.db.participation.find_one({"_id": session.session}))
    assert "empty" == told["groups"]["student"]["state"]


def test_more_answers_than_used_codes_withhold_the_session_and_show_both_numbers(here: Aggregation) -> None:
    session = a_session(school=a_school())
    here.announce(session)
    here.start()
    here.submit(*[a_response(session, number=n) for n in range(12)], a_marker(session, used=11))
    here.folded_up()
    assert 0 == here.db.snapshots.count_documents({})
    told = wait_for(
        "participation", lambda: here.db.participation.find_one({"groups.student.withheld": {"$ne": None}})
    )["groups"]["student"]
    assert ("more-answers-than-codes", 12, 11) == (told["withheld"], told["answered"], told["slips"]["used"])


def test_doctor_finds_nothing_wrong_and_names_a_log_that_lost_records(here: Aggregation) -> None:
    session = a_session()
    here.announce(session)
    here.start()
    here.submit(*[a_response(session, number=n, signed=False) for n in range(3)])
    here.folded_up()
    assert "nothing is wrong" in here.ask("doctor")
    here.stop()
    here.db.offsets.update_one({"_id": topics.partition(session.school)}, {"$set": {"next": 7}})
    said = here.ask("doctor", code=1)
    assert "7 records are counted, the log has 3" in said
    assert "the ledger does not balance" in said


def test_verify_names_the_first_count_that_was_tampered_with(here: Aggregation) -> None:
    session = a_session()
    here.announce(session)
    here.start()
    here.submit(*[a_response(session, number=n, signed=False) for n in range(25)])
    here.folded_up()
    wait_for("the session", lambda: here.db.sessions.find_one({"_id": session.session}))
    assert "everything stored agrees" in here.ask("verify")
    name = f"{session.session}/student/1"
    here.db.snapshots.update_one({"_id": name}, {"$inc": {"items.A1.0": 1, "items.A1.1": -1}})
    assert f"snapshot {name}: items differs: A1 is stored as" in here.ask("verify", code=1)
