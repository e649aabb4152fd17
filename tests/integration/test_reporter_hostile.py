"""Whatever is asked of the reporter is answered in words: 2xx, 3xx, 4xx or 503, and never a stack trace."""

import base64
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok

from support import reporter_world as world
from support.access import routes
from support.parts import MongoPart
from support.reporting import Reporter, running_reporter

pytestmark = pytest.mark.integration
WELL = {*range(200, 500), 503}
ODD = ("%00", "%ED%A0%80", "..%2f..%2fetc", "a" * 3000, "%24where", "²", "9" * 400, "%3Cscript%3E")


@pytest.fixture(scope="module")
def reporter(database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reporter]:
    with running_reporter(database, tmp_path_factory.mktemp("reporter"), _few) as running:
        yield running


def _few(statistics: Any) -> None:
    """The world without its largest sessions: what is asked here is how it refuses."""
    world.fill(statistics)
    statistics["snapshots"].delete_many({"n": {"$gt": 10}})


def test_no_request_that_its_description_allows_or_forbids_makes_it_fail(reporter: Reporter) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", reporter.app)
    failures: list[tuple[str, int, str]] = []
    bearer = reporter.bearer()

    def check(case: Any) -> None:
        reply = case.call(headers=bearer)
        if reply.status_code not in WELL or b"Traceback" in reply.content:
            failures.append((case.operation.label, reply.status_code, str(reply.content[:200])))

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        negative = schemathesis.GenerationMode.NEGATIVE
        operation = found.ok()
        strategies = [operation.as_strategy()]
        if operation.query or operation.body:  # any text may stand in a path: it is asked for all the same above
            strategies.append(operation.as_strategy(generation_mode=negative))
        for strategy in strategies:
            trial = given(case=strategy)(check)
            settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))(trial)()
    assert failures == []


def test_no_address_query_header_or_grant_makes_it_fail(reporter: Reporter) -> None:
    own, bearer = reporter.signed_on(), reporter.bearer()
    for (method, rule), word in product(sorted(routes(reporter.app)), ODD):
        if rule == "/sign-out":
            continue
        own_place = rule.replace("{school}", world.SCHOOL).replace("{session}", "SESS44C4")
        for path in {own_place, re.sub(r"{\w+}", word, rule)}:
            names = ("lang", "level", "group", "region", "campaign", "area", "sort", "groups", "page", "made_up")
            query = "&".join(f"{name}={word}" for name in names)
            for asked in (path, f"{path}?{query}", *(f"{path}?{name}={word}" for name in names[:3])):
                reply = own.open(asked, method=method, data={"grant": word, "step": word} if method == "POST" else None)
                assert reply.status_code in WELL, (method, asked[:90], reply.status_code)
                assert b"<script>" not in reply.data, asked[:90]
    deep = base64.urlsafe_b64encode(b"[" * 4000).decode()
    for token in (deep, f"{deep}.{deep}.{deep}", "", ".", "é", "\x01", "A" * 7000, bearer["Authorization"][:-4]):
        for path in ("/me", f"/v1/schools/{world.SCHOOL}/sessions/SESS44C4/report"):
            for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"guzgu-reporter={token}"}):
                assert reporter.visitor().get(path, headers=headers).status_code == 401, token[:20]
        assert reporter.visitor().post("/signon", data={"grant": token}).status_code in (403, 422), token[:20]


BODIES = (
    *(b"[" * 15_000, b'{"a":' * 3_000, b'{"revision": NaN}', b'{"revision": ' + b"9" * 6_000 + b"}", b"\xff", b"null"),
    *(b'{"revision": 0, "steps": [{"item": "\\ud800"}]}', b'{"revision": 1e400, "steps": []}', b'{"steps": {}}'),
    *(b'{"revision": 9223372036854775808, "steps": []}', b'{"revision": -1, "steps": [[]]}', b'{"revision": true}'),
    b'{"revision": 0, "steps": [{"item": {"$gt": ""}, "goal": 1, "owner": null, "due": []}]}',
)
TYPED = ("", "²", "9" * 5_000, "9" * 25, "-1", "0001-01-01", "9999-99-99", "a\x00b", "<script>x", "$where", "x" * 9_000)


def test_nothing_that_is_sent_as_a_plan_makes_it_fail(reporter: Reporter) -> None:
    path = f"/v1/schools/{world.SCHOOL}/sessions/SESS44C4/plan"
    for body in BODIES:
        reply = reporter.visitor().put(path, data=body, content_type="application/json", headers=reporter.bearer())
        assert reply.status_code in (400, 409, 413, 422), (body[:40], reply.status_code)
    own = reporter.signed_on()
    page = own.get(path).text
    usual = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    names = {*re.findall(r'name="([^"]+)"', page.partition("<main")[2])} - {"token", "viewport"}
    assert {"token", "revision"} <= set(usual)
    first = sorted(name for name in names if not re.search(r"-[1-9]\d*$", name))
    assert len(first) > 4
    for name, text in product(first, TYPED):
        reply = own.post(path, data={**dict.fromkeys(names, ""), **usual, name: text})
        assert reply.status_code in WELL, (name, text[:30], reply.status_code)
        assert b"<script>x" not in reply.data, name
