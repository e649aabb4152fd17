"""The ministry's pages over HTTP: who gets in, what each scope sees, and that the public never gets more."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from flask.testing import FlaskClient

from reporter.files.printing import Printer
from support import nation_world
from support.parts import MongoPart
from support.reading import Tables
from support.reporting import Reporter, running_reporter

pytestmark = pytest.mark.integration
PAGES = ("/national", "/national/where", "/national/spread", "/national/quality", "/national.pdf")
NAMED = {"school": None, "school_name": None}


@pytest.fixture(scope="module")
def reporter(database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reporter]:
    printed = mock.patch.object(Printer, "pdf", lambda self, html: html.encode())  # printing has a test of its own
    with printed, running_reporter(database, tmp_path_factory.mktemp("ministry"), nation_world.fill) as running:
        yield running


@pytest.fixture(scope="module")
def officer(reporter: Reporter) -> FlaskClient:
    return reporter.signed_on(role="officer", **NAMED)


def agency(reporter: Reporter, **scope: str) -> FlaskClient:
    return reporter.signed_on(role="agency", scope=scope, **NAMED)


def tables(client: FlaskClient, path: str) -> dict[str, list[list[str]]]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return Tables(answer.text).rows


def class_of(level: str, group: str, cls: str) -> dict[str, Any]:
    documents = nation_world.an_edition()
    cell = next(one for one in documents if one["_id"].endswith(f"/{level}/{group}") and one["kind"] == "cell")
    found: dict[str, Any] = cell["classes"][cls]
    return found


def test_only_ministry_roles_get_in(reporter: Reporter, officer: FlaskClient) -> None:
    for path in PAGES:
        assert reporter.visitor().get(path).status_code == 401, path
        assert reporter.signed_on().get(path).status_code == 404, path
        assert agency(reporter).get(path).status_code == 404, path
        for role in ("officer", "analyst", "auditor"):
            assert reporter.signed_on(role=role, **NAMED).get(path).status_code == 200, (role, path)
        assert officer.get(f"{path}?campaign=unknown").status_code == 404
        assert officer.get(f"{path}?school=x").status_code == 422


def test_the_glance_shows_every_figure_of_the_edition_with_its_interval(officer: FlaskClient) -> None:
    for level in ("all", "upper-secondary"):
        rows = tables(officer, f"/national?lang=en&level={level}")["national-table"]
        areas = class_of(level, "student", "all")["areas"]
        column = rows[0].index("Students")
        shown = {row[0]: row[column] for row in rows[1:] if "%" in row[column]}
        assert len(shown) == len(areas)
        texts = {
            f"{100 * one['share']:.0f}% {100 * one['low']:.0f}% to {100 * one['high']:.0f}%" for one in areas.values()
        }
        assert set(shown.values()) == texts


def test_a_change_a_map_and_recommendations_stand_on_the_page(officer: FlaskClient) -> None:
    page = officer.get("/national?lang=en").text
    found = Tables(page).rows
    assert [row[0] for row in found["clear-changes"][1:]] == [
        "Infrastructure and equipment",
        "Continuing professional development",
        "Assessment practices",
    ]
    assert len(found["changes"]) > len(found["clear-changes"])
    assert len(found["map-table"]) == 1 + len(nation_world.REGIONS)
    assert "Nakhchivan: not shown" in page
    assert page.count('class="recommended-name"') >= 5
    earlier = officer.get(f"/national?lang=en&campaign={nation_world.EARLIER}").text
    assert "No campaign before to compare with" in earlier


def test_an_agency_of_a_level_gets_its_level_and_no_other(reporter: Reporter) -> None:
    client = agency(reporter, level="primary")
    for path in PAGES:
        assert client.get(f"{path}?level=primary").status_code == 200, path
        for level in ("lower-secondary", "all"):
            assert client.get(f"{path}?level={level}").status_code == 404, (path, level)
    rows = tables(client, "/national?lang=en")["national-table"]
    assert rows == tables(client, "/national?lang=en&level=primary")["national-table"]
    monitor = tables(client, "/me?lang=en")
    assert [row[0] for row in monitor["monitor-2"][1:]] == ["Primary education"]


def test_an_agency_of_a_region_gets_its_region_and_of_others_what_everybody_gets(reporter: Reporter) -> None:
    client = agency(reporter, region="Bakı")
    rows = tables(client, "/national?lang=en&level=primary")["national-table"]
    areas = class_of("primary", "student", "region:Bakı")["areas"]
    column = rows[0].index("Students")
    assert sorted(row[column].split()[0] for row in rows[1:] if "%" in row[column]) == sorted(
        f"{100 * one['share']:.0f}%" for one in areas.values()
    )
    where = tables(client, "/national/where?lang=en&level=primary&group=student&area=C")
    assert [row[0] for row in where["map-table"][1:]] == ["Baku"]
    page = client.get("/national/where?lang=en&level=primary&group=student&area=C").text
    assert "students: " in page.partition("<h1>")[2].partition("</h1>")[0]
    assert "At a single level your role sees its own region alone." in page
    every = tables(client, "/national/where?lang=en&group=student&area=C")
    assert len(every["map-table"]) == 1 + len(nation_world.REGIONS)
    assert [row[0] for row in tables(client, "/me?lang=en")["monitor-1"][1:]] == ["Baku"]
    quality = tables(client, "/national/quality?lang=en&level=primary")
    assert {row[0] for row in quality.get("measures-regions", [])[1:]} <= {"Baku"}


def test_the_public_gets_no_class_of_a_breakdown_at_a_single_level(reporter: Reporter, officer: FlaskClient) -> None:
    public = reporter.visitor()
    figures: list[Any] = []
    for client in (public, reporter.signed_on()):
        document = client.get("/v1/national").json
        assert document is not None
        figures = document["figures"]
        assert all("all" in (row["level"], row["class"]) for row in document["figures"])
        assert client.get("/v1/national?level=primary&region=Bakı").json == {**document, "figures": [], "rows": 0}
    whole = officer.get("/v1/national").json
    assert whole is not None
    assert len(whole["figures"]) > len(figures)
    for level in ("primary", "upper-secondary"):
        page = public.get(f"/?lang=en&level={level}").text
        assert not any(name.startswith(("breakdown-", "map-")) for name in Tables(page).rows)
        assert "Karabakh" not in page
        assert officer.get(f"/?lang=en&level={level}").text.count("Karabakh") == 0
    assert len(Tables(public.get("/?lang=en").text).rows["map-table"]) == 1 + len(nation_world.REGIONS)


def test_a_ready_page_of_one_scope_is_not_handed_to_another(reporter: Reporter, officer: FlaskClient) -> None:
    path = "/national?lang=az&level=primary"
    people = [officer, agency(reporter, level="primary"), agency(reporter, region="Bakı")]
    answers = [client.get(path) for client in people]
    assert len({answer.headers["ETag"] for answer in answers}) == len(people)
    for client, answer in zip(people, answers, strict=True):
        assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
        assert answer.headers["Cache-Control"].startswith("private")


def test_the_monitor_counts_the_sessions_of_the_released_collection(officer: FlaskClient) -> None:
    rows = tables(officer, "/me?lang=en")["monitor-1"]
    opened = {row[0]: int(row[2]) for row in rows[1:]}
    expected: dict[str, int] = {}
    for found in nation_world.sessions():
        expected[found["region"]] = expected.get(found["region"], 0) + 1
    assert opened["Karabakh"] == expected["Qarabağ"]
    assert opened["Nakhchivan"] == 0
    assert "3 of 14 regions need help" in officer.get("/me?lang=en").text


def test_the_spread_of_schools_is_that_of_the_distribution(officer: FlaskClient) -> None:
    rows = tables(officer, "/national/spread?lang=en&level=primary")["spread-student"]
    bands = next(one for one in nation_world.an_edition() if one["_id"].endswith("/benchmark/primary/student"))
    counts = sorted(sum(one["schools"] for one in found) for found in bands["distribution"].values())
    assert sorted(int(row[2]) for row in rows[1:]) == counts


def test_no_page_names_a_school(officer: FlaskClient) -> None:
    names = {found["school"] for found in nation_world.sessions()}
    for path in (*PAGES, "/me"):
        text = officer.get(path).text
        assert not [name for name in names if name in text], path
