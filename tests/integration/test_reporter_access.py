"""Every route of the reporter, asked as every role: docs/access.md says what comes back, and misses no route."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from support import reporter_world as world
from support.access import Door, doors, outcome, routes
from support.headers import lacking
from support.parts import MongoPart
from support.reporting import Reporter, running_reporter

pytestmark = pytest.mark.integration
DOORS = doors("Reporter")
SHARED, OTHER = "SESS55D5", "SESS33B3"  # the first has no answer yet: who may, not what there is to see
NOWHERE = {"level": "primary"}


@pytest.fixture(scope="module")
def reporter(database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reporter]:
    with running_reporter(database, tmp_path_factory.mktemp("reporter")) as running:
        yield running


@pytest.fixture(scope="module")
def people(reporter: Reporter) -> dict[str, FlaskClient]:
    elsewhere = {"school": world.OTHER_SCHOOL, "school_name": "Another"}
    return {
        "nobody": reporter.visitor(),
        "coordinator": reporter.signed_on(),
        "of another school": reporter.signed_on(**elsewhere),
        "officer, shared": reporter.signed_on(role="officer", shared=[SHARED]),
        "officer, not shared": reporter.signed_on(role="officer", shared=[OTHER]),
        "agency elsewhere": reporter.signed_on(role="agency", scope=NOWHERE, shared=[SHARED]),
    }


def door_of(method: str, rule: str) -> Door | None:
    """The row that a route belongs to."""
    fitting = [
        door
        for door in DOORS
        if door.method == method and (door.rule == rule or (door.rule[-1] == "…" and rule.startswith(door.rule[:-1])))
    ]
    return fitting[0] if len(fitting) == 1 else None


def test_the_page_lists_every_route(reporter: Reporter) -> None:
    assert [route for route in sorted(routes(reporter.app)) if door_of(*route) is None] == [], "add to docs/access.md"


def test_every_role_gets_on_every_route_what_the_page_says(reporter: Reporter, people: dict[str, FlaskClient]) -> None:
    wrong, seen = [], 0
    places = {"school": world.SCHOOL, "session": SHARED, "campaign": world.CAMPAIGN, "edition": "3"}
    for method, rule in sorted(routes(reporter.app)):
        door = door_of(method, rule)
        assert door is not None
        places |= {"name": "figures.csv", "table": "figures"}
        for role, expected in door.roles.items():
            page = reporter.visitor() if rule == "/sign-out" else people[role]  # the others stay signed on
            path = rule
            for name, value in places.items():
                path = path.replace(f"{{{name}}}", value)
            reply = page.open(path, method=method, data={"grant": "made.up.here"} if rule == "/signon" else None)
            found = outcome(reply)
            seen += 1
            if found != expected and not (expected == "no" and found in ("401", "403", "404")):
                wrong.append((method, rule, role, expected, found))
    assert wrong == []
    assert seen > 60


def test_what_is_another_schools_cannot_be_told_from_what_is_not_there(
    reporter: Reporter, people: dict[str, FlaskClient]
) -> None:
    for method, rule in sorted(routes(reporter.app)):
        if "{session}" not in rule or method != "GET":
            continue
        bodies = set()
        for school, session in ((world.SCHOOL, SHARED), (world.SCHOOL, "NOWHERE2"), ("ABCDEFGHJKMN9", "NOWHERE2")):
            path = rule.replace("{school}", school).replace("{session}", session)
            for way in ("GET", "HEAD"):
                reply = people["of another school"].open(f"{path}?lang=en", method=way)
                assert reply.status_code == 404, (path, way)
            text = people["of another school"].get(f"{path}?lang=en").text
            bodies.add(text.replace(school, "").replace(session, ""))
        assert len(bodies) == 1, rule


def test_every_answer_carries_the_headers_and_private_pages_are_kept_by_nobody_in_between(
    reporter: Reporter, people: dict[str, FlaskClient]
) -> None:
    for method, rule in sorted(routes(reporter.app) | {("GET", "/nowhere"), ("GET", "/static/look/../x")}):
        path = rule.replace("{school}", world.SCHOOL).replace("{session}", SHARED)
        for role in ("nobody", "coordinator"):
            page = reporter.visitor() if rule == "/sign-out" else people[role]
            reply = page.open(path, method=method)
            assert lacking(dict(reply.headers)) == [], (role, path)
            if "{school}" in rule or rule in ("/me", "/signon", "/sign-out"):
                caching = reply.headers.get("Cache-Control", "no-store" if reply.status_code >= 400 else "")
                assert "private" in caching or "no-store" in caching, (role, path, caching)


def test_over_https_the_cookie_is_bound_to_this_host_and_browsers_stay_on_https(
    database: MongoPart, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("secure")
    with running_reporter(database, folder, lambda statistics: None, "https://reports.example.org") as secure:
        answer = secure.visitor().post("/signon", data={"grant": secure.signer.grant(world.now())})
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-")
        assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        assert "Domain" not in cookie
        assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]
