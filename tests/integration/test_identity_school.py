"""What a coordinator does beside slips and sessions: several levels in one act, slips with progress, handing over,
sharing, and caps that the ministry raises."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jwt
import pyotp
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chassis.errors import Unavailable
from identity.desk import handover
from identity.staff import Person
from identity.store import staff
from identity.workspace.telling import PROGRESS
from support.fields import unlisted
from support.identity import House, house
from support.identity_staff import PASSWORD, Staff, staffed
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def home(broker: KafkaPart, database: MongoPart) -> Iterator[House]:
    with house(broker, database) as made:
        yield made


@pytest.fixture(scope="module")
def people(home: House) -> Staff:
    return staffed(home)


def token(page: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.get("/sign-in").text)
    assert found
    return found[1]


def send(page: FlaskClient, path: str, accept: Any = "*/*", **typed: Any) -> TestResponse:
    """Posts a form as a browser does that takes what `accept` says."""
    return page.post(path, data={"csrf_token": token(page), **typed}, headers={"Accept": accept})


def row_of(home: House, session: str) -> dict[str, Any]:
    found = home.desk.place["sessions"].find_one({"_id": session})
    assert found is not None
    return found


def acts(home: House, school: str) -> list[str]:
    return [row["act"] for row in home.desk.place["audit"].find({"school": school}, sort=[("at", 1)])]


def hidden(text: str) -> dict[str, Any]:
    """What the form carries from its other steps."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text):
        found.setdefault(name, []).append(value)
    return {name: values for name, values in found.items() if name != "csrf_token"}


def test_two_levels_are_opened_in_one_act_that_shows_what_each_group_is_asked(home: House, people: Staff) -> None:
    page, name = people.pages["coordinator"], "two-levels"
    days = {"opens": people.day(0), "closes": people.day(20), "name-az": "İki", "name-en": "Two"}
    assert send(people.pages["officer"], "/campaigns/new", campaign=name, go="start", **days).status_code == 303
    typed = {"campaign": name, "level": ["lower-secondary", "primary"], "group": ["teacher", "student"], "when": "now"}
    step = send(page, "/sessions/new?lang=en", at="when", go="next", **typed, **closing(people))
    step = send(page, "/sessions/new", **{**hidden(step.text), "go": "next", "optional": ["A4", "C10"]})
    own = {"own-1-az": "Kitabxanamız rəqəmsaldır.", "own-1-en": "Our library is digital."}
    assert send(page, "/sessions/new", **{**hidden(step.text), "go": "next", **own, "own-2-en": "x"}).status_code == 422
    step = send(page, "/sessions/new", **{**hidden(step.text), "go": "next", **own})
    expected = {"expected-primary-student": "90", "expected-lower-secondary-teacher": "20"}
    look = send(page, "/sessions/new", **{**hidden(step.text), "go": "next", **expected})
    assert look.text.count("Our library is digital.") == 4 + 1, "each group of both levels, and the hidden field"
    assert look.text.count("asked by your school") == 4
    assert home.desk.place["sessions"].count_documents({"campaign": name}) == 0, "nothing is opened before the look"
    assert send(page, "/sessions/new", **{**hidden(look.text), "go": "open"}).status_code == 303
    found = {row["level"]: row["message"]["groups"] for row in home.desk.place["sessions"].find({"campaign": name})}
    assert set(found) == {"lower-secondary", "primary"}
    assert found["primary"]["student"]["expected"] == 90
    optional = {
        (level, group): [item["code"] for item in terms["items"] if item.get("optional")]
        for level, groups in found.items()
        for group, terms in groups.items()
    }
    assert optional["lower-secondary", "teacher"] == ["A4", "C10"]
    assert optional["primary", "student"] == ["C10"], "a question goes to the groups that it is made for"
    again = send(page, "/sessions/new?lang=en", at="when", go="next", **typed, **closing(people))
    assert again.status_code == 422
    assert "There is" in again.text or "already" in again.text


def closing(people: Staff) -> dict[str, str]:
    return {"closes-day": people.day(4), "closes-time": "18:00"}


def lines(reply: TestResponse) -> tuple[list[dict[str, Any]], bytes]:
    """The lines of a printing that tells how far it is, and the file behind them."""
    told: list[dict[str, Any]] = []
    rest = reply.data
    while rest and (not told or "bytes" not in told[-1]):
        line, _, rest = rest.partition(b"\n")
        told.append(json.loads(line))
    return told, rest


def test_slips_tell_how_far_they_are_and_count_once_the_paper_is_ready(home: House, people: Staff) -> None:
    page, at = people.pages["coordinator"], f"/sessions/{people.session}/slips/teacher"
    before = row_of(home, people.session)["slips"]["teacher"]["issued"]
    reply = send(page, at, PROGRESS, count="20", language="az", each="12")
    told, paper = lines(reply)
    assert [line.get("done") for line in told] == [0, 20, None]
    assert told[-1] == {"name": f"guzgu-{people.session}-teacher.pdf", "bytes": len(paper)}
    assert paper[:5] == b"%PDF-"
    assert row_of(home, people.session)["slips"]["teacher"]["issued"] == before + 20


def test_slips_whose_paper_cannot_be_made_do_not_count(
    home: House, people: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, at = people.pages["coordinator"], f"/sessions/{people.session}/slips/leader"
    before, codes = row_of(home, people.session)["slips"], home.desk.place["participation_codes"].count_documents({})

    def away(*arguments: object) -> None:
        raise Unavailable("printer-away", 5)

    monkeypatch.setattr(type(home.desk.printer), "_done", away)
    told, paper = lines(send(page, at, PROGRESS, count="2"))
    assert (list(told[-1]), paper) == (["problem"], b"")
    plain = send(page, at, count="2")
    assert (plain.status_code, plain.headers["Retry-After"]) == (503, "5")
    assert row_of(home, people.session)["slips"] == before
    assert home.desk.place["participation_codes"].count_documents({}) == codes


def test_replacing_unused_slips_asks_for_the_word(home: House, people: Staff) -> None:
    page, at = people.pages["coordinator"], f"/sessions/{people.session}/slips/leader"
    assert send(page, at, count="2").status_code == 200
    assert send(page, at, count="2", replace="yes").status_code == 422
    assert send(page, at, count="2", replace="yes", word="Əvəz et").status_code == 200
    assert row_of(home, people.session)["slips"]["leader"] == {"issued": 2, "reissued": 2, "revoked": 2}


def test_a_cap_is_raised_by_the_ministry_alone_and_never_lowered_and_the_school_reads_it(
    home: House, people: Staff
) -> None:
    at = f"/schools/{people.school}/sessions/{people.session}/cap"
    officer, slips = people.pages["officer"], f"/sessions/{people.session}/slips/leader"
    assert send(people.pages["coordinator"], slips, count="9").status_code == 422, "3 registered: 5 slips"
    assert send(officer, at, group="leader", cap="5").status_code == 422
    assert send(officer, at, group="leader", cap="12").status_code == 303
    assert send(officer, at, group="leader", cap="11").status_code == 422
    elsewhere = f"/schools/{people.other_school}/sessions/{people.session}/cap"
    assert send(officer, elsewhere, group="leader", cap="20").status_code == 404
    assert send(people.pages["coordinator"], slips, count="9").status_code == 200
    log = people.pages["coordinator"].get("/log?lang=en").text
    assert re.search(r"More slips allowed.*slips: 12.*officer", log, re.DOTALL)


def test_a_report_is_shared_after_the_close_and_only_while_enough_schools_do_not(home: House, people: Staff) -> None:
    home.post(f"/v1/sessions/{people.session}/close", people.bearer("coordinator"))
    page, at = people.pages["coordinator"], f"/sessions/{people.session}/share"
    assert send(page, at, word="share").status_code == 422, "not closed yet"
    home.turn()
    home.clock.move(home.settings.settle_seconds + 1)
    home.turn()
    sessions = home.desk.place["sessions"]
    sessions.update_one({"_id": people.session}, {"$set": {"final.leader.used": 2}})
    mine = row_of(home, people.session)
    for number in range(5):
        other = {**mine, "_id": f"OTHER{number}", "school": f"OTHER{number}", "shared": number == 0}
        sessions.insert_one(other)
    refused = send(page, f"{at}?lang=en", word="share")
    assert refused.status_code == 422
    assert "Fewer than five schools" in refused.text
    assert not row_of(home, people.session)["shared"]
    grant = {"purpose": "reporter", "session": people.session}
    assert home.client().post("/v1/grants", json=grant, headers=people.bearer("officer")).status_code == 403
    sessions.update_one({"_id": "OTHER0"}, {"$set": {"shared": False}})
    assert send(page, at, word="yes").status_code == 422
    assert send(page, at, word="Paylaş").status_code == 303
    claims = jwt.decode(
        home.post("/v1/grants", people.bearer("officer"), **grant)["grant"], options={"verify_signature": False}
    )
    assert claims["sharers"][people.session]["leader"]["all"] == [1, 1], "this school alone, of six"
    assert {"session-shared", "report-opened"} <= set(acts(home, people.school))
    body = {"shared": False}
    assert home.post(f"/v1/sessions/{people.session}/sharing", people.bearer("coordinator"), **body)["shared"] is False
    assert home.client().post("/v1/grants", json=grant, headers=people.bearer("officer")).status_code == 403


def test_two_schools_that_begin_to_share_at_once_do_not_both_get_through(home: House, people: Staff) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from identity.desk import sharing
    from identity.reasons import Refused

    place = home.desk.place["sessions"]
    place.update_many({"_id": {"$regex": "^OTHER"}}, {"$set": {"shared": False}})
    persons = [Person(user=f"u{n}", role="coordinator", school=f"OTHER{n}") for n in range(5)]

    def share(person: Person) -> bool:
        try:
            sharing.share(home.desk, person, str(person.school))
        except (Refused, Unavailable):
            return False
        return True

    with ThreadPoolExecutor(5) as pool:  # six schools in all: one may
        assert sum(pool.map(share, persons)) <= 1
    assert place.count_documents({"_id": {"$regex": "^OTHER"}, "shared": True}) <= 1


def test_who_takes_over_signs_up_with_the_letter_and_ends_the_earlier_account(home: House, people: Staff) -> None:
    page, school = people.pages["neighbour"], people.other_school
    assert send(page, "/handover", word="no").status_code == 422
    first = code_on(send(page, "/handover", word="hand over"))
    second = code_on(send(page, "/handover", word="Təhvil ver"))
    assert joined(home, first, "early").status_code == 422, "a new letter takes the place of an unused one"
    assert send(page, "/handover", withdraw="yes").status_code == 303
    assert joined(home, second, "early").status_code == 422, "withdrawn"
    third = code_on(send(page, "/handover", word="hand over"))
    officers = handover.invite(home.desk, Person(user="officer", role="officer"), school)
    assert "notice-caution" in page.get("/school").text, "a new invitation is shown at once"
    made = joined(home, third, "next")
    assert made.status_code == 200
    assert [person.user for person in staff.coordinators(home.desk.place, school)] == ["next"]
    assert page.get("/school").status_code == 303, "signed out"
    assert joined(home, third, "again").status_code == 422, "a letter works once"
    assert joined(home, officers, "later").status_code == 422, "72 hours"
    secret = re.search(r'class="code-block">([A-Z2-7 ]+)<', made.text)
    assert secret
    late = code_on(send(signed_in(home, "next", secret[1].replace(" ", "")), "/handover", word="hand over"))
    home.clock.move(72 * 3600)
    assert joined(home, officers, "later").status_code == 200
    assert joined(home, late, "never").status_code == 422, (
        "the letter of who is no coordinator any more is worth nothing"
    )
    assert set(acts(home, school)[-2:]) == {"coordinator-ended", "coordinator-signed-up"}


def code_on(reply: TestResponse) -> str:
    found = re.search(r'class="participation-code">([A-Z0-9-]+)<', reply.text)
    assert found, reply.text[:500]
    return found[1]


def joined(home: House, code: str, user: str) -> TestResponse:
    return send(home.client(), "/join", invitation=code, user=user, password=PASSWORD, again=PASSWORD)


def signed_in(home: House, user: str, secret: str) -> FlaskClient:
    page = home.client()
    home.clock.move(30)
    reply = send(page, "/sign-in", user=user, password=PASSWORD, code=pyotp.TOTP(secret).at(home.clock.now))
    assert reply.status_code == 303
    return page


def test_parents_read_what_is_asked_without_a_schools_name(home: House, people: Staff) -> None:
    entry = home.desk.place["schools"].find_one({"_id": people.school})
    assert entry is not None
    for lang in ("az", "en"):
        text = home.client().get(f"/parents/{people.session}?lang={lang}").text
        assert entry["name"] not in text
        assert people.school not in text
    assert home.client().get("/parents/2345679A").status_code == 404


def test_nothing_is_kept_that_is_not_on_the_published_list(home: House) -> None:
    names = (
        "sessions",
        "campaigns",
        "staff",
        "audit",
        "participation_codes",
        "keys",
        "outbox",
        "schools",
        "codes",
        "imports",
    )
    rows = ((f"identity.{name}", row) for name in names for row in home.desk.place[name].find())
    assert unlisted(rows) == []
