"""After people answered: nothing that the stack keeps leads to one of them. What is planted is found."""

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from kafka import KafkaAdminClient, KafkaProducer
from pymongo import MongoClient

from support import scanning
from support.foreign import to_bytes
from support.setting import Setting, until

pytestmark = pytest.mark.integration
SOURCE = "127.0.0.77"
PEOPLE = 6
DAY_MS = 86_400_000
ENVELOPE = {"specversion", "id", "source", "type", "subject", "datacontenttype", "data"}
DATA = {"session", "school", "level", "group", "questionnaire", "answers", "background", "ballot"}
Needles = dict[str, set[bytes]]


class Aftermath:
    """What was done, and everything that is kept of it."""

    def __init__(self, setting: Setting, needles: Needles, private: Needles, ballots: Needles) -> None:
        self.site = setting.services.site
        self.needles = needles
        self.private = private
        self.ballots = ballots
        self.logs: Path = setting.services.child("identity").log.parent
        self.database: MongoClient[Any] = MongoClient(self.site.admin_uri.reveal())

    def messages(self) -> list[scanning.Message]:
        return list(scanning.messages(self.site.kafka, self.site.prefix))

    def databases(self) -> list[str]:
        return [name for name in self.database.list_database_names() if name.startswith(self.site.prefix)]

    def documents(self, database: str) -> Iterator[tuple[str, Any]]:
        return scanning.documents(self.database, database)

    def everywhere(self) -> Iterator[scanning.Place]:
        yield from scanning.in_topics(self.messages())
        for name in self.databases():
            yield from scanning.in_documents(self.documents(name))
        yield from scanning.in_oplog(self.database, self.site.prefix)
        yield from scanning.in_logs(self.logs)


@pytest.fixture(scope="module")
def aftermath(stack: Any, http: httpx.Client, ministry: Any) -> Iterator[Aftermath]:
    """Six teachers answered, from an address, with an agent and headers that stand nowhere else; two asked for what
    is refused; their session was closed and its report was opened."""
    mark = secrets.token_hex(6)
    traces = {
        "User-Agent": f"Agent-{mark}",
        "Referer": f"https://referer-{mark}.example/",
        "Cookie": f"cookie={mark}",
        "X-Forwarded-For": "203.0.113.77",
        "Forwarded": f'for="[2001:db8::77]";host=host-{mark}',
        "X-Request-ID": f"request-{mark}",
        "Accept-Language": f"az-x-{mark},en",
    }
    transport = httpx.HTTPTransport(local_address=SOURCE)
    with httpx.Client(transport=transport, headers=traces, timeout=30, trust_env=False) as visitors:
        setting = Setting(stack, http, ministry)
        school = setting.school()
        session = setting.session(school, "teacher")
        codes = setting.codes(session, "teacher", PEOPLE + 1)
        own = Setting(stack, visitors, ministry)
        people = [own.respondent(session, "teacher", code) for code in codes]
        responses = [person.response({"A1": 4}, padding=f"padding-{mark}") for person in people[:PEOPLE]]
        for person, response in zip(people, responses, strict=False):
            assert person.submit({**response, "name": mark}).status_code == 422
            assert person.submit(response).status_code == 202
        assert people[-1].submit_bytes(json.dumps({"code": codes[-1]}).encode()).status_code == 422
        assert people[-1].trade("A" * 342, code=codes[0]).status_code == 409
    setting.close(session)
    until(lambda: (setting.counts(session, "teacher") or {"released": 0})["released"] == PEOPLE, "the release")
    until(lambda: setting.report(session, "text/html").status_code == 200, "the report")
    needles = {f"code {number}": scanning.spelled(code) for number, code in enumerate(codes)}
    needles |= {
        "the client's address": {SOURCE.encode(), b"203.0.113.77", b"2001:db8::77"},
        "what the client sent along": {mark.encode()},
    }
    private = {
        "the school's name": {school.name.encode(), json.dumps(school.name).strip('"').encode()},
        "the coordinator": {school.office.user.encode()},
    }
    ballots = {
        name: {form for one in responses for form in (one[name].encode(), to_bytes(one[name]))}
        for name in ("ballot", "signature")
    }
    made = Aftermath(setting, needles, private, ballots)
    yield made
    made.database.close()


def test_no_code_no_address_and_no_agent_is_kept_anywhere(aftermath: Aftermath) -> None:
    assert scanning.found(aftermath.needles, aftermath.everywhere()) == []


def test_the_scan_finds_what_is_planted_in_every_kind_of_place(aftermath: Aftermath) -> None:
    forms = {name: sorted(found) for name, found in aftermath.needles.items()}
    code, agent = forms["code 0"], forms["what the client sent along"][0]
    topic, database = f"{aftermath.site.prefix}planted", f"{aftermath.site.prefix}planted"
    admin = KafkaAdminClient(bootstrap_servers=aftermath.site.kafka)
    admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()
    producer = KafkaProducer(bootstrap_servers=aftermath.site.kafka)
    for record in ({"key": code[0]}, {"value": b"{" + code[1] + b"}"}, {"value": b"{}", "headers": [("via", agent)]}):
        producer.send(topic, **record).get(10)
    producer.close()
    log = aftermath.logs / "planted.log"
    try:
        aftermath.database[database]["planted"].insert_one({"_id": 1, "deep": [{"er": {"hash": code[2]}}]})
        log.write_bytes(b'127.0.0.1 "GET / HTTP/1.1" ' + forms["the client's address"][0])
        found = scanning.found(aftermath.needles, aftermath.everywhere())
    finally:
        log.unlink()
        aftermath.database.drop_database(database)
    assert set(found) >= {
        f"code 0 in a key of {topic}",
        f"code 0 in a value of {topic}",
        f"what the client sent along in a header of {topic}",
        f"code 0 in {database}.planted",
        f"code 0 in the oplog ({database}.planted)",
        "the client's address in the log planted.log",
    }


def test_no_school_is_named_outside_identity(aftermath: Aftermath) -> None:
    places = list(scanning.in_topics(aftermath.messages()))
    for name in aftermath.databases():
        if not name.endswith("-identity"):
            places += scanning.in_documents(aftermath.documents(name))
    assert scanning.found(aftermath.private, places) == []
    own = scanning.in_documents(aftermath.documents(f"{aftermath.site.prefix}identity"))
    assert scanning.found({"the school's name": aftermath.private["the school's name"]}, own), "where it belongs"


def test_identity_keeps_nothing_that_is_on_a_ballot(aftermath: Aftermath) -> None:
    own = scanning.in_documents(aftermath.documents(f"{aftermath.site.prefix}identity"))
    assert scanning.found(aftermath.ballots, own) == []
    log = scanning.in_topics(aftermath.messages())
    assert scanning.found(aftermath.ballots, log), "where it belongs"


def test_every_record_beside_answers_carries_the_campaigns_day_and_the_published_fields_alone(
    aftermath: Aftermath,
) -> None:
    rows = [row for row in aftermath.messages() if row.topic == f"{aftermath.site.prefix}responses-v1"]
    today = int(datetime.now(UTC).timestamp() * 1000) // DAY_MS
    assert {row.timestamp % DAY_MS for row in rows} == {0}
    assert {row.timestamp // DAY_MS for row in rows} <= {today - 1, today}, "the day of the campaign's opening"
    assert {row.headers for row in rows} == {()}
    events = [json.loads(row.value) for row in rows]
    assert {name for event in events for name in event} == ENVELOPE
    responses = [event["data"] for event in events if event["type"] == "guzgu.response-submitted.v1"]
    assert responses
    assert {name for data in responses for name in data} == DATA
    assert {name for data in responses for name in data["ballot"]} == {"key_id", "message", "signature"}


def test_nothing_kept_of_answers_and_codes_carries_a_time_of_day_and_no_document_an_object_id(
    aftermath: Aftermath,
) -> None:
    prefix = aftermath.site.prefix
    timed = [*aftermath.documents(f"{prefix}statistics")]
    timed += [row for row in aftermath.documents(f"{prefix}identity") if row[0].endswith(".participation_codes")]
    assert timed
    dated = {where for where, row in timed for value in scanning.values(row) if isinstance(value, datetime)}
    assert dated <= {f"{prefix}statistics.leases", f"{prefix}statistics.offsets"}, "the editor's lease alone"
    rows = [row for name in aftermath.databases() for row in aftermath.documents(name)]
    assert scanning.object_ids(rows) == []
