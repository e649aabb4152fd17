"""The collector on a real broker, over HTTP: every status, in the published order, and what lands in the log."""

import http.client
import json
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from collector import metrics, page
from contracts import ballots, topics
from contracts.codec import decode
from contracts.messages import ResponseSubmitted, SchoolSession
from support.ballots import Signer, a_session
from support.collecting import Collector, Topics, make_topics, running_collector, until
from support.parts import KafkaPart

pytestmark = pytest.mark.integration
PAGES = ("/", "/docs", "/preview", "/preview?level=primary&lang=az")
CHANGING = 'collector_responses_total{outcome="%s",reason="%s"}'


@pytest.fixture(scope="module")
def place(broker: KafkaPart) -> Topics:
    return make_topics(broker.bootstrap)


@pytest.fixture(scope="module")
def signer() -> Signer:
    return a_session(
        groups=("student", "teacher"), own=({"az": "Kitabxanamız rahatdır.", "en": "Our library is cosy."},)
    )


@pytest.fixture(scope="module")
def collector(place: Topics, signer: Signer) -> Iterator[Collector]:
    place.publish(signer.message)
    with running_collector(place) as running:
        running.wait_for(signer.message.session)
        yield running


def published(place: Topics, collector: Collector, signer: Signer) -> Signer:
    place.publish(signer.message)
    collector.wait_for(signer.message.session)
    return signer


def revise(place: Topics, message: SchoolSession, **changes: object) -> None:
    table = replace(message.timetable, revision=message.timetable.revision + 1, **changes)  # type: ignore[arg-type]
    place.publish(replace(message, timetable=table))


class Moved:
    """The one counter of responses that moved while the block ran."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def __enter__(self) -> "Moved":
        self._before = self._collector.counters()
        return self

    def __exit__(self, *_: object) -> None:
        after = self._collector.counters()
        self.moved = {
            name: after[name] - self._before.get(name, 0.0)
            for name in after
            if name.startswith("collector_responses_total") and after[name] != self._before.get(name, 0.0)
        }


def test_a_response_is_acknowledged_and_lands_as_the_contract_says(
    collector: Collector, place: Topics, signer: Signer
) -> None:
    body = signer.response("teacher", background={"years": "3-5", "barriers": ["time", "money"]}, padding="x" * 5000)
    with Moved(collector) as change:
        answer = collector.send(body)
    assert (answer.status, answer.headers["Content-Type"]) == (202, "application/json")
    assert change.moved.keys() <= {CHANGING % ("accepted", "acknowledged")}
    expected = ballots.response_id(body["key_id"], ballots.unb64(body["ballot"]))
    assert answer.json == {"receipt": expected}
    record = next(row for row in place.records(signer.message.school) if expected.encode() in row.value)
    assert record.partition == topics.partition(signer.message.school)
    assert record.timestamp % 86_400_000 == 0
    assert record.timestamp == int(_midnight(signer.message)) * 1000
    assert record.headers in ([], ())
    assert b"xxxxx" not in record.value
    assert b'"language"' not in record.value
    message = decode(record.value)
    assert isinstance(message, ResponseSubmitted)
    assert (message.response_id, message.answers) == (expected, body["answers"])
    assert message.background == {"years": "3-5", "barriers": ("money", "time")}


def _midnight(message: SchoolSession) -> float:
    from datetime import UTC, datetime, time

    return datetime.combine(message.day, time(), UTC).timestamp()


def test_the_same_ballot_again_is_202_again_with_the_same_receipt(
    collector: Collector, place: Topics, signer: Signer
) -> None:
    body = signer.response("student")
    first, second = collector.send(body), collector.send(body)
    assert (first.status, second.status) == (202, 202)
    assert first.json == second.json
    ids = [decode(row.value).response_id for row in place.records(signer.message.school)]  # type: ignore[union-attr]
    assert ids.count(first.json["receipt"]) == 2


@pytest.mark.parametrize("size", [32_769, 2_000_000])
def test_a_body_that_is_too_large_is_413_even_for_clients_that_read_late(collector: Collector, size: int) -> None:
    with Moved(collector) as change:
        answer = collector.ask(
            "POST", "/v1/responses", b"x" * size, {"Content-Type": "text/plain", "Connection": "close"}
        )
    assert (answer.status, answer.json["title"]) == (413, "too-large")
    assert change.moved == {CHANGING % ("refused", "too-large"): 1.0}


def test_a_body_of_unknown_length_is_bounded_too(collector: Collector) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", collector.port, timeout=30)
    connection.request(
        "POST",
        "/v1/responses",
        iter([b"x" * 10_000] * 20),
        {"Content-Type": "application/json", "Transfer-Encoding": "chunked"},
        encode_chunked=True,
    )
    assert connection.getresponse().status == 413
    connection.close()


def test_a_response_of_exactly_the_largest_size_is_taken(collector: Collector, signer: Signer) -> None:
    body = signer.response("teacher")
    short = len(json.dumps(body).encode())
    body["padding"] = "x" * (32_768 - short)
    assert len(json.dumps(body).encode()) == 32_768
    assert collector.send(body).status == 202


def test_another_media_type_is_415_before_its_content_is_looked_at(collector: Collector) -> None:
    with Moved(collector) as change:
        answer = collector.send(b"{", "text/plain")
    assert (answer.status, answer.headers["Content-Type"]) == (415, "application/problem+json")
    assert change.moved == {CHANGING % ("refused", "media-type"): 1.0}
    assert collector.send(b"{", "application/json; charset=utf-8").status == 400


def test_what_is_no_json_object_is_400(collector: Collector) -> None:
    with Moved(collector) as change:
        assert collector.send(b"not json").status == 400
    assert change.moved == {CHANGING % ("refused", "not-json"): 1.0}
    assert collector.send(b"[1]").status == 400


def test_an_unknown_field_is_422_and_named(collector: Collector, signer: Signer) -> None:
    with Moved(collector) as change:
        answer = collector.send({**signer.response("teacher"), "name": "Aynur"})
    assert (answer.status, answer.json["errors"]) == (422, [{"pointer": "/name", "code": "unknown-field"}])
    assert change.moved == {CHANGING % ("refused", "shape"): 1.0}
    assert b"Aynur" not in answer.body


def test_an_unknown_session_is_404(collector: Collector, signer: Signer) -> None:
    with Moved(collector) as change:
        assert collector.send({**signer.response("teacher"), "session": "ZZZZZZZZ"}).status == 404
    assert change.moved == {CHANGING % ("refused", "unknown-session"): 1.0}


def test_a_session_that_is_not_yet_open_is_425(collector: Collector, place: Topics) -> None:
    later = published(place, collector, a_session(opens=timedelta(minutes=5)))
    with Moved(collector) as change:
        answer = collector.send(later.response())
    assert (answer.status, answer.json["title"]) == (425, "not-yet-open")
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert change.moved == {CHANGING % ("refused", "not-yet-open"): 1.0}


def test_a_session_that_closes_meanwhile_is_410(collector: Collector, place: Topics) -> None:
    ending = published(place, collector, a_session())
    body = ending.response()
    assert collector.send(body).status == 202
    revise(place, ending.message, closes=ending.message.timetable.opens, grace=0)
    until(lambda: collector.get(f"/v1/sessions/{ending.message.session}/questionnaire").json["state"] == "closed")
    with Moved(collector) as change:
        answer = collector.send(body)
    assert (answer.status, answer.json["title"]) == (410, "closed")
    assert change.moved == {CHANGING % ("refused", "closed"): 1.0}


def test_a_cancelled_session_is_410(collector: Collector, place: Topics) -> None:
    cancelled = published(place, collector, a_session(state="cancelled"))
    with Moved(collector) as change:
        assert collector.send(cancelled.response()).status == 410
    assert change.moved == {CHANGING % ("refused", "cancelled"): 1.0}


def test_a_key_of_another_group_is_401(collector: Collector, signer: Signer) -> None:
    with Moved(collector) as change:
        assert collector.send({**signer.response("student"), "group": "teacher"}).status == 401
    assert change.moved == {CHANGING % ("refused", "key"): 1.0}


def test_a_forged_signature_is_401(collector: Collector, signer: Signer) -> None:
    forged = {**signer.response("teacher"), "signature": signer.response("teacher")["signature"]}
    with Moved(collector) as change:
        assert collector.send(forged).status == 401
    assert change.moved == {CHANGING % ("refused", "signature"): 1.0}


def test_answer_six_is_422_and_names_the_item(collector: Collector, signer: Signer, place: Topics) -> None:
    body = signer.response("teacher", answers={"A1": 6})
    with Moved(collector) as change:
        answer = collector.send(body)
    assert (answer.status, answer.json["errors"]) == (422, [{"pointer": "/answers/A1", "code": "not-on-scale"}])
    assert change.moved == {CHANGING % ("refused", "content"): 1.0}
    assert collector.send({**body, "answers": {"A1": 5}}).status == 202, "a refusal spends nothing"


def test_a_session_of_an_unknown_questionnaire_is_503(collector: Collector, place: Topics) -> None:
    newer = a_session()
    newer = replace(newer, message=replace(newer.message, questionnaire="2099-1"))
    place.publish(newer.message)
    until(lambda: collector.get(f"/v1/sessions/{newer.message.session}/questionnaire").status == 503)
    with Moved(collector) as change:
        answer = collector.send(newer.response())
    assert (answer.status, "Retry-After" in answer.headers) == (503, True)
    assert change.moved == {CHANGING % ("unavailable", "unusable-session"): 1.0}


def test_five_identical_submissions_at_once_are_all_accepted(collector: Collector, signer: Signer) -> None:
    for _ in range(20):
        body = signer.response("teacher")
        with ThreadPoolExecutor(5) as pool:
            assert {answer.status for answer in pool.map(collector.send, [body] * 5)} == {202}


def test_the_questionnaire_holds_every_group_and_the_key_card(collector: Collector, signer: Signer) -> None:
    found = collector.get(f"/v1/sessions/{signer.message.session}/questionnaire?lang=en").json
    assert (found["version"], found["state"], found["language"]) == (signer.message.questionnaire, "open", "en")
    assert set(found["groups"]) == {"student", "teacher"}
    keys = {group: terms.spki for group, terms in signer.message.groups.items()}
    assert found["key_card"] == ballots.key_card(signer.message.session, keys)
    assert found["operators"] == {"codes": "the Ministry", "answers": "the Institute"}
    codes = [item["code"] for item in found["groups"]["student"]["items"]]
    assert codes == [item.code for item in signer.message.groups["student"].items]
    assert found["groups"]["student"]["items"][-1]["text"] == "Our library is cosy."
    assert all(item["text"] and item["area"] in found["texts"]["areas"] for item in found["groups"]["teacher"]["items"])
    assert "the Institute" in " ".join(found["texts"]["promise"]["student"])
    assert " 10 " in " ".join(found["texts"]["promise"]["student"])
    assert list(found["scale"]["agree"]) == ["1", "2", "3", "4", "5", "na", "pn"]


def test_the_questionnaire_speaks_the_language_asked_for(collector: Collector, signer: Signer) -> None:
    address = f"/v1/sessions/{signer.message.session}/questionnaire"
    assert collector.get(f"{address}?lang=az").json["scale"]["agree"]["5"] == "Tamamilə razıyam"
    assert collector.get(address, Accept_Language="en-GB,az;q=0.5").json["language"] == "en"
    assert collector.get(f"{address}?lang=xx").json["language"] == "az"


def test_the_questionnaire_is_ready_bytes_with_an_etag(collector: Collector, signer: Signer) -> None:
    address = f"/v1/sessions/{signer.message.session}/questionnaire?lang=az"
    first = collector.get(address, Accept_Encoding="gzip")
    assert (first.headers["Content-Encoding"], first.headers["Cache-Control"]) == ("gzip", "no-cache")
    again = collector.get(address, If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")


def test_an_unknown_session_has_no_questionnaire(collector: Collector) -> None:
    assert collector.get("/v1/sessions/ZZZZZZZZ/questionnaire").status == 404


def test_nothing_sets_a_cookie_and_everything_carries_the_policy(collector: Collector, signer: Signer) -> None:
    answers = [
        collector.send(signer.response("teacher")),
        collector.send(b"["),
        collector.get(f"/v1/sessions/{signer.message.session}/questionnaire"),
        *(collector.get(path) for path in ("/nowhere", "/openapi.json", "/worker.js", *PAGES)),
        *(collector.get(f"/page/{name}") for name in page.load().files),
    ]
    for answer in answers:
        assert "Set-Cookie" not in answer.headers
        policy = {rule.split()[0]: rule.split()[1:] for rule in answer.headers["Content-Security-Policy"].split(";")}
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
        assert policy["script-src"] == policy["style-src"] == policy["worker-src"] == ["'self'"]
        assert policy["connect-src"] == ["'self'", "http://127.0.0.1:1"]
        assert not [source for sources in policy.values() for source in sources if "unsafe" in source or "*" in source]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_a_script_or_a_style_or_names_another_site(collector: Collector, path: str) -> None:
    answer = collector.get(path)
    assert answer.status == 200
    text = answer.body.decode()
    assert re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)", text) is None
    addresses = re.findall(r"""(?:src|href|action)=["']([^"']+)""", text)
    assert len(addresses) > 3
    assert [each for each in addresses if not each.startswith(("/", "#", "?")) or each.startswith("//")] == []


def test_no_figure_carries_a_school_a_session_or_an_id(collector: Collector, signer: Signer) -> None:
    body = signer.response("teacher")
    receipt = collector.send(body).json["receipt"]
    figures = collector.get("/metrics").body.decode()
    secret = (signer.message.school, signer.message.session, receipt, body["key_id"], body["ballot"])
    assert not [text for text in secret if text in figures]


def test_a_client_cannot_make_up_labels(collector: Collector) -> None:
    assert collector.ask("MADEUP", "/made/up").status in (404, 405)
    figures = collector.get("/metrics").body.decode()
    assert "made" not in figures.lower()
    assert 'method="other"' in figures


def test_every_figure_is_explained(collector: Collector) -> None:
    lines = collector.get("/metrics").body.decode().splitlines()
    explained = {line.split(" ")[2] for line in lines if line.startswith("# HELP") and len(line.split(" ", 3)) == 4}
    names = {line.split(" ")[2] for line in lines if line.startswith("# TYPE")}
    assert names <= explained
    assert {CHANGING % (outcome, reason) for outcome, reasons in metrics.OUTCOMES.items() for reason in reasons} == {
        name for name in collector.counters() if name.startswith("collector_responses_total")
    }


def test_a_client_that_cuts_the_line_leaves_the_server_well(collector: Collector, signer: Signer) -> None:
    with socket.create_connection(("127.0.0.1", collector.port)) as line:
        line.sendall(
            b"POST /v1/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
        )
    assert collector.send(signer.response("teacher")).status == 202


def test_no_log_line_speaks_of_a_client_or_its_answers(place: Topics, signer: Signer, tmp_path: Path) -> None:
    said = tmp_path / "log"
    with said.open("wb") as log, running_collector(place, log=log, LOG_LEVEL="DEBUG") as collector:
        collector.wait_for(signer.message.session)
        body = signer.response("teacher")
        assert collector.send(body).status == 202
        assert collector.send({**body, "answers": {"A1": 9}}).status == 422
        assert collector.ask("GET", "/", headers={"User-Agent": "marked-browser"}).status in (200, 503)
        with socket.create_connection(("127.0.0.1", collector.port)) as line:
            line.sendall(b"GET / HTTP/1.1\r\nX-Bad\x00Header: marked-header\r\n\r\n")
            line.recv(1000)
    text = said.read_text()
    marks = ("127.0.0.1", "marked", body["ballot"], body["key_id"], signer.message.session, signer.message.school)
    assert [mark for mark in marks if mark in text] == []
