"""A real editor beside a real worker: editions of admitted batches, the last after the close, each announced."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregator.announcing import Places
from aggregator.desk import Desk
from aggregator.edition import edition_documents
from aggregator.editor import Editor
from aggregator.nation import Batch, Nation
from aggregator.sealing import Sealer
from aggregator.terms import TermsBook
from chassis.kafka import AckedProducer, Outgoing
from contracts import topics
from contracts.ballots import unb64
from contracts.codec import decode, encode
from contracts.messages import Campaign, NationalEdition, ResponseSubmitted, SchoolSession
from support.aggregating import Aggregation, aggregation, wait_for
from support.builders import LogRecord, a_campaign, a_marker, a_response, a_session
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration


@pytest.fixture
def here(broker: KafkaPart, database: MongoPart, tmp_path: Path) -> Iterator[Aggregation]:
    with aggregation(broker, database, tmp_path) as running:
        yield running


def a_country() -> list[SchoolSession]:
    """7 schools in one region, 6 in another, 2 in a third; students in steps of 10, teachers at the close."""
    regions = ["Baku"] * 7 + ["Ganja"] * 6 + ["Karabakh"] * 2
    return [a_session(region=region, groups={"student": 40, "teacher": 10}) for region in regions]


def cell(here: Aggregation, number: int, level: str, group: str) -> dict[str, Any]:
    found: dict[str, Any] = here.db.editions.find_one({"_id": f"autumn/{number:06d}/{level}/{group}"})
    return found


def total(sent: list[ResponseSubmitted], item: str) -> list[int]:
    counts = [0] * 8
    for response in sent:
        answer = response.answers.get(item)
        counts[7 if answer is None else 5 + ("na", "pn").index(answer) if isinstance(answer, str) else answer - 1] += 1
    return counts


def test_editions_show_admitted_batches_alone_and_the_last_one_everything_that_may_be_seen(here: Aggregation) -> None:
    sessions = a_country()
    here.announce(*sessions, a_campaign(sessions))
    here.start()
    students = {s.session: [a_response(s, "student", n) for n in range(24)] for s in sessions}
    teachers = {s.session: [a_response(s, "teacher", n) for n in range(4 if s is sessions[0] else 7)] for s in sessions}
    here.submit(*[response for rows in students.values() for response in rows])
    here.folded_up()
    here.start("editor")
    head = wait_for("an edition", lambda: here.db.editions.find_one({"kind": "head"}))
    assert (1, False) == (head["number"], head["final"])
    first = [response for session in sessions[:13] for response in students[session.session][:10]]
    shown = cell(here, 1, "all", "student")
    assert {"all", "region:Baku", "region:Ganja"} == set(shown["classes"])
    assert (13, 130) == (shown["classes"]["all"]["schools"], shown["classes"]["all"]["n"])
    assert {"A1", "A2", "B1", "C1", "C3", "C5"} == set(shown["classes"]["all"]["items"])
    for item in ("A1", "C5"):
        assert total(first, item) == shown["classes"]["all"]["items"][item]
    baku = [response for session in sessions[:7] for response in students[session.session][:10]]
    assert total(baku, "B1") == shown["classes"]["region:Baku"]["items"]["B1"]
    assert 0 < shown["classes"]["all"]["areas"]["A"]["low"] < shown["classes"]["all"]["areas"]["A"]["share"]
    assert {"schools": 18, "people": 18 * 40 + 3 * 20} == shown["classes"]["all"]["registered"]

    here.submit(*[response for rows in teachers.values() for response in rows])
    here.submit(*[a_marker(session) for session in sessions])
    here.announce(replace(a_campaign(sessions, state="closed"), revision=2))
    final = wait_for("the last edition", lambda: here.db.editions.find_one({"kind": "head", "final": True}))
    everyone = [response for rows in students.values() for response in rows]
    staff = [response for rows in teachers.values() for response in rows]
    last = cell(here, final["number"], "all", "student")["classes"]
    seen = [response for session in sessions[:13] for response in students[session.session]]
    assert total(seen, "A1") == last["all"]["items"]["A1"]
    assert total(seen, "D4") == last["all"]["items"]["D4"]
    assert "X1" not in last["all"]["items"]
    assert last["all"]["n"] == last["region:Baku"]["n"] + last["region:Ganja"]["n"]
    assert {"schools": 13, "people": 13 * 24, "in_no_breakdown": 48} == final["groups"]["student"]
    assert len(everyone) == 13 * 24 + 48
    nation = cell(here, final["number"], "lower-secondary", "teacher")["classes"]
    known = [r for session in sessions[:13] for r in teachers[session.session]]
    assert total(known, "A2") == nation["all"]["items"]["A2"]
    assert {"schools": 13, "people": 12 * 7 + 4, "in_no_breakdown": 14} == final["groups"]["teacher"]
    assert len(staff) == 12 * 7 + 4 + 14
    assert final["ballots_checked"]
    wait_for("announcements", lambda: not here.db.editions.count_documents({"kind": "head", "sent": False}))
    told = [decode(record.value) for record in here.values(topics.EDITIONS)]
    assert all(isinstance(one, NationalEdition) for one in told)
    assert list(range(1, final["number"] + 1)) == [one.number for one in told if isinstance(one, NationalEdition)]
    assert "agrees" in here.ask("verify", "--ballots")


def test_a_false_ballot_proof_stops_the_last_edition_and_verify_names_its_place(here: Aggregation) -> None:
    sessions = a_country()
    here.announce(*sessions, a_campaign(sessions, state="closed"))
    here.start()
    here.submit(*[a_response(session, "student", n, signed=n < 11) for session in sessions for n in range(12)])
    here.submit(*[a_marker(session) for session in sessions])
    here.folded_up()
    here.start("editor")
    wait_for("the alert", lambda: "final edition stopped" in here.logs())
    assert 0 == here.db.editions.count_documents({"final": True})
    said = here.ask("verify", "--ballots", code=1)
    assert "15 of 180 ballot proofs are false, the first in partition" in said


def test_an_editor_started_anew_goes_on_where_the_last_one_stopped_and_only_one_leads(here: Aggregation) -> None:
    sessions = a_country()
    here.announce(*sessions, a_campaign(sessions))
    here.start()
    here.submit(*[a_response(session, "student", n, signed=False) for session in sessions for n in range(24)])
    here.folded_up()
    first = here.start("editor")
    second = here.start("editor")
    wait_for("an edition", lambda: here.db.editions.find_one({"kind": "head"}))
    first.kill()
    second.kill()
    here.submit(*[a_response(session, "student", n, signed=False) for session in sessions for n in range(24, 34)])
    here.folded_up()
    here.start("editor")
    wait_for("the next edition", lambda: here.db.editions.find_one({"kind": "head", "number": 2}))
    assert 13 * 20 == cell(here, 2, "all", "student")["classes"]["all"]["n"]
    assert 1 == here.db.admitted.count_documents({"_id": "autumn/000001"})


class Killed(BaseException):
    """The end of an editor between the broker's acknowledgement and its note of it."""


class DiesAfterSending:
    """A real producer under an editor that is killed as soon as its records are acknowledged."""

    def __init__(self, producer: AckedProducer) -> None:
        self._producer = producer

    def send_all(self, records: Sequence[Outgoing]) -> None:
        self._producer.send_all(records)
        raise Killed


def an_edition(here: Aggregation) -> Campaign:
    """A stored last edition that nobody announced; its campaign."""
    sessions = [a_session(items=("A1", "A2")) for _ in range(6)]
    campaign = a_campaign(sessions, state="closed")
    nation = Nation(campaign, {session.session: session for session in sessions})
    counts = np.array([0, 0, 0, 10, 0, 0, 0, 0])
    for session in sessions:
        nation.wait(
            Batch(
                id=f"{session.session}/student/1",
                session=session.session,
                group="student",
                people=10,
                items={"A1": counts, "A2": counts},
                moments={},
            )
        )
    ids = nation.admissible()
    nation.enter(ids)
    documents = edition_documents(nation, 1, date(2026, 10, 30), True)
    desk = Desk(here.client, here.database, Sealer(unb64(here.blob_key)), "first")
    desk.lead()
    desk.publish(documents, {"_id": documents[0]["_id"], "batches": ids, "rest": []})
    return campaign


def an_editor(here: Aggregation, campaign: Campaign, holder: str, producer: Any) -> Editor:
    """An editor in this process that reads this campaign and takes the lead at its second turn."""
    return Editor(
        Desk(here.client, here.database, Sealer(unb64(here.blob_key)), holder),
        TermsBook(lambda patience: ()),
        lambda patience: [LogRecord(partition=0, offset=0, value=encode(campaign))],
        producer,
        places=Places(topic=here.prefix + topics.EDITIONS),
        bad_ballots=lambda: 0,
        today=lambda: date(2026, 10, 30),
        edition_seconds=1.0,
        takeover_seconds=0.0,
    )


def test_an_edition_whose_editor_was_killed_before_it_noted_the_announcement_is_announced_again_and_then_never_more(
    here: Aggregation,
) -> None:
    campaign = an_edition(here)
    dying = an_editor(here, campaign, "second", DiesAfterSending(here.producer))
    dying.turn()
    with pytest.raises(Killed):
        dying.turn()
    assert not here.db.editions.find_one({"kind": "head"})["sent"]
    for holder in ("third", "fourth"):
        editor = an_editor(here, campaign, holder, here.producer)
        for _ in range(4):
            editor.turn()
        assert here.db.editions.find_one({"kind": "head"})["sent"]
    told = [decode(record.value) for record in here.values(topics.EDITIONS)]
    assert 2 == len(told)
    assert told[0] == told[1]
    assert ["autumn 1 student: 60 people, A 100%"] == heard(here)


def heard(here: Aggregation) -> list[str]:
    """What the documented consumer prints of all that was announced, a record that it has not seen sent last."""
    script = Path(__file__).parents[2] / "docs" / "examples" / "editions.py"
    command = [sys.executable, str(script), here.bootstrap, here.prefix + topics.EDITIONS]
    figures = {"leader": {"people": 30, "schools": 6, "shares": {}}}
    last = NationalEdition(
        campaign="spring", number=1, day=date(2027, 5, 1), final=False, digest="0", figures=figures, open_data=""
    )
    topic = here.prefix + topics.EDITIONS
    here.producer.send_all([Outgoing(topic=topic, partition=0, key=b"spring", value=encode(last), timestamp_ms=0)])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as consumer:
        assert consumer.stdout is not None
        lines = []
        for line in consumer.stdout:
            if line.startswith("spring"):
                break
            lines.append(line.strip())
        consumer.terminate()
    return lines
