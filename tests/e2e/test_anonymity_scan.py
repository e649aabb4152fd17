"""After people answered: nothing that the stack keeps leads to one of them, and no field is kept that docs/stored.md
does not publish. What is planted is found."""

import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from kafka import KafkaAdminClient, KafkaProducer
from pymongo import MongoClient

from support import fields, scanning
from support.foreign import to_bytes
from support.setting import Setting, until

pytestmark = pytest.mark.integration
SOURCE = "127.0.0.77"
PEOPLE = 6
DAY_MS = 86_400_000
STAFF = ("audit", "campaigns", "imports", "leases", "outbox", "schools", "sessions", "staff")
"""Collections of identity about staff and terms: times belong there."""
TERMS = ("campaigns", "sessions")
"""Collections of statistics that repeat the published terms, whose opening and closing times people read."""
Needles = dict[str, set[bytes]]


class Aftermath:
    """What was done, and everything that is kept of it."""

    def __init__(
        self, setting: Setting, needles: Needles, private: Needles, ballots: Needles, said: Mapping[str, bytes]
    ) -> None:
        self.setting = setting
        self.site = setting.services.site
        self.needles = needles
        self.private = private
        self.ballots = ballots
        self.said = said
        self.logs: Path = setting.services.child("identity").log.parent
        self.database: MongoClient[Any] = MongoClient(self.site.admin_uri.reveal(), tz_aware=True)

    def messages(self) -> list[scanning.Message]:
        return list(scanning.messages(self.site.kafka, self.site.prefix))

    def databases(self) -> list[str]:
        return [name for name in self.database.list_database_names() if name.startswith(self.site.prefix)]

    def documents(self, *databases: str) -> list[tuple[str, Any]]:
        """(collection, document) of these databases, or of all; names without the prefix of this stack."""
        names = [f"{self.site.prefix}{name}" for name in databases] or self.databases()
        rows = [row for name in names for row in scanning.documents(self.database, name)]
        return [(where.removeprefix(self.site.prefix), row) for where, row in rows]

    def figures(self) -> dict[str, str]:
        return {process: self.setting.http.get(address).text for process, address in self.site.metrics.items()}

    def everywhere(self, figures: Mapping[str, str]) -> Iterator[scanning.Place]:
        yield from scanning.in_topics(self.messages())
        yield from scanning.in_documents(self.documents())
        yield from scanning.in_dump(scanning.dump(self.documents()))
        yield from scanning.in_oplog(self.database, self.site.prefix)
        yield from scanning.in_logs(self.logs)
        yield from scanning.in_database_log(self.database)
        yield from scanning.in_figures(figures)

    def beside_answers(self) -> list[tuple[str, Any]]:
        """(place, what stands there) of all that is kept of answers and of codes."""
        rows = [row for row in self.documents("statistics") if row[0].partition(".")[2] not in (*TERMS, "leases")]
        rows += [row for row in self.documents("identity") if row[0].partition(".")[2] not in STAFF]
        rows += self.documents("reporting")
        for row in self.messages():
            if row.topic.removeprefix(self.site.prefix) in ("responses-v1", "responses-v1-dlq"):
                told = (
                    row.timestamp,
                    row.key,
                    row.headers,
                    json.loads(row.value) if row.value[:1] == b"{" else row.value,
                )
                rows.append((row.topic.removeprefix(self.site.prefix), told))
        return [(where, row) for where, row in rows if where != "reporting.grants"]  # staff's, gone in a minute


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
        quiet = {process: setting.services.child(process).log for process in ("identity", "collector")}
        before = {process: log.stat().st_size for process, log in quiet.items()}
        responses = [person.response({"A1": 4}, padding=f"padding-{mark}") for person in people[:PEOPLE]]
        for person, response in zip(people, responses, strict=False):
            assert person.submit({**response, "name": mark}).status_code == 422
            assert person.submit(response).status_code == 202
        assert people[-1].submit_bytes(json.dumps({"code": codes[-1]}).encode()).status_code == 422
        assert people[-1].trade("A" * 342, code=codes[0]).status_code == 409
        said = {process: log.read_bytes()[before[process] :] for process, log in quiet.items()}
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
    made = Aftermath(setting, needles, private, ballots, said)
    yield made
    made.database.close()


def test_no_code_no_address_and_no_agent_is_kept_anywhere(aftermath: Aftermath) -> None:
    assert scanning.found(aftermath.needles, aftermath.everywhere(aftermath.figures())) == []


def test_no_code_no_address_and_no_agent_is_in_a_backup(aftermath: Aftermath, tmp_path: Path) -> None:
    aftermath.setting.services.output("aggregator", "backup", "--to", str(tmp_path / "backup"))
    places = list(scanning.in_files(tmp_path / "backup"))
    assert len(places) > 10
    assert scanning.found(aftermath.needles | aftermath.private, places) == []


def test_no_time_finer_than_a_day_stands_beside_an_answer_or_a_code(aftermath: Aftermath) -> None:
    rows = aftermath.beside_answers()
    assert {where for where, _ in rows} >= {"responses-v1", "identity.participation_codes", "statistics.cells"}
    assert scanning.clock_times(rows) == []


def test_nothing_is_logged_while_people_trade_codes_and_answer(aftermath: Aftermath) -> None:
    assert aftermath.said == {"identity": b"", "collector": b""}, "a line for each would tell when somebody answered"


def test_no_field_is_kept_that_is_not_published(aftermath: Aftermath) -> None:
    rows = aftermath.documents()
    rows += [(row.topic.removeprefix(aftermath.site.prefix), json.loads(row.value)) for row in aftermath.messages()]
    assert fields.unlisted(rows) == []
    assert scanning.object_ids(rows) == [], "an id of the database's own holds a time and a counter"


def test_the_scan_finds_each_thing_planted_in_each_kind_of_place(aftermath: Aftermath, tmp_path: Path) -> None:
    forms = {name: sorted(found) for name, found in aftermath.needles.items()}
    now = datetime.now(UTC).replace(microsecond=1)
    planted = {
        "code 0": forms["code 0"],
        "the client's address": forms["the client's address"],
        "what the client sent along": forms["what the client sent along"],
    }
    for name, spellings in planted.items():
        for number, form in enumerate(spellings):
            text = form.decode("latin-1")
            for where, place in {
                "a key of t": scanning.in_topics([_record(key=form)]),
                "a value of t": scanning.in_topics([_record(value=b'{"x":"' + form + b'"}')]),
                "a header of t": scanning.in_topics([_record(headers=[("via", form)])]),
                "c": scanning.in_documents([("c", {"_id": 1, "deep": [{"er": form}, {text: 1}]})]),
                "the dump of c": scanning.in_dump(scanning.dump([("c", {"_id": 1, "deep": [{"er": form}]})])),
                "the figures of p": scanning.in_figures({"p": f'requests_total{{by="{text}"}} 1'}),
            }.items():
                sought = form if where != "the figures of p" or form.isascii() else text.encode()
                assert scanning.found({name: {sought}}, place) == [f"{name} in {where}"], (name, number, where)
    _really(aftermath, forms, tmp_path)
    beside: list[tuple[str, Any]] = [
        ("a", {"_id": now}),
        ("b", {"at": now.isoformat()}),
        ("c", [{"x": {"y": now.timestamp()}}]),
        ("d", (int(now.timestamp() * 1000), b"", (), {})),
        ("e", {"ns": int(now.timestamp() * 10**9)}),
        ("f", (0, b"", (("at", now.isoformat().encode()),), {})),
        ("g", {"text": f"answered {now:%H:%M:%S}"}),
        ("h", {"text": str(int(now.timestamp()))}),
        ("i", {"text": f"{now:%Y-%m-%dT%H:%M}"}),
        ("j", {"text": f"{now:%Y%m%dT%H%MZ}"}),
    ]
    assert scanning.clock_times(beside) == [f"a time in {where}" for where in "abcdefghij"]
    assert scanning.clock_times([("a signature", "w-9kT1234Qx_T0530")]) == []
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    fine = {"day": midnight, "ms": int(midnight.timestamp() * 1000), "as_of": f"{now:%Y-%m-%d}", "n": 12, "sum": 10**12}
    assert scanning.clock_times([("a", fine)]) == []
    assert fields.unlisted([("statistics.snapshots", {"_id": "x", "at": 1})]) == ["statistics.snapshots: at"]


def _record(key: bytes = b"", value: bytes = b"{}", headers: Any = ()) -> scanning.Message:
    return scanning.Message(topic="t", partition=0, offset=0, timestamp=0, headers=tuple(headers), key=key, value=value)


def _really(aftermath: Aftermath, forms: Mapping[str, list[bytes]], folder: Path) -> None:
    """The same in the real places: a topic, a database, its oplog, a log and a file."""
    code, agent, address = forms["code 0"], forms["what the client sent along"][0], forms["the client's address"][0]
    topic = database = f"{aftermath.site.prefix}planted"
    admin = KafkaAdminClient(bootstrap_servers=aftermath.site.kafka)
    admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()
    producer = KafkaProducer(bootstrap_servers=aftermath.site.kafka)
    for record in ({"key": code[0]}, {"value": b"{" + code[1] + b"}"}, {"value": b"{}", "headers": [("via", agent)]}):
        producer.send(topic, **record).get(10)
    producer.close()
    log, file = aftermath.logs / "planted.log", folder / "deep" / "planted.bson"
    file.parent.mkdir()
    try:
        for form in (code[2], address, agent):
            aftermath.database[database]["planted"].insert_one({"_id": form, "deep": [{"er": {"hash": form}}]})
        log.write_bytes(b'127.0.0.1 "GET / HTTP/1.1" ' + address + b" " + agent + code[0])
        file.write_bytes(code[0] + address + agent)
        figures = {**aftermath.figures(), "planted": f'x{{agent="{agent.decode()}"}} 1'}
        found = scanning.found(aftermath.needles, aftermath.everywhere(figures))
        found += scanning.found(aftermath.needles, scanning.in_files(folder))
    finally:
        log.unlink()
        aftermath.database.drop_database(database)
    address_, agent_ = "the client's address", "what the client sent along"
    assert set(found) >= {
        f"code 0 in a key of {topic}",
        f"code 0 in a value of {topic}",
        f"{agent_} in a header of {topic}",
        *(f"{what} in planted.planted" for what in ("code 0", address_, agent_)),
        *(f"{what} in the dump of planted.planted" for what in ("code 0", address_, agent_)),
        *(f"{what} in the oplog ({database}.planted)" for what in ("code 0", address_, agent_)),
        *(f"{what} in the log planted.log" for what in ("code 0", address_, agent_)),
        *(f"{what} in the file deep/planted.bson" for what in ("code 0", address_, agent_)),
        f"{agent_} in the figures of planted",
    }


def test_no_school_is_named_outside_identity(aftermath: Aftermath) -> None:
    places = list(scanning.in_topics(aftermath.messages()))
    places += scanning.in_documents(aftermath.documents("statistics", "reporting"))
    assert scanning.found(aftermath.private, places) == []
    own = scanning.in_documents(aftermath.documents("identity"))
    assert scanning.found({"the school's name": aftermath.private["the school's name"]}, own), "where it belongs"


def test_identity_keeps_nothing_that_is_on_a_ballot(aftermath: Aftermath) -> None:
    own = [*scanning.in_documents(aftermath.documents("identity"))]
    own += scanning.in_oplog(aftermath.database, f"{aftermath.site.prefix}identity")
    assert scanning.found(aftermath.ballots, own) == []
    log = scanning.in_topics(aftermath.messages())
    assert scanning.found(aftermath.ballots, log), "where it belongs"


def test_every_record_beside_answers_carries_the_campaigns_day_and_no_header(aftermath: Aftermath) -> None:
    rows = [row for row in aftermath.messages() if row.topic == f"{aftermath.site.prefix}responses-v1"]
    today = int(datetime.now(UTC).timestamp() * 1000) // DAY_MS
    assert rows
    assert {row.timestamp % DAY_MS for row in rows} == {0}
    assert {row.timestamp // DAY_MS for row in rows} <= {today - 1, today}, "the day of the campaign's opening"
    assert {row.headers for row in rows} == {()}
