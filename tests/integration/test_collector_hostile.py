"""Whatever is asked of a running collector is answered in words: 2xx, 3xx, 4xx or 503, and never a stack trace."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok

from support.ballots import Signer, a_session
from support.collecting import Collector, Topics, make_topics, running_collector
from support.headers import lacking
from support.parts import KafkaPart

pytestmark = pytest.mark.integration
WELL = {*range(200, 500), 503}
ODD = ("%00", "%ED%A0%80", "..%2f..%2fetc%2fpasswd", "a" * 900, "%24where", "")


@pytest.fixture(scope="module")
def signer() -> Signer:
    return a_session(groups=("teacher",))


@pytest.fixture(scope="module")
def place(broker: KafkaPart) -> Topics:
    return make_topics(broker.bootstrap)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("collector") / "log"


@pytest.fixture(scope="module")
def collector(place: Topics, signer: Signer, log: Path) -> Iterator[Collector]:
    place.publish(signer.message)
    with log.open("wb") as said, running_collector(place, log=said) as running:
        running.wait_for(signer.message.session)
        yield running


def test_no_request_that_its_description_allows_or_forbids_makes_it_fail(collector: Collector, log: Path) -> None:
    schema = schemathesis.openapi.from_url(f"{collector.origin}/openapi.json")
    failures: list[tuple[str, int, str]] = []

    def check(case: Any) -> None:
        reply = case.call()
        kind = "".join(reply.headers.get("content-type", [""]))
        refused = reply.status_code >= 400
        if reply.status_code not in WELL or "Traceback" in reply.text or (refused and "problem+json" not in kind):
            failures.append((case.operation.label, reply.status_code, kind))

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        for strategy in (found.ok().as_strategy(), _negative(found.ok())):
            trial = given(case=strategy)(check)
            settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))(trial)()
    assert failures == []
    assert "Traceback" not in log.read_text("utf-8")


def _negative(operation: Any) -> Any:
    return operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)


def test_a_response_bent_in_every_member_is_refused_and_named(collector: Collector, signer: Signer) -> None:
    good = signer.response("teacher")
    bent: tuple[Any, ...] = (None, True, 1.5, -1, 2**70, "", "\x00", "x" * 3000, [], [[]], {}, {"$gt": ""}, {"A1": {}})
    for member in (*good, "extra"):
        for value in bent:
            if good.get(member) != value:
                answer = collector.send({**good, member: value})
                fine = member in ("padding", "language", "background", "answers") and answer.status == 202
                assert fine or 400 <= answer.status < 500, (member, value, answer.status)
                assert b"Traceback" not in answer.body
    for body in (
        b"[" * 32_000,
        b'{"a":' * 6_000,
        b"NaN",
        b'{"session": "\\ud800"}',
        b"\xff",
        b'{"a":1}' * 2,
        b"1" * 9_000,
    ):
        assert 400 <= collector.send(body).status < 500, body[:20]
    assert collector.send(good).status == 202, "and it still takes what is right"


def test_no_address_makes_it_fail_and_every_answer_carries_the_headers(collector: Collector, signer: Signer) -> None:
    session = signer.message.session
    paths = [
        "/",
        "/docs",
        "/preview",
        "/openapi.json",
        "/nowhere",
        f"/v1/sessions/{session}/questionnaire",
        "/static/x",
    ]
    paths += [f"/v1/sessions/{odd}/questionnaire" for odd in ODD]
    paths += [f"/{page}?lang={odd}&level={odd}&group={odd}" for odd in ODD for page in ("", "preview", "docs")]
    for path in paths:
        answer = collector.get(path)
        assert answer.status in WELL, (path, answer.status)
        assert lacking(answer.headers) == [], path[:60]
        assert "Set-Cookie" not in answer.headers, path
    for method in ("TRACE", "PUT", "DELETE", "PATCH", "CONNECTED"):
        answer = collector.ask(method, "/v1/responses", json.dumps(signer.response("teacher")).encode())
        assert answer.status in (404, 405, 501), method
        assert lacking(answer.headers) == [], method
