"""The workspaces on the real database: every page in both languages, and the acts that coordinators and officers do."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pyotp
import pytest
from flask.testing import FlaskClient

from identity.store import staff
from identity.workspace.frame import local
from support.identity import REGISTER, House, house
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration
PASSWORD = "a mountain spring"


@pytest.fixture(scope="module")
def home(broker: KafkaPart, database: MongoPart) -> Iterator[House]:
    with house(broker, database) as made:
        yield made


def read(page: FlaskClient, path: str, status: int = 200) -> str:
    """The page's text; it must be HTML in a language and of the status."""
    reply = page.get(path)
    assert (reply.status_code, reply.mimetype) == (status, "text/html"), (path, reply.status_code, reply.text[:300])
    assert re.search(r'<html lang="(az|en)"', reply.text)
    return reply.text


def send(page: FlaskClient, form: str, path: str, **fields: Any) -> Any:
    """Fills the form on the page `form` and posts it to `path`."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.get(form).text)
    assert token is not None, form
    return page.post(path, data={"csrf_token": token[1], **fields}, content_type="multipart/form-data")


def sign_in(home: House, user: str, password: str, secret: str) -> FlaskClient:
    page = home.client()
    home.clock.move(30)
    code = pyotp.TOTP(secret).at(home.clock.now)
    reply = send(page, "/sign-in", "/sign-in", user=user, password=password, code=code)
    assert reply.status_code == 303, reply.text
    return page


@pytest.fixture(scope="module")
def officer(home: House) -> FlaskClient:
    page = sign_in(home, **_words(home.officer))
    read_in = send(
        page, "/schools/import", "/schools/import", register=(BytesIO(REGISTER.encode()), "register.csv", "text/csv")
    )
    look = read_in.headers["Location"]
    assert home.desk.place["schools"].count_documents({}) == 0, "nothing is changed before somebody said yes"
    assert send(page, look, look).headers["Location"] == look
    assert "notice-good" in read(page, look)
    return page


def _words(account: dict[str, str]) -> dict[str, str]:
    return {"user": account["user"], "password": account["password"], "secret": account["totp_secret"]}


@pytest.fixture(scope="module")
def campaign(home: House, officer: FlaskClient) -> str:
    today = local_day(home, 0)
    reply = send(
        officer,
        "/campaigns/new",
        "/campaigns/new",
        **{
            "campaign": "autumn",
            "name-az": "Payız",
            "name-en": "Autumn",
            "opens": today,
            "closes": local_day(home, 20),
            "go": "start",
        },
    )
    assert reply.status_code == 303, reply.text
    home.turn()
    return "autumn"


def local_day(home: House, days: int) -> str:
    with home.app.app_context():
        return (local(home.clock.now) + timedelta(days=days)).date().isoformat()


def code_of(home: House, registry_id: str) -> str:
    found = home.desk.place["codes"].find_one({"_id": registry_id})
    assert found is not None
    return str(found["school"])


@pytest.fixture(scope="module")
def coordinator(home: House, officer: FlaskClient) -> FlaskClient:
    school = code_of(home, "002")
    letter = send(officer, f"/schools/{school}", f"/schools/{school}/invitation").text
    invitation = re.search(r'class="participation-code">([A-Z0-9-]+)<', letter)
    assert invitation is not None
    page = home.client()
    joined = send(
        page, "/join", "/join", invitation=invitation[1].lower(), user="leyla", password=PASSWORD, again=PASSWORD
    )
    secret = re.search(r'class="code-block">([A-Z2-7 ]+)<', joined.text)
    assert secret is not None, joined.text
    return sign_in(home, "leyla", PASSWORD, secret[1].replace(" ", ""))


@pytest.fixture(scope="module")
def session(home: House, coordinator: FlaskClient, campaign: str) -> str:
    reply = send(
        coordinator,
        "/sessions/new",
        "/sessions/new",
        **{
            "campaign": campaign,
            "level": "lower-secondary",
            "group": ["student", "teacher"],
            "when": "now",
            "closes-day": local_day(home, 3),
            "closes-time": "18:00",
            "optional": ["C10"],
            "own-1-az": "Kitabxanamız rəqəmsaldır.",
            "own-1-en": "Our library is digital.",
            "expected-lower-secondary-student": "700",
        },
    )
    assert reply.status_code == 303, reply.text
    home.turn()
    row = home.desk.place["sessions"].find_one({"school": code_of(home, "002")})
    assert row is not None
    return str(row["_id"])


@pytest.mark.parametrize("lang", ["az", "en"])
def test_everyones_pages(home: House, lang: str) -> None:
    page = home.client()
    for path in ("/", "/sign-in", "/join", "/docs"):
        assert f'<html lang="{lang}"' in read(page, f"{path}?lang={lang}")
    assert "Güzgü" in read(page, "/nothing", 404)
    assert page.get("/schools").headers["Location"] == "/sign-in"


@pytest.mark.parametrize("lang", ["az", "en"])
def test_an_officers_pages(home: House, officer: FlaskClient, campaign: str, lang: str) -> None:
    school = code_of(home, "001")
    read(officer, f"/schools?lang={lang}")
    for path in (
        *("/schools?q=Yard", "/schools?q=nowhere", "/schools/import", f"/schools/{school}", "/campaigns"),
        *("/campaigns/new", f"/campaigns/{campaign}/close", "/report", "/people", "/people/officer/reset"),
        *(f"/schools/{school}/edit", f"/schools/{school}/end", "/schools/invitations", "/audit", "/manifest"),
        *("/audit?act=register-taken&from=2020-01-01&to=2020-01-02", "/manifest?fingerprint=x", "/keys/x/rotate"),
    ):
        read(officer, path)
    read(officer, "/school", 403)


@pytest.mark.parametrize("lang", ["az", "en"])
def test_a_coordinators_pages(home: House, coordinator: FlaskClient, session: str, lang: str) -> None:
    read(coordinator, f"/school?lang={lang}")
    at = f"/sessions/{session}"
    for path in (
        *("/sessions/new", at, f"{at}/preview", f"{at}/board/student", f"{at}/close", f"{at}/cancel", "/report"),
        *(f"{at}/slips/student", f"{at}/note", f"{at}/share", "/log", "/handover", f"/parents/{session}"),
    ):
        read(coordinator, path)
    read(coordinator, "/schools", 403)
    read(coordinator, f"{at}/board/trainer", 422)


def test_what_the_coordinator_chose_is_in_the_sessions_terms(home: House, session: str) -> None:
    from identity.store import sessions

    held = sessions.get(home.desk.place, session)
    assert held is not None
    student = held.message.groups["student"]
    assert (student.expected, student.registered, student.k) == (700, 850, 10)
    assert [(i.code, i.optional) for i in student.items if i.optional] == [("C10", True)]
    assert [dict(i.own) for i in student.items if i.own] == [
        {"en": "Our library is digital.", "az": "Kitabxanamız rəqəmsaldır."}
    ]


def test_slips_come_as_a_pdf_and_are_counted(home: House, coordinator: FlaskClient, session: str) -> None:
    at = f"/sessions/{session}"
    paper = f"{at}/slips/teacher"
    reply = send(coordinator, paper, paper, count="3", language="az")
    assert (reply.status_code, reply.mimetype, reply.data[:5]) == (200, "application/pdf", b"%PDF-")
    too_many = send(coordinator, paper, paper, count="900", language="az")
    assert too_many.status_code == 422
    assert "error-summary" in too_many.text


def test_a_form_without_its_token_is_refused(home: House, coordinator: FlaskClient, session: str) -> None:
    for token in ({}, {"csrf_token": "x"}):
        assert coordinator.post(f"/sessions/{session}/close", data={"word": "close", **token}).status_code == 403


def test_closing_asks_for_the_word(home: House, coordinator: FlaskClient, session: str) -> None:
    at = f"/sessions/{session}/close"
    assert send(coordinator, at, at, word="yes").status_code == 422
    assert send(coordinator, at, at, word="Bağla").status_code == 303
    home.turn()
    home.clock.move(home.settings.settle_seconds + 1)
    home.turn()
    assert "badge-closed" in read(coordinator, f"/sessions/{session}")


def test_a_reissued_invitation_waits_and_the_coordinator_sees_it(
    home: House, officer: FlaskClient, coordinator: FlaskClient
) -> None:
    school = code_of(home, "002")
    letter = send(officer, f"/schools/{school}", f"/schools/{school}/invitation").text
    invitation = re.search(r'class="participation-code">([A-Z0-9-]+)<', letter)
    assert invitation is not None
    assert "notice-caution" in read(coordinator, "/school")
    fields = {"invitation": invitation[1], "user": "murad", "password": PASSWORD, "again": PASSWORD}
    assert send(home.client(), "/join", "/join", **fields).status_code == 422
    home.clock.move(72 * 3600 + 1)
    assert "otpauth" not in send(home.client(), "/join", "/join", **fields).text
    assert [person.user for person in staff.coordinators(home.desk.place, school)] == ["murad"]
    assert coordinator.get("/school").status_code == 303


def test_signing_out_ends_the_visit(home: House, officer: FlaskClient) -> None:
    page = sign_in(home, **_words(home.officer))
    read(page, "/schools")
    kept = page.get_cookie("guzgu-identity")
    assert kept is not None
    assert send(page, "/schools", "/sign-out").status_code == 303
    assert page.get("/schools").headers["Location"] == "/sign-in"
    page.set_cookie("guzgu-identity", kept.value)
    assert page.get("/schools").headers["Location"] == "/sign-in", "whoever kept the cookie has nothing of it"
