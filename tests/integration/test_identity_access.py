"""Every route of identity, asked as every role: docs/access.md says what comes back, and misses no route."""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contracts.ballots import b64
from identity import codes
from identity.building import build_app
from support.access import Door, doors, outcome, routes
from support.headers import lacking
from support.identity import REGISTER, House, house
from support.identity_staff import PASSWORD, Staff, staffed
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration
INTERFACE, PAGES = doors("Identity: interface"), doors("Identity: pages")
NAMES = {"nobody": "visitor", "of another school": "neighbour"}
BOUND = ("sessions", "campaigns", "schools", "codes", "participation_codes", "keys", "outbox", "staff")


@pytest.fixture(scope="module")
def home(broker: KafkaPart, database: MongoPart) -> Iterator[House]:
    with house(broker, database) as made:
        yield made


@pytest.fixture(scope="module")
def people(home: House) -> Staff:
    return staffed(home)


def places(people: Staff) -> dict[str, str]:
    """What the addresses name: things of the coordinator's school."""
    return {
        "session": people.session,
        "school": people.school,
        "campaign": people.campaign,
        "group": "teacher",
        "act": "close",
        "user": "analyst",
        "key": "office",
        "deed": "end",
        "change": "remove",
        "arrival": people.arrival,
    }


def bodies(people: Staff) -> dict[str, dict[str, Any]]:
    """A body that every route of the interface understands, by rule."""
    soon, late = f"{people.day(1)}T00:00:00Z", f"{people.day(5)}T00:00:00Z"
    campaign = {"campaign": "winter", "names": {"en": "Winter", "az": "Qış"}, "opens": soon, "closes": late}
    wish = {"campaign": people.campaign, "level": "primary", "closes": late, "groups": {"teacher": {}}}
    unknown = {"session": "2345679A", "group": "teacher", "code": "23456789A"[:-1] + "Z", "blinded": b64(bytes(256))}
    return {
        "/v1/ballots": {**unknown, "session": codes.make(codes.SESSION, lambda size: bytes(range(size)))},
        "/v1/tokens": {"user": "unknown", "password": "wrong", "totp": "000000"},
        "/v1/invitations": {"invitation": "2345-6789-ABCD-EFGH", "user": "someone", "password": PASSWORD},
        "/v1/api-keys": {"name": "another"},
        "/v1/campaigns": campaign,
        "/v1/schools/endings": {"ended": ["001", "001"]},
        "/v1/sessions": wish,
        "/v1/sessions/{session}/extend": {"closes": late},
        "/v1/sessions/{session}/slips": {"group": "teacher", "count": 1},
        "/v1/sessions/{session}/slip-cap": {"group": "teacher", "cap": 900},
        "/v1/sessions/{session}/sharing": {"shared": False},
        "/v1/grants": {"purpose": "reporter", "session": people.session},
    }


def forms(people: Staff) -> dict[str, dict[str, Any]]:
    """What is typed into the form behind every POST of a page, by rule."""
    day = {"closes-day": people.day(4), "closes-time": "18:00"}
    names = {"name-az": "Yaz", "name-en": "Spring"}
    return {
        "/sign-in": {"user": "unknown", "password": "wrong", "code": "000000"},
        "/join": {"invitation": "2345-6789-ABCD-EFGH", "user": "x", "password": PASSWORD, "again": PASSWORD},
        "/campaigns/new": {"campaign": "spring", "opens": people.day(1), "closes": people.day(9), **names},
        "/campaigns/{campaign}/close": {"word": "no"},
        "/keys": {"name": "third"},
        "/keys/{key}/{change}": {"word": "no"},
        "/people": {"user": "someone", "role": "analyst"},
        "/people/{user}/{deed}": {"word": "no"},
        "/schools/imports/{arrival}": {"act": "drop"},
        "/schools/{school}/edit": {"name": ""},
        "/schools/{school}/end": {"fate": "closed", "word": "no"},
        "/schools/invitations": {"which": "every"},
        "/schools/import": {"register": (BytesIO(REGISTER.encode()), "register.csv", "text/csv")},
        "/sessions/new": {"campaign": people.campaign, "level": "primary", "group": "teacher", **day},
        "/sessions/{session}/slips/{group}": {"count": "1"},
        "/sessions/{session}/share": {"word": "no"},
        "/handover": {"word": "no"},
        "/schools/{school}/sessions/{session}/cap": {"group": "teacher", "cap": "900"},
        "/sessions/{session}/extend": day,
        "/sessions/{session}/{act}": {"word": "no"},
    }


def asked(people: Staff, door: Door, role: str) -> TestResponse:
    """A role at a route of the interface."""
    page, path, headers = people.house.client(), door.at(places(people)), people.bearer(NAMES.get(role, role))
    if door.method == "GET":
        return page.get(path, headers=headers)
    if door.rule == "/v1/schools/import":
        return page.post(path, data=REGISTER.encode(), content_type="text/csv", headers=headers)
    body = bodies(people).get(door.rule)
    return page.post(path, json=body, headers=headers) if body else page.post(path, headers=headers)


def form_token(page: FlaskClient) -> str:
    """The token that this browser's forms carry."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.get("/sign-in").text)
    assert found
    return found[1]


def visited(people: Staff, door: Door, role: str, token: bool = True) -> TestResponse:
    """A role at a page."""
    page, path = people.pages[NAMES.get(role, role)], door.at(places(people))
    if door.method == "GET":
        return page.get(path)
    if door.rule == "/sign-out":  # the others are to stay signed in
        page = people.house.client()
    typed = forms(people).get(door.rule, {})
    sent = {"csrf_token": form_token(page)} if token else {}
    return page.post(path, data={**typed, **sent}, content_type="multipart/form-data")


def kept(home: House) -> dict[str, list[Any]]:
    """Everything that somebody could have changed, mistakes at sign-in apart."""

    def shown(row: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name not in ("mistakes", "wait_until", "last_step")}

    return {name: [shown(row) for row in home.desk.place[name].find(sort=[("_id", 1)])] for name in BOUND}


def test_the_page_lists_every_route_and_no_other(home: House) -> None:
    listed = {(door.method, door.rule) for door in (*INTERFACE, *PAGES)}
    assert routes(home.app) - listed == set(), "add these to docs/access.md"
    assert listed - routes(home.app) == set(), "these are no routes any more"


def test_everybody_who_may_not_is_refused_as_the_page_says_and_changes_nothing(home: House, people: Staff) -> None:
    before = kept(home)
    wrong = []
    for door, ask in [*((door, asked) for door in INTERFACE), *((door, visited) for door in PAGES)]:
        for role, expected in door.roles.items():
            if expected not in ("yes", "-") and (found := outcome(ask(people, door, role))) != expected:
                wrong.append((door.method, door.rule, role, expected, found))
    assert wrong == []
    assert kept(home) == before


def test_a_form_that_we_did_not_give_to_this_browser_is_refused_to_everybody(home: House, people: Staff) -> None:
    before = kept(home)
    for door in PAGES:
        if door.method == "POST":
            for role in ("nobody", "officer", "coordinator"):
                assert visited(people, door, role, token=False).status_code == 403, (door.rule, role)
    strange = people.house.client().post("/keys", data={"csrf_token": form_token(people.pages["officer"]), "name": "x"})
    assert strange.status_code == 403, "another browser's token"
    assert kept(home) == before


def test_every_answer_carries_the_headers_and_what_is_staffs_stays_in_no_cache(people: Staff) -> None:
    public = {"/.well-known/jwks.json", "/openapi.json", "/v1/manifest", "/v1/sessions/{session}/keys"}
    for door, ask in [*((door, asked) for door in INTERFACE), *((door, visited) for door in PAGES)]:
        if door.method == "GET":
            for role in ("nobody", "officer", "coordinator"):
                reply = ask(people, door, role)
                assert lacking(dict(reply.headers)) == [], (door.rule, role)
                if door.rule not in public:
                    assert reply.headers["Cache-Control"] == "no-store", door.rule
    for path in ("/nowhere", "/v1/nowhere", "/static/look/none.css", "/livez"):
        assert lacking(dict(people.house.client().get(path).headers)) == [], path


def test_over_https_cookies_are_bound_to_this_host_and_browsers_stay_on_https(home: House) -> None:
    desk = replace(home.desk, settings=replace(home.settings, identity_origin="https://codes.example.org"))
    answer = build_app(desk).test_client().get("/sign-in?lang=en")
    session, lang = sorted(answer.headers.getlist("Set-Cookie"))
    assert session.startswith("__Host-")
    for word in ("Secure", "HttpOnly", "SameSite=Lax"):
        assert word in session
        assert word in lang
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]


def test_everybody_who_may_gets_through(people: Staff) -> None:
    wrong = []
    for door, ask in [*((door, asked) for door in INTERFACE), *((door, visited) for door in PAGES)]:
        for role, expected in door.roles.items():
            if expected == "yes" and (found := outcome(ask(people, door, role))) != "yes":
                if (door.rule, found) == ("/v1/ballots", "404"):
                    continue  # an unknown slip, which is what anybody hears who has none
                wrong.append((door.method, door.rule, role, found))
    assert wrong == []


def test_a_key_for_data_gets_a_grant_as_an_analyst_and_nothing_else(home: House, people: Staff) -> None:
    asked = {"json": {"purpose": "reporter"}, "headers": people.bearer("data-key")}
    given = home.client().post("/v1/grants", **asked)
    assert given.json is not None
    claims = jwt.decode(given.json["grant"], options={"verify_signature": False})
    assert (claims["role"], claims["scope"], claims["school"], claims["shared"]) == ("analyst", {}, None, [])
    assert home.client().post("/v1/grants", **{**asked, "headers": people.bearer("api-key")}).status_code == 403
