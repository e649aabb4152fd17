"""The reporter on a real database: who sees what, grants, languages, ready copies, figures and exports."""

import base64
import csv
import io
import json
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import REGISTRY
from pymongo import MongoClient
from werkzeug.test import TestResponse

from chassis.settings import Secret
from contracts.questionnaire import bank
from reporter import main, metrics
from reporter.files.printing import Printer
from reporter.pages.rendering import TEXTS
from reporter.settings import Settings
from support import reporter_world as world
from support.parts import MongoPart

pytestmark = pytest.mark.integration
BASE = f"/v1/schools/{world.SCHOOL}/sessions"
FOREIGN = f"/v1/schools/{world.OTHER_SCHOOL}/sessions/SESS66E6"
SESSIONS = ("SESS22A2", "SESS33B3", "SESS44C4", "SESS55D5")
PAGES = ("/", "/me", *(f"{BASE}/{session}/report" for session in SESSIONS), f"{BASE}/SESS33B3/participation")
COPIES = (
    *("/?lang=en", "/v1/national.csv", "/me?lang=en", f"{BASE}/SESS22A2/report.json"),
    f"{BASE}/SESS33B3/participation?lang=az",
)
OF_A_SCHOOL = ("report", "report.json", "report.csv", "report.xlsx", "report.pdf", "participation", "plan", "guide")


class World:
    """A reporter with a school, an edition and a way to sign on."""

    def __init__(self, app: Flask, signer: world.Signer, database: Any, own: Any) -> None:
        self.app, self.signer, self.database, self.own = app, signer, database, own

    def visitor(self) -> FlaskClient:
        return self.app.test_client()

    def signed_on(self, **claims: Any) -> FlaskClient:
        client = self.visitor()
        answer = client.post("/signon", data={"grant": self.signer.grant(world.now(), **claims)})
        assert answer.status_code == 303, answer.text
        return client


@pytest.fixture(scope="module")
def reporter(database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield from _world(database, tmp_path_factory.mktemp("reporter"), world.fill)


@pytest.fixture(scope="module")
def empty(database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield from _world(database, tmp_path_factory.mktemp("reporter"), lambda statistics: None)


def _world(database: MongoPart, folder: Path, fill: Callable[[Any], Any]) -> Iterator[World]:
    signer = world.Signer(key=Ed25519PrivateKey.generate())
    jwks = folder / "jwks.json"
    jwks.write_bytes(signer.jwks())
    name = f"reporter_{secrets.token_hex(4)}"
    found = Settings(
        mongo_uri=Secret(database.admin_uri),
        cookie_key=Secret(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()),
        open_data_signing_key=Secret(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()),
        identity_origin="http://127.0.0.1:8001",
        reporter_origin="http://127.0.0.1:8003",
        identity_jwks_file=jwks,
        statistics_database=f"{name}_s",
        reporting_database=f"{name}_r",
        vendor_folder=folder / "vendor",
        host="127.0.0.1",
    )
    with MongoClient[dict[str, Any]](database.admin_uri) as client, ExitStack() as stack:
        stack.enter_context(mock.patch.object(Printer, "pdf", lambda self, html: html.encode()))  # printed elsewhere
        try:
            fill(client[f"{name}_s"])
            yield World(main.build(found, stack), signer, client[f"{name}_s"], client[f"{name}_r"])
        finally:
            client.drop_database(f"{name}_s")
            client.drop_database(f"{name}_r")


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


# ---------------------------------------------------------------- who sees what


@pytest.mark.parametrize("what", OF_A_SCHOOL)
def test_nobody_sees_a_school_without_signing_on(reporter: World, what: str) -> None:
    for path in (f"{BASE}/SESS22A2/{what}", f"{BASE}/NONSENSE/{what}"):
        assert reporter.visitor().get(path).status_code == 401


@pytest.mark.parametrize("what", OF_A_SCHOOL)
def test_a_coordinator_sees_all_sessions_of_her_school_and_no_other(reporter: World, what: str) -> None:
    client = reporter.signed_on()
    for session in SESSIONS:
        assert client.get(f"{BASE}/{session}/{what}").status_code == 200
    for path in (f"{FOREIGN}/{what}", f"{BASE}/SESS66E6/{what}", f"{BASE}/NONSENSE/{what}"):
        assert client.get(path).status_code == 404
    foreign = f"/v1/schools/{world.OTHER_SCHOOL}/sessions/SESS22A2/{what}"
    assert client.get(foreign).status_code == 404


@pytest.mark.parametrize("what", OF_A_SCHOOL)
@pytest.mark.parametrize("role", ["officer", "analyst", "auditor", "agency"])
def test_the_ministry_sees_only_what_a_school_shares(reporter: World, role: str, what: str) -> None:
    scope = {"region": "Gəncə-Daşkəsən"} if role == "agency" else {}
    client = reporter.signed_on(role=role, scope=scope, shared=["SESS22A2"])
    assert client.get(f"{BASE}/SESS22A2/{what}").status_code == 200
    assert client.get(f"{BASE}/SESS33B3/{what}").status_code == 404
    assert client.get(f"{FOREIGN}/{what}").status_code == 404
    closed = reporter.signed_on(role=role, scope=scope, school=None, school_name=None)
    assert closed.get(f"{BASE}/SESS22A2/{what}").status_code == 404


@pytest.mark.parametrize("scope", [{"region": "Abşeron-Xızı"}, {"level": "vocational"}, {}])
def test_an_agency_sees_nothing_outside_its_level_or_region(reporter: World, scope: dict[str, str]) -> None:
    client = reporter.signed_on(role="agency", scope=scope, shared=["SESS22A2"])
    assert client.get(f"{BASE}/SESS22A2/report").status_code == 404


def test_what_is_not_there_and_what_is_not_yours_answer_alike(reporter: World) -> None:
    client = reporter.signed_on()
    answers = [client.get(path) for path in (f"{BASE}/SESS66E6/report?lang=en", f"{BASE}/NONSENSE/report?lang=en")]
    bodies = [answer.text.replace("SESS66E6", "").replace("NONSENSE", "") for answer in answers]
    assert bodies[0] == bodies[1]


def test_every_route_that_names_a_school_passes_the_same_door(reporter: World) -> None:
    routes = {rule.rule for rule in reporter.app.url_map.iter_rules() if "<school>" in rule.rule}
    assert routes == {f"/v1/schools/<school>/sessions/<session>/{what}" for what in OF_A_SCHOOL}


# ---------------------------------------------------------------- signing on


def test_a_grant_opens_once_and_is_refused_the_second_time(reporter: World) -> None:
    grant = reporter.signer.grant(world.now())
    before = value("reporter_signons_total", outcome="refused", reason="used")
    assert reporter.visitor().post("/signon", data={"grant": grant}).status_code == 303
    again = reporter.visitor().post("/signon", data={"grant": grant})
    assert again.status_code == 403
    assert "Set-Cookie" not in again.headers
    assert value("reporter_signons_total", outcome="refused", reason="used") == before + 1


def test_an_old_or_forged_grant_is_refused(reporter: World) -> None:
    old = reporter.signer.grant(world.now() - timedelta(seconds=61))
    forged = world.Signer(key=Ed25519PrivateKey.generate()).grant(world.now())
    for grant in (old, forged, "nonsense"):
        assert reporter.visitor().post("/signon", data={"grant": grant}).status_code == 403


def test_a_form_with_other_fields_is_refused(reporter: World) -> None:
    answer = reporter.visitor().post("/signon", data={"grant": "x", "next": "https://elsewhere.example"})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"] == [{"pointer": "/next", "code": "not-understood"}]


def test_a_client_that_wants_json_gets_a_bearer_token(reporter: World) -> None:
    client = reporter.visitor()
    answer = client.post(
        "/signon", data={"grant": reporter.signer.grant(world.now())}, headers={"Accept": "application/json"}
    )
    assert answer.json is not None
    assert answer.json["expires_in"] == 3600
    bearer = {"Authorization": f"Bearer {answer.json['token']}", "Accept": "application/json"}
    found = reporter.visitor().get(f"{BASE}/SESS22A2/report", headers=bearer)
    assert found.status_code == 200
    assert found.mimetype == "application/json"
    assert reporter.visitor().get(f"{BASE}/SESS22A2/report", headers={"Authorization": "Bearer x"}).status_code == 401


def test_the_cookie_cannot_be_read_by_scripts_and_signing_out_takes_it(reporter: World) -> None:
    client = reporter.visitor()
    answer = client.post("/signon", data={"grant": reporter.signer.grant(world.now())})
    assert re.search(r"guzgu-reporter=.*HttpOnly.*SameSite=Lax", answer.headers["Set-Cookie"])
    assert client.get("/me").status_code == 200
    assert client.post("/sign-out").status_code == 303
    assert client.get("/me").status_code == 401


def test_the_report_lists_who_opened_it_by_role_and_day(reporter: World) -> None:
    reporter.signed_on(role="auditor", shared=["SESS44C4"]).get(f"{BASE}/SESS44C4/report")
    page = reporter.signed_on().get(f"{BASE}/SESS44C4/report?lang=en").text
    assert "Auditor" in page
    stored = list(reporter.own["openings"].find({"session": "SESS44C4", "role": "auditor"}))
    assert [set(document) for document in stored] == [{"_id", "school", "session", "role", "day"}]


# ---------------------------------------------------------------- what is shown


class Words(HTMLParser):
    """The text of a page, with its tags counted."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.styled = False
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.styled = self.styled or any(name == "style" or name.startswith("on") for name, _ in attrs)
        if tag == "script":
            self.scripts.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        if self.inside != "script":
            self.text.append(data)


def read(answer: TestResponse) -> Words:
    found = Words()
    found.feed(answer.text)
    return found


@pytest.mark.parametrize("language", ["az", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_in_both_languages_without_inline_code(reporter: World, path: str, language: str) -> None:
    answer = reporter.signed_on().get(f"{path}?lang={language}")
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    page = read(answer)
    words = " ".join(page.text)
    raw = [key for key in sorted(TEXTS.keys()) if re.search(rf"(?<![\w.]){re.escape(key)}(?![\w.])", words)]
    assert raw == []
    assert "{" not in words
    assert not page.styled
    assert all(script.get("src") or script.get("type") == "application/json" for script in page.scripts)
    assert "script-src 'self'; style-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"(?:src|href)=\"https?://(?!127\.0\.0\.1:8001)", answer.text)


def test_the_page_the_data_and_the_table_show_the_same_masked_and_withheld_cells(reporter: World) -> None:
    client = reporter.signed_on()
    document = client.get(f"{BASE}/SESS22A2/report.json?lang=en").json
    assert document is not None
    rows = list(csv.reader(io.StringIO(client.get(f"{BASE}/SESS22A2/report.csv?lang=en").data.decode("utf-8-sig"))))
    columns = rows[0]
    items = [row for row in rows[1:-1] if row[0] == "items"]
    table = {(row[columns.index("item")], row[columns.index("group")]): row for row in items}
    assert len(table) == len(items) == len(document["items"])
    assert rows[-1] == ["rows", str(len(rows) - 2)] == ["rows", str(document["rows"])]
    signs = {"at-most": "≤", "at-least": "≥", "share": ""}
    for item in document["items"]:
        row = table[item["code"], item["group"]]
        cells = row[columns.index("answer_1") : columns.index("answer_5") + 1]
        if item["shares"] is None:
            assert cells == [""] * 5
            assert row[columns.index("not_shown_because")] == item["reason"]
        else:
            told = ["masked" if s["kind"] == "masked" else signs[s["kind"]] + str(s["percent"]) for s in item["shares"]]
            assert cells == told
    page = client.get(f"{BASE}/SESS22A2/report?lang=en").text
    masked = sum(share["kind"] == "masked" for item in document["items"] for share in item["shares"] or ())
    assert masked > 0
    assert page.count('<td class="number">masked</td>') == masked


def test_no_exact_count_leaves_in_any_form(reporter: World) -> None:
    document = reporter.signed_on().get(f"{BASE}/SESS22A2/report.json").json
    assert document is not None
    for item in document["items"]:
        for share in item["shares"] or ():
            step = 1 if item["rated"] >= 100 else 5
            assert share["percent"] is None or share["percent"] % step == 0
        for name in ("mean", "mean_low", "mean_high"):
            assert item[name] is None or (item["answers"] >= 20 and item[name] == round(item[name], 1))


def test_each_state_of_a_group_is_told(reporter: World) -> None:
    client = reporter.signed_on()
    states = {}
    for session in SESSIONS:
        document = client.get(f"{BASE}/{session}/report.json").json
        assert document is not None
        states[session] = {group["group"]: (group["state"], group["reason"]) for group in document["groups"]}
    assert states == {
        "SESS22A2": {"leader": ("final", None), "teacher": ("final", None), "student": ("final", None)},
        "SESS33B3": {"leader": ("after-close", None), "teacher": ("after-close", None), "student": ("released", None)},
        "SESS44C4": {"leader": ("withheld", "below-k"), "teacher": ("final", None), "student": ("final", None)},
        "SESS55D5": {"student": ("none", None)},
    }


def test_the_newest_snapshot_of_a_group_is_shown(reporter: World) -> None:
    document = reporter.signed_on().get(f"{BASE}/SESS22A2/report.json").json
    assert document is not None
    assert {group["group"]: group["answers"] for group in document["groups"]} == {
        "leader": 3,
        "teacher": 23,
        "student": 118,
    }


def test_a_school_reads_its_own_items_in_its_own_words(reporter: World) -> None:
    page = reporter.signed_on().get(f"{BASE}/SESS22A2/report?lang=az").text
    assert world.own_text(1)["az"] in page


def test_slips_are_counted_after_the_close_only(reporter: World) -> None:
    client = reporter.signed_on()
    wanted = {"Accept": "application/json"}
    closed = client.get(f"{BASE}/SESS22A2/participation", headers=wanted).json
    open_ = client.get(f"{BASE}/SESS33B3/participation", headers=wanted).json
    assert closed is not None
    assert open_ is not None
    assert set(closed["groups"][0]["slips"]) == {"registered", "issued", "reissued", "revoked", "used"}
    assert all(group["slips"] is None for group in open_["groups"])
    assert all(group["answers"] % 5 == 0 for group in open_["groups"])


# ---------------------------------------------------------------- the nation


def test_the_national_page_works_before_any_edition(empty: World) -> None:
    for language in ("az", "en"):
        answer = empty.visitor().get(f"/?lang={language}")
        assert answer.status_code == 200
        assert TEXTS.get("national.empty_title", language) in answer.text
    assert empty.visitor().get("/v1/national").status_code == 404


def test_the_national_page_is_public_and_says_why_regions_are_left_out(reporter: World) -> None:
    page = reporter.visitor().get("/?lang=en").text
    assert TEXTS.get("national.left_not-planned", "en", breakdown="by economic region", fewest=10) in page
    assert "100% of schools (a school counts once for each level it teaches)" in page
    assert "50% of registered people are in this figure." in page
    assert world.SCHOOL not in page


def test_national_figures_can_be_asked_for_by_level_and_group(reporter: World) -> None:
    client = reporter.visitor()
    whole = client.get("/v1/national").json
    part = client.get("/v1/national?level=all&group=student").json
    assert whole is not None
    assert part is not None
    assert {(row["level"], row["group"]) for row in part["figures"]} == {("all", "student")}
    assert part["figures"] == [row for row in whole["figures"] if row["level"] == "all" and row["group"] == "student"]
    assert client.get("/v1/national?school=x").status_code == 422
    assert client.get("/v1/national?campaign=unknown").status_code == 404


def test_national_table_and_data_agree_row_by_row(reporter: World) -> None:
    client = reporter.visitor()
    document = client.get("/v1/national.json").json
    assert document is not None
    rows = list(csv.reader(io.StringIO(client.get("/v1/national.csv").data.decode("utf-8-sig"))))
    assert rows[-1] == ["rows", str(document["rows"])]
    shares = rows[0].index("agree_percent")
    assert [float(row[shares]) for row in rows[1:-1]] == [row["agree_percent"] for row in document["figures"]]


def test_the_ministry_lands_on_participation_and_an_agency_sees_its_region(reporter: World) -> None:
    every = reporter.signed_on(role="officer", school=None, school_name=None).get("/me?lang=en").text
    assert "Ganja-Dashkasan" in every
    other = reporter.signed_on(role="agency", scope={"region": "Quba-Xaçmaz"}, school=None, school_name=None)
    assert "Ganja-Dashkasan" not in other.get("/me?lang=en").text


# ---------------------------------------------------------------- ready copies, figures, contract


@pytest.mark.parametrize("path", COPIES)
def test_a_copy_that_is_still_right_is_not_sent_again(reporter: World, path: str) -> None:
    client = reporter.signed_on()
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get(path.replace("lang=en", "lang=az") if "lang=en" in path else path)
    assert other.status_code == 200


def test_a_new_release_changes_the_copy(reporter: World) -> None:
    client = reporter.signed_on()
    path = f"{BASE}/SESS33B3/report.json"
    before = client.get(path).headers["ETag"]
    message = reporter.database["sessions"].find_one({"_id": "SESS33B3"})["message"]
    reporter.database["snapshots"].insert_one(world.a_snapshot(message, "student", 64, seq=2, final=False))
    after = client.get(path, headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.json is not None
    assert {g["group"]: g["answers"] for g in after.json["groups"]}["student"] == 64


def test_each_outcome_moves_its_own_figure_by_one(reporter: World) -> None:
    client, path = reporter.signed_on(), f"{BASE}/SESS55D5/report.csv?lang=en"
    tag = ""
    steps: list[tuple[str, Callable[[], TestResponse]]] = [
        ("built", lambda: client.get(path)),
        ("ready", lambda: client.get(path)),
        ("not-modified", lambda: client.get(path, headers={"If-None-Match": tag})),
        ("refused", lambda: reporter.visitor().get(path)),
    ]
    for outcome, act in steps:
        before = {name: value("reporter_pages_total", page="file", outcome=name) for name in metrics.PAGE_OUTCOMES}
        tag = act().headers.get("ETag", tag)
        after = {name: value("reporter_pages_total", page="file", outcome=name) for name in metrics.PAGE_OUTCOMES}
        assert {name: after[name] - before[name] for name in after} == {
            name: float(name == outcome) for name in metrics.PAGE_OUTCOMES
        }


def test_metrics_are_explained_and_name_nobody(reporter: World) -> None:
    client = reporter.signed_on()
    client.get(f"{BASE}/SESS22A2/report.csv")
    text = client.get("/metrics").text
    names = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")}
    helped = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP ") and len(line.split()) > 3}
    assert names <= helped
    for secret in (world.SCHOOL, world.OTHER_SCHOOL, "SESS22A2", world.CAMPAIGN):
        assert secret not in text


def test_the_description_is_the_one_in_the_contracts(reporter: World) -> None:
    path = Path(__file__).parents[2] / "contracts" / "openapi" / "reporter.json"
    assert reporter.visitor().get("/openapi.json").json == json.loads(path.read_text(encoding="utf-8"))


def test_the_chart_script_is_our_own_small_and_kept_for_ever(reporter: World) -> None:
    page = reporter.visitor().get("/?lang=en").text
    found = re.search(r'data-charts="(/static/vendor/[^"]+)"', page)
    assert found
    answer = reporter.visitor().get(found[1], headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.data) < 400_000


def test_a_session_of_another_questionnaire_item_is_not_asked(reporter: World) -> None:
    document = reporter.signed_on().get(f"{BASE}/SESS22A2/report.json").json
    assert document is not None
    asked = {
        (area["area"], figure["group"]): figure["asked"] for area in document["areas"] for figure in area["figures"]
    }
    for area in document["areas"]:
        for group in ("teacher", "student"):
            assert asked[area["area"], group] == (area["area"] in bank().area_items("lower-secondary", group))
