"""No way leads from one school to another's figures, and a grant leaves no trace that could be used again."""

import io
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from reporter.files.printing import Printer
from support import history_world
from support import reporter_world as world
from support.parts import MongoPart
from support.reporting import Reporter, running_reporter

pytestmark = pytest.mark.integration
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
HIDDEN = ("SESS66E6", "SESS88H8")
GUESSED = ("SESS66E6", "sess66e6", "SESS66E6/", "SESS66E7", "SESS66E6%00", "..%2fSESS66E6", "SESS66E6.json", "*", "{}")


@pytest.fixture(scope="module")
def reporter(database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reporter]:
    with mock.patch.object(Printer, "pdf", lambda self, html: html.encode()):
        with running_reporter(database, tmp_path_factory.mktemp("doors"), history_world.fill) as running:
            yield running


def rules(reporter: Reporter) -> list[str]:
    """Every rule that names a school, whatever its methods."""
    return sorted({rule.rule for rule in reporter.app.url_map.iter_rules() if "<school>" in rule.rule})


def body(method: str) -> dict[str, Any]:
    return {"json": {"revision": 0, "steps": []}} if method in ("PUT", "PATCH") else {}


def test_no_route_method_or_guess_opens_anothers_session_by_cookie_or_bearer(reporter: Reporter) -> None:
    browser, bearer = reporter.signed_on(), reporter.bearer()
    figures = {row["_id"]: row for row in reporter.statistics["snapshots"].find({"session": {"$in": list(HIDDEN)}})}
    assert figures
    opened = []
    for rule in rules(reporter):
        for school, session in [
            *((world.OTHER_SCHOOL, guess) for guess in GUESSED),
            *((world.SCHOOL, guess) for guess in GUESSED),
            (world.OTHER_SCHOOL, "SESS22A2"),
            (world.OTHER_SCHOOL.lower(), "SESS66E6"),
        ]:
            path = rule.replace("<school>", school).replace("<session>", session)
            for method in METHODS:
                for answer in (
                    browser.open(path, method=method, **body(method)),
                    reporter.visitor().open(path, method=method, headers=bearer, **body(method)),
                ):
                    tidied = answer.status_code == 308  # to the same place with one slash, whatever is there
                    if answer.status_code < 400 and method != "OPTIONS" and not tidied:
                        opened.append((method, path, answer.status_code))
    assert opened == []
    assert reporter.own["plans"].count_documents({"school": world.OTHER_SCHOOL}) == 0
    assert reporter.own["openings"].count_documents({"school": world.OTHER_SCHOOL}) == 0


def test_what_the_own_school_reads_names_nothing_of_another(reporter: Reporter) -> None:
    browser = reporter.signed_on()
    for rule in rules(reporter):
        text = browser.get(rule.replace("<school>", world.SCHOOL).replace("<session>", "SESS22A2") + "?lang=en").data
        for name in (world.OTHER_SCHOOL, *HIDDEN):
            assert name.encode() not in text, rule


def test_a_bearer_of_one_school_weighs_more_than_a_cookie_of_another(reporter: Reporter) -> None:
    other = reporter.signed_on(school=world.OTHER_SCHOOL, school_name="Another")
    path = f"/v1/schools/{world.OTHER_SCHOOL}/sessions/SESS66E6/report.json"
    assert other.get(path).status_code == 200
    assert other.get(path, headers=reporter.bearer()).status_code == 404


def test_a_grant_works_for_sixty_seconds_and_not_in_an_address(reporter: Reporter) -> None:
    young, old = (reporter.signer.grant(world.now() - timedelta(seconds=age)) for age in (50, 60))
    assert reporter.visitor().get(f"/signon?grant={young}").status_code == 405
    assert reporter.visitor().post(f"/signon?grant={young}").status_code == 422
    for path in ("/", "/me", f"/v1/schools/{world.SCHOOL}/sessions/SESS22A2/report"):
        assert "Set-Cookie" not in reporter.visitor().get(f"{path}?grant={young}").headers
    assert reporter.visitor().post("/signon", data={"grant": young}).status_code == 303
    assert reporter.visitor().post("/signon", data={"grant": old}).status_code == 403
    long_lived = reporter.signer.grant(world.now(), exp=int((world.now() + timedelta(hours=1)).timestamp()))
    assert reporter.visitor().post("/signon", data={"grant": long_lived}).status_code == 403


def test_no_page_redirect_or_log_line_holds_a_grant_or_a_session(reporter: Reporter) -> None:
    lines = io.StringIO()
    handler, root = logging.StreamHandler(lines), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        secrets: list[str] = []
        for claims in ({}, {"role": "nobody"}, {"exp": 1}):
            grant = reporter.signer.grant(world.now(), **claims)
            client = reporter.visitor()
            first = client.post("/signon", data={"grant": grant})
            again = client.post("/signon", data={"grant": grant})
            secrets += [grant, *(cookie.value for cookie in (client._cookies or {}).values())]
            pages = [client.get(path) for path in ("/me", f"/v1/schools/{world.SCHOOL}/sessions/SESS22A2/report")]
            for answer in (first, again, *pages):
                assert grant not in answer.headers.get("Location", "") + answer.text
                assert not re.search(r'(?:href|action|src)="[^"]*grant', answer.text)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert len(secrets) > 3
    assert [secret for secret in secrets if secret in lines.getvalue()] == []
    kept = str(list(reporter.own["grants"].find()))
    assert [secret for secret in secrets if secret in kept] == []
