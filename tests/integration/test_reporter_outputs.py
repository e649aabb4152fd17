"""Every route of the reporter says the same of every cell, and none of them tells a masked count."""

import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import openpyxl
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from contracts.questionnaire import bank
from reporter.files import exports
from reporter.files.printing import Printer
from reporter.pages.rendering import TEXTS
from reporter.store import Store
from support import band_world, history_world, solving
from support import reporter_world as world
from support.parts import MongoPart
from support.reading import NAMES, NOTHING, READERS, Cells, of_charts, of_json
from support.reporting import Reporter, running_reporter

pytestmark = pytest.mark.integration
SESSIONS = ("SESS22A2", "SESS33B3", "SESS44C4", "SESS99J9")
PLACES = range(solving.ANSWERS) if os.environ.get("GUZGU_TEST_FULL") == "1" else (0, 4)
SECRET = re.compile(rb'name="token" value="[^"]*"')


def fill(statistics: Any) -> None:
    """A school with a history, bands of others, and a vocational level with in-company trainers."""
    history_world.fill(statistics)
    band_world.finish(statistics)
    groups = {"leader": (12, 3, 0), "teacher": (60, 5, 1), "student": (90, 10, 1), "trainer": (20, 5, 0)}
    message = world.a_session("SESS99J9", level="vocational", groups=groups)
    statistics["sessions"].insert_one({"_id": "SESS99J9", "message": message})
    for group, n in (("leader", 9), ("teacher", 40), ("student", 61), ("trainer", 17)):
        statistics["snapshots"].insert_one(world.a_snapshot(message, group, n))


@pytest.fixture(scope="module", autouse=True)
def unprinted() -> Iterator[None]:
    """A print is read as the page that goes to the printing process; that one is tested by itself."""
    with mock.patch.object(Printer, "pdf", lambda self, html: html.encode()):
        yield


@pytest.fixture(scope="module")
def reporter(database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reporter]:
    with running_reporter(database, tmp_path_factory.mktemp("outputs"), fill) as running:
        yield running


def school_routes(app: Flask) -> dict[str, str]:
    """The rule of every GET route that names a school, by its endpoint."""
    rules = [rule for rule in app.url_map.iter_rules() if "<school>" in rule.rule and "GET" in (rule.methods or ())]
    return {rule.endpoint: rule.rule for rule in rules}


def path(rule: str, session: str, query: str = "lang=en") -> str:
    return rule.replace("<school>", world.SCHOOL).replace("<session>", session) + "?" + query


@pytest.mark.parametrize("session", SESSIONS)
def test_every_route_shows_the_same_masked_and_withheld_cells(reporter: Reporter, session: str) -> None:
    client, rules = reporter.signed_on(), school_routes(reporter.app)
    assert set(rules) == set(READERS), "say in READERS what a new route prints of an item's answers"
    answers = {endpoint: client.get(path(rule, session)) for endpoint, rule in rules.items()}
    assert {endpoint: answer.status_code for endpoint, answer in answers.items()} == dict.fromkeys(rules, 200)
    told = of_json(answers["report_json"])
    assert told
    for endpoint, readers in READERS.items():
        for read in readers:
            assert read(answers[endpoint]) == told, endpoint
    drawn = of_charts(answers["report"])
    assert set(drawn) == {place for place, cells in told.items() if cells != NOTHING}
    for place, cells in drawn.items():
        for seen, cell in zip(cells, told[place], strict=True):
            assert seen == cell or (seen is None and not isinstance(cell, int)), place


def test_the_world_of_these_tests_has_every_kind_of_cell(reporter: Reporter) -> None:
    rules = school_routes(reporter.app)
    told: list[Cells] = [of_json(reporter.signed_on().get(path(rules["report_json"], one))) for one in SESSIONS]
    every = [cell for cells in told for row in cells.values() for cell in row]
    assert {"masked", "≤5", "≤20"} <= {cell for cell in every if isinstance(cell, str)}
    assert None in every
    assert any(isinstance(cell, int) and cell % 5 for cell in every)


@pytest.mark.parametrize("session", SESSIONS)
def test_a_workbook_holds_what_the_page_says_and_counts_its_rows(reporter: Reporter, session: str) -> None:
    client, rules = reporter.signed_on(), school_routes(reporter.app)
    document = client.get(path(rules["report_json"], session)).json
    answer = client.get(path(rules["report_xlsx"], session))
    assert document is not None
    assert answer.headers["Content-Disposition"] == f'attachment; filename="report-{session}-en.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    for table, count in document["rows_by_table"].items():
        rows = list(book[TEXTS.get(f"sheet.name_{table}", "en")].iter_rows(values_only=True))
        assert rows[-1][:2] == (TEXTS.get("sheet.rows", "en"), count)
        assert len(rows) == count + 2
    items = [item for item in document["items"] if item["mean"] is not None]
    found = {(row[1], NAMES.get(str(row[2]))): row for row in book["Items"].iter_rows(values_only=True)}
    for item in items:
        row = found[item["code"], item["group"]]
        assert row[11:15] == tuple(item[name] for name in ("agree_percent", "mean", "mean_low", "mean_high"))
    page = client.get(path(rules["report"], session)).text
    for item in items:
        assert f"{item['mean']:.1f}" in page


def test_school_names_and_goals_cannot_become_formulas_in_any_file(reporter: Reporter) -> None:
    name = '=HYPERLINK("http://elsewhere.example","x")'
    client, rules = reporter.signed_on(school_name=name), school_routes(reporter.app)
    book = openpyxl.load_workbook(io.BytesIO(client.get(path(rules["report_xlsx"], "SESS22A2")).data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type in "ns" for cell in cells)
    assert "'" + name in [cell.value for cell in cells]
    assert not any(str(cell.value)[:1] in "=+-@" for cell in cells if cell.data_type == "s")
    assert name.replace('"', "&#34;") in client.get(path(rules["report_pdf"], "SESS22A2")).text


def test_a_csv_file_comes_with_or_without_its_mark(reporter: Reporter) -> None:
    client, rule = reporter.signed_on(), school_routes(reporter.app)["report_csv"]
    with_mark, without = (client.get(path(rule, "SESS22A2", f"lang=en&bom={bom}")).data for bom in ("yes", "no"))
    assert with_mark == b"\xef\xbb\xbf" + without
    assert client.get(path(rule, "SESS22A2", "bom=maybe")).status_code == 422


def everything(running: Reporter) -> dict[str, bytes]:
    """The bytes of every GET route of the app, for every session, also of parts of the report."""
    client, found = running.signed_on(), {}
    for rule in running.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "/metrics", "/livez", "/readyz"):
            continue
        names = set(rule.arguments) - {"school", "session"}
        if names or rule.endpoint.startswith("ministry") or rule.endpoint in ("open_data_key", "jwks"):
            continue  # served files, the same for everybody; what a school does not get; each reporter's own key
        queries = ["lang=en"] if rule.endpoint not in ("openapi", "editions") else [""]
        if rule.endpoint == "report":
            queries += ["lang=az&area=C&sort=gap", "lang=en&groups=teacher,student"]
        for session in SESSIONS if "session" in rule.arguments else ("",):
            for query in queries:
                place = path(rule.rule, session, query)
                answer: TestResponse = client.get(place)
                assert answer.status_code == 200, place
                found[place] = SECRET.sub(b"", answer.data)
    return found


def filled(place: int) -> Callable[[Any], None]:
    """The same world, in which the counts of this answer are others wherever they are masked."""

    def twin(statistics: Any) -> None:
        fill(statistics)
        terms = {found["_id"]: found["message"] for found in statistics["sessions"].find()}
        for document in list(statistics["snapshots"].find()):
            k = terms[document["session"]]["groups"][document["group"]]["k"]
            moved = list(solving.twins(document, k, bank()))
            statistics["snapshots"].replace_one({"_id": document["_id"]}, moved[place] if moved else document)

    return twin


def test_other_masked_counts_would_leave_every_byte_of_every_route_as_it_is(
    reporter: Reporter, database: MongoPart, tmp_path: Path
) -> None:
    printed = everything(reporter)
    assert len(printed) > 40
    for place in PLACES:
        with running_reporter(database, tmp_path, filled(place)) as twin:
            counts = [list(one.statistics["snapshots"].find().sort("_id")) for one in (reporter, twin)]
            assert counts[0] != counts[1]
            again = everything(twin)
        assert {name for name in printed if again[name] != printed[name]} == set()


def test_this_comparison_finds_one_number_that_hangs_on_a_masked_count(
    reporter: Reporter, database: MongoPart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, written = Store.latest_snapshots, exports.school_document
    seen: list[dict[str, Any]] = []

    def reading(self: Store, session: str) -> list[dict[str, Any]]:
        seen[:] = read(self, session)
        return list(seen)

    def leaking(*given: Any) -> dict[str, Any]:
        rows = [counts[:5] for document in seen for counts in document["items"].values()]
        means = [sum(answer * count for answer, count in enumerate(row, 1)) / max(1, sum(row)) for row in rows]
        return {**written(*given), "exact_means": [round(mean, 2) for mean in means]}

    rule = path(school_routes(reporter.app)["report_json"], "SESS22A2", "lang=az")
    monkeypatch.setattr(Store, "latest_snapshots", reading)
    monkeypatch.setattr(exports, "school_document", leaking)
    told = []
    for way in (fill, filled(0)):
        with running_reporter(database, tmp_path, way) as running:
            told.append(running.signed_on().get(rule).data)
    assert told[0] != told[1]
