"""Whatever is sent to identity's routes and forms is refused in words: never a mistake of ours, never a stack trace,
and a register of schools is never taken by halves."""

import csv
import io
import re
from collections.abc import Iterator
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from contracts.values import LEVELS
from identity.registry import COLUMNS, ROW_REASONS
from support.identity import House, house
from support.identity_staff import Staff, staffed
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration
TEXTS = (*("", "²", "9" * 5000, "0001-01-01", "9999-12-31", "a\x00b", "<script>x", "x" * 20_000),)
BODIES = (
    *(b"{" * 30_000, b"[" * 30_000, b'{"a":' * 6_000, b'{"user": NaN}', b'{"user": ' + b"9" * 9_000 + b"}"),
    *(b'{"user": "\\ud800"}', b"\xff\xfe{}", b'{"user": null}', b'{"user": {"$gt": ""}}', b"{}" * 9, b'{"": ""}'),
    b'{"session": "\\udfff", "group": "student", "code": "2", "blinded": "' + b"A" * 342 + b'"}',
)


@pytest.fixture(scope="module")
def home(broker: KafkaPart, database: MongoPart) -> Iterator[House]:
    with house(broker, database) as made:
        yield made


@pytest.fixture(scope="module")
def people(home: House) -> Staff:
    return staffed(home)


def is_well(reply: TestResponse, what: object) -> None:
    """Answered in words that give nothing away."""
    assert reply.status_code < 500, (what, reply.status_code, reply.text[:300])
    assert "Traceback" not in reply.text, what
    assert "pymongo" not in reply.text, what


def posts(home: House) -> list[str]:
    """Every route of the API that takes a JSON body."""
    rules = [rule for rule in home.app.url_map.iter_rules() if "POST" in (rule.methods or ()) and "/v1/" in rule.rule]
    return sorted({re.sub(r"<[^>]+>", "2345679A", rule.rule) for rule in rules} - {"/v1/schools/import"})


def test_no_body_makes_a_route_of_the_api_fail(home: House, people: Staff) -> None:
    page, paths = home.client(), posts(home)
    assert len(paths) >= 12
    for path, body, role in product(paths, BODIES, (None, "officer", "coordinator")):
        headers = people.bearer(role) if role else {}
        reply = page.post(path, data=body, content_type="application/json", headers=headers)
        is_well(reply, (path, role, body[:40]))
        assert reply.status_code in (400, 401, 403, 404, 413, 422), (path, role, body[:40], reply.status_code)


def test_no_address_and_no_header_makes_a_route_fail(home: House, people: Staff) -> None:
    page = home.client()
    rules = [rule.rule for rule in home.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    odd = ("%00", "%ED%A0%80", "..%2f..", "%24where", "a" * 3000, "²")
    for rule, word, role in product(rules, odd, ("officer", "coordinator")):
        path = re.sub(r"<[^>]+>", word, rule)
        query = f"?q={word}&page={word}&after={word}&lang={word}&session={word}"
        is_well(page.get(path + query, headers=people.bearer(role)), path)
        is_well(people.pages[role].get(path + query), path)
    deep = "W1tbW1tb" * 500
    for header, value in (
        *[("Authorization", f"Bearer {token}") for token in (deep, f"{deep}.{deep}.{deep}", "guzgu_é", "\x01", ".")],
        *[("Cookie", f"guzgu-identity={token}; lang=²") for token in (deep, f"{deep}.{deep}.{deep}", '"', "=")],
        *[("Accept-Language", word) for word in ("x" * 5000, "az;q=²", ",,,;;;", "*")],
    ):
        for path in ("/v1/sessions", "/v1/campaigns", "/", "/school"):
            is_well(page.get(path, headers={header: value}), (header, value[:40]))


def filled(people: Staff) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """(role, page with the form, address it is sent to, what is plausibly typed) of every form."""
    session, school = people.session, people.school
    day = {"closes-day": people.day(3), "closes-time": "18:00"}
    fresh = {
        "campaign": "spring",
        "name-az": "Yaz",
        "name-en": "Spring",
        "opens": people.day(0),
        "closes": people.day(9),
    }
    yield "visitor", "/sign-in", "/sign-in", {"user": "officer", "password": "wrong", "code": "000000"}
    words = {"user": "kamran", "password": "a mountain spring", "again": "a mountain spring"}
    yield "visitor", "/join", "/join", {"invitation": "2345-6789-ABCD-EFGH", **words}
    yield "officer", "/campaigns/new", "/campaigns/new", {**fresh, "k-student": "12", "k-leader": ""}
    yield "officer", f"/campaigns/{people.campaign}/close", f"/campaigns/{people.campaign}/close", {"word": "no"}
    yield "officer", "/people", "/keys", {"name": "office"}
    yield "officer", "/keys/nobody/remove", "/keys/nobody/remove", {"word": "no"}
    yield "officer", "/people", "/people", {"user": "officer", "role": "agency", "scope": "level=none"}
    yield "officer", "/people/analyst/end", "/people/analyst/end", {"word": "no"}
    about = {"name": "Məktəb", "region": "Baku", "settlement": "rural", "language": "az", "type": "full"}
    at = f"/schools/{school}"
    yield "officer", f"{at}/edit", f"{at}/edit", {**about, "revision": "99", "primary-leaders": "2"}
    yield "officer", f"{at}/end", f"{at}/end", {"fate": "follows", "into": "001", "word": "end"}
    yield "officer", f"/schools/{school}", f"/schools/{school}/invitation", {}
    more = {"campaign": people.campaign, "level": "primary", "group": "teacher", "when": "later"}
    begin = {"opens-day": people.day(1), "opens-time": "08:00", "expected-primary-teacher": "3", "own-1-az": "A"}
    begin |= {"at": "look", "go": "look"}
    yield "coordinator", "/sessions/new", "/sessions/new", {**more, **begin, **day, "optional": "C10"}
    yield "coordinator", f"/sessions/{session}", f"/sessions/{session}/extend", day
    for step in ("when", "optional", "own", "expected", "look"):
        yield "coordinator", "/sessions/new", "/sessions/new", {**more, **begin, **day, "at": step, "go": "next"}
    few = {"count": "0", "language": "az", "replace": "no", "each": "8"}
    yield "coordinator", f"/sessions/{session}/slips/leader", f"/sessions/{session}/slips/leader", few
    yield "coordinator", f"/sessions/{session}/share", f"/sessions/{session}/share", {"word": "no"}
    yield "coordinator", "/handover", "/handover", {"word": "no"}
    raised = {"group": "leader", "cap": "0"}
    yield "officer", f"/schools/{school}", f"/schools/{school}/sessions/{session}/cap", raised
    yield "coordinator", f"/sessions/{session}/close", f"/sessions/{session}/close", {"word": "no"}


def test_nothing_that_is_typed_into_a_form_makes_it_fail(people: Staff) -> None:
    for role, form, path, usual in filled(people):
        page = people.pages[role]
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.get(form).text)
        assert token, form
        for field, text in product(usual, TEXTS):
            typed = {**usual, "csrf_token": token[1], field: text}
            reply = page.post(path, data=typed, content_type="multipart/form-data")
            is_well(reply, (path, field, text[:40]))
            if "<script>x" in text:
                assert "<script>x" not in reply.text, (path, field)


CELLS = st.one_of(
    st.sampled_from(
        ("", "0", "12", "00012", "0" * 5000, "9" * 5000, "²", "urban", "rural", *LEVELS, "Baku", "a" * 300)
    ),
    st.sampled_from(
        ("=1+1", "+cmd|'/c calc'!A0", "-2+3", "@SUM(1)", "$where", "region.name", "\tx", 'a"b', "a\nb", "\x00")
    ),
    st.text(max_size=12),
)
USUAL = {"registry_id": "R1", "name": "Məktəb", "region": "Baku", "settlement": "urban", "language": "az"} | {
    "type": "full",
    "level": "primary",
    "leaders": "3",
    "teachers": "20",
    "students": "90",
    "trainers": "0",
}
ROWS = st.lists(
    st.tuples(st.sampled_from(("R1", "R2", "R3")), st.dictionaries(st.sampled_from(COLUMNS), CELLS, max_size=3)),
    max_size=6,
)


def written(rows: list[tuple[str, dict[str, str]]]) -> str:
    """The rows as a register's file."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(COLUMNS)
    out.writerows([{**USUAL, "registry_id": name, **odd}[column] for column in COLUMNS] for name, odd in rows)
    return text.getvalue()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS)
def test_every_row_of_a_register_is_taken_whole_or_named_and_cells_stay_what_they_are(
    home: House, people: Staff, rows: list[tuple[str, dict[str, str]]]
) -> None:
    place = home.desk.place
    place["schools"].delete_many({"registry_id": {"$nin": people.registered}})
    sent = written(rows).encode("utf-8", "surrogatepass")

    reply = home.client().post(
        "/v1/schools/import", data=sent, content_type="text/csv", headers=people.bearer("officer")
    )

    is_well(reply, rows)
    if reply.status_code == 422:
        assert reply.get_json()["title"] in ("not-csv", "bad-header")
        assert place["schools"].count_documents({"registry_id": {"$nin": people.registered}}) == 0, "half-taken"
        return
    told = reply.get_json()
    assert {row["reason"] for row in told["refused"]} <= set(ROW_REASONS)
    stored = [row for row in place["schools"].find() if row["registry_id"] not in people.registered]
    assert told["taken"] == sum(len(row["levels"]) for row in stored)
    assert told["taken"] + len(told["refused"]) == len(rows)
    typed = {value.strip() for row in rows for value in ({**USUAL, "registry_id": row[0], **row[1]}).values()}
    assert {row[name] for row in stored for name in ("name", "region", "type")} <= typed
    is_well(people.pages["officer"].get("/schools"), "the list")


def test_a_register_that_is_no_text_changes_nothing(home: House, people: Staff) -> None:
    before = list(home.desk.place["schools"].find())
    header = ",".join(COLUMNS).encode()
    for body in (
        b"\xff\xfe",
        b"\x00",
        header + b'\n"unfinished',
        b"PK\x03\x04",
        header[:-1],
        b"a" * 200_000,
        header + b"\xed\xa0\x80",
    ):
        reply = home.client().post(
            "/v1/schools/import", data=body, content_type="text/csv", headers=people.bearer("officer")
        )
        assert reply.status_code == 422, body[:40]
        form = people.pages["officer"].get("/schools/import").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', form)
        assert token
        sent: dict[str, Any] = {"csrf_token": token[1], "register": (BytesIO(body), "register.csv", "text/csv")}
        is_well(
            people.pages["officer"].post("/schools/import", data=sent, content_type="multipart/form-data"), body[:40]
        )
    assert list(home.desk.place["schools"].find()) == before


def test_a_class_name_that_looks_like_an_operator_of_the_database_is_only_a_name(home: House, people: Staff) -> None:
    rows = [(f"OP{n}", {"region": region}) for n, region in enumerate(["$set.name"] * 10 + ["a.b$c"] * 10)]
    officer = people.bearer("officer")
    reply = home.client().post(
        "/v1/schools/import", data=written(rows).encode(), content_type="text/csv", headers=officer
    )
    assert (reply.get_json()["taken"], reply.get_json()["refused"]) == (20, [])
    words: dict[str, Any] = {"names": {"en": "Odd", "az": "Tək"}, "opens": people.day(0) + "T00:00:00Z"}
    made = home.post("/v1/campaigns", officer, campaign="odd", closes=people.day(9) + "T00:00:00Z", **words)
    home.turn()
    published = " + ".join(made["classes"]["region"].values())
    assert "$set.name" in published
    assert "a.b$c" in published
    assert home.desk.place["campaigns"].find_one({"_id": "odd"}) is not None
