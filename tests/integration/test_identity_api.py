"""Identity's API on the real database and broker: from the register to ballots, the close marker and the manifest."""

import base64
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok

from contracts import codec
from contracts.ballots import b64, fingerprint, key_id, unb64
from contracts.messages import Campaign, SchoolSession, SessionClosed
from contracts.topics import partition
from country import ballots as client
from identity import codes, manifest
from support.identity import REGISTER, House, house
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration
UNKNOWN = codes.make(codes.PARTICIPATION, secrets.token_bytes)


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(kw_only=True)
class School:
    """A school of the test with its coordinator signed in."""

    house: House
    code: str
    user: str
    password: str
    totp_secret: str
    headers: dict[str, str] = field(default_factory=dict)

    def open(self, campaign: str, level: str = "lower-secondary", **more: Any) -> dict[str, Any]:
        body: dict[str, Any] = {
            "campaign": campaign,
            "level": level,
            "closes": utc(self.house.clock.now + timedelta(hours=2)),
            "groups": {"student": {}, "teacher": {}},
        }
        made = self.house.post("/v1/sessions", self.headers, **{**body, **more})
        self.house.turn()
        return made

    def slips(self, session: str, group: str = "student", count: int = 1) -> list[str]:
        path = f"/v1/sessions/{session}/slips"
        answer = self.house.client().post(
            path, json={"group": group, "count": count}, headers={**self.headers, "Accept": "application/json"}
        )
        assert answer.status_code == 200, answer.text
        return list(answer.get_json()["codes"])


@pytest.fixture(scope="module")
def home(broker: KafkaPart, database: MongoPart) -> Iterator[House]:
    with house(broker, database) as made:
        yield made


@pytest.fixture(scope="module")
def officer(home: House) -> dict[str, str]:
    return home.headers(**home.officer)


@pytest.fixture(scope="module")
def schools(home: House, officer: dict[str, str]) -> dict[str, dict[str, Any]]:
    reply = home.client().post("/v1/schools/import", data=REGISTER.encode(), headers=officer, content_type="text/csv")
    assert reply.get_json() == {"taken": 4, "refused": [], "new": 3, "changed": 0, "unchanged": 0}
    return {row["registry_id"]: row for row in home.get("/v1/schools", officer)["schools"]}


@pytest.fixture(scope="module")
def school(home: House, officer: dict[str, str], schools: dict[str, dict[str, Any]]) -> School:
    return _signed_up(home, officer, schools["002"]["school"], "leyla")


def _signed_up(home: House, officer: dict[str, str], code: str, user: str) -> School:
    invitation = home.post(f"/v1/schools/{code}/invitations", officer)["invitation"]
    account = home.post("/v1/invitations", {}, invitation=invitation, user=user, password="a mountain spring")
    made = School(house=home, code=code, user=user, password="a mountain spring", totp_secret=account["totp_secret"])
    made.headers = home.headers(user, made.password, made.totp_secret)
    return made


@pytest.fixture
def campaign(home: House, officer: dict[str, str], schools: dict[str, dict[str, Any]]) -> str:
    name = f"autumn-{secrets.token_hex(3)}"
    home.post(
        "/v1/campaigns",
        officer,
        campaign=name,
        names={"en": "Autumn", "az": "Payız"},
        opens=utc(home.clock.now - timedelta(hours=1)),
        closes=utc(home.clock.now + timedelta(days=20)),
    )
    home.turn()
    return name


def trade(home: House, session: dict[str, Any], group: str, code: str, blinded: bytes) -> Any:
    body = {"session": session["session"], "group": group, "code": code, "blinded": b64(blinded)}
    return home.client().post("/v1/ballots", json=body)


def public_key(home: House, session: dict[str, Any], group: str) -> tuple[str, bytes]:
    card = home.client().get(f"/v1/sessions/{session['session']}/keys").text
    assert fingerprint(card) == session["fingerprint"]
    row = next(row for row in json.loads(card)["keys"] if row["group"] == group)
    assert key_id(unb64(row["spki"])) == row["key_id"]
    return row["key_id"], unb64(row["spki"])


def blinded(home: House, session: dict[str, Any], group: str = "student") -> bytes:
    key = client.public_key(public_key(home, session, group)[1])
    return client.blind(key, client.prepare(secrets.token_bytes), secrets.token_bytes).blinded


def test_a_code_is_traded_for_a_ballot_that_verifies(home: House, school: School, campaign: str) -> None:
    session = school.open(campaign)
    code = school.slips(session["session"])[0]
    name, spki = public_key(home, session, "student")
    key = client.public_key(spki)
    secret = client.blind(key, client.prepare(secrets.token_bytes), secrets.token_bytes)
    reply = trade(home, session, "student", codes.grouped(code).lower(), secret.blinded)
    assert reply.status_code == 200
    assert reply.get_json()["key_id"] == name
    ballot = client.finalize(key, secret, unb64(reply.get_json()["blind_signature"]))
    client.verify(key, ballot)


def test_the_same_request_gets_the_same_answer_and_another_is_409(home: House, school: School, campaign: str) -> None:
    session = school.open(campaign)
    code, first = school.slips(session["session"])[0], blinded(home, session)
    replies = [trade(home, session, "student", code, first) for _ in range(3)]
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.get_json()["blind_signature"] for reply in replies}) == 1
    other = trade(home, session, "student", code, blinded(home, session))
    assert (other.status_code, other.get_json()["title"]) == (409, "code-used")
    assert home.get(f"/v1/sessions/{session['session']}", school.headers)["groups"]["student"]["slips"]["used"] == 1


def test_unknown_session_group_and_code_and_a_revoked_code_have_one_answer(
    home: House, school: School, campaign: str
) -> None:
    session = school.open(campaign)
    code, revoked = school.slips(session["session"], "teacher", 2)
    answer = home.client().post(
        f"/v1/sessions/{session['session']}/slips",
        json={"group": "teacher", "count": 1, "replace_unused": True},
        headers={**school.headers, "Accept": "application/json"},
    )
    assert answer.status_code == 200
    message, elsewhere = blinded(home, session, "teacher"), {"session": codes.make(codes.SESSION, secrets.token_bytes)}
    replies = [
        trade(home, elsewhere, "teacher", code, message),
        trade(home, session, "student", code, message),
        trade(home, session, "trainer", code, message),
        trade(home, session, "nobody", code, message),
        trade(home, session, "teacher", UNKNOWN, message),
        trade(home, session, "teacher", "23456789A"[:-1], message),
        trade(home, session, "teacher", revoked, message),
    ]
    assert {reply.status_code for reply in replies} == {404}
    assert len({reply.data for reply in replies}) == 1


def test_slips_are_capped_by_the_registers_number(home: House, school: School, campaign: str) -> None:
    session = school.open(campaign, groups={"leader": {}})  # 5 registered: at most 7 slips
    path, headers = f"/v1/sessions/{session['session']}/slips", {**school.headers, "Accept": "application/json"}
    assert len(school.slips(session["session"], "leader", 6)) == 6
    refused = home.client().post(path, json={"group": "leader", "count": 2}, headers=headers)
    assert (refused.status_code, refused.get_json()["title"]) == (422, "too-many-slips")
    assert len(school.slips(session["session"], "leader", 1)) == 1
    counts = home.get(f"/v1/sessions/{session['session']}", school.headers)["groups"]["leader"]["slips"]
    assert counts == {"registered": 5, "issued": 7, "reissued": 0, "revoked": 0, "used": 0, "cap": 7}


def test_before_opening_425_and_after_closing_410_but_a_repeat_within_the_grace(
    home: House, school: School, campaign: str
) -> None:
    opens, closes = home.clock.now + timedelta(minutes=5), home.clock.now + timedelta(minutes=10)
    session = school.open(campaign, opens=utc(opens), closes=utc(closes), grace=60)
    used, unused = school.slips(session["session"], count=2)
    message = blinded(home, session)
    assert trade(home, session, "student", used, message).status_code == 425
    home.clock.now = opens + timedelta(seconds=1)
    first = trade(home, session, "student", used, message)
    assert first.status_code == 200
    home.clock.now = closes + timedelta(seconds=1)
    again = trade(home, session, "student", used, message)
    assert (again.status_code, again.data) == (200, first.data)
    assert trade(home, session, "student", used, blinded(home, session)).status_code == 410
    assert trade(home, session, "student", unused, message).status_code == 410
    home.clock.now = closes + timedelta(seconds=61)
    assert trade(home, session, "student", used, message).status_code == 410


def test_the_marker_waits_for_grace_and_settle_and_takes_the_keys_with_it(
    home: House, school: School, campaign: str
) -> None:
    session = school.open(campaign)
    code = school.slips(session["session"])[0]
    assert trade(home, session, "student", code, blinded(home, session)).status_code == 200
    home.post(f"/v1/sessions/{session['session']}/close", school.headers)
    home.turn()
    home.clock.move(home.settings.settle_seconds - 1)
    home.turn()
    shown = home.get(f"/v1/sessions/{session['session']}", school.headers)
    assert (shown["state"], shown["grace"]) == ("open", 0)
    assert home.desk.place["keys"].count_documents({"session": session["session"]}) == 2
    home.clock.move(2)
    home.turn()
    shown = home.get(f"/v1/sessions/{session['session']}", school.headers)
    assert shown["state"] == "closed"
    assert home.desk.place["keys"].count_documents({"session": session["session"]}) == 0
    late = {"closes": utc(home.clock.now + timedelta(hours=1))}
    reply = home.client().post(f"/v1/sessions/{session['session']}/extend", json=late, headers=school.headers)
    assert reply.status_code == 409
    marker = _marker(home, school.code, session["session"])
    assert {name: (c.registered, c.issued, c.used) for name, c in marker.groups.items()} == {
        "student": (850, 1, 1),
        "teacher": (61, 0, 0),
    }


def _marker(home: House, school: str, session: str) -> SessionClosed:
    from kafka import KafkaConsumer, TopicPartition

    place = TopicPartition(f"{home.prefix}responses-v1", partition(school))
    consumer = KafkaConsumer(bootstrap_servers=home.bootstrap, group_id=None, enable_auto_commit=False)
    consumer.assign([place])
    consumer.seek(place, 0)
    deadline = 50
    try:
        while deadline:
            deadline -= 1
            for record in consumer.poll(timeout_ms=200).get(place, []):
                message = codec.decode(record.value)
                if isinstance(message, SessionClosed) and message.session == session:
                    assert record.key == school.encode()
                    assert record.timestamp % 86_400_000 == 0
                    return message
    finally:
        consumer.close(autocommit=False)
    raise AssertionError("no marker")


def test_every_revision_is_published_in_order(home: House, school: School, campaign: str) -> None:
    session = school.open(campaign)
    home.post(
        f"/v1/sessions/{session['session']}/extend",
        school.headers,
        closes=utc(home.clock.now + timedelta(hours=3)),
    )
    home.turn()
    found = [codec.decode(r.value) for r in home.records("sessions-v1") if r.key == session["session"].encode()]
    timetables = [message.timetable for message in found if isinstance(message, SchoolSession)]
    assert [(t.revision, t.state) for t in timetables] == [(1, "planned"), (2, "open"), (3, "open")]


def test_a_campaign_is_closed_after_its_last_marker(
    home: House, officer: dict[str, str], school: School, campaign: str
) -> None:
    running = school.open(campaign)
    home.post(f"/v1/campaigns/{campaign}/close", officer)
    wish = {"closes": utc(home.clock.now + timedelta(hours=1)), "groups": {"leader": {}}}
    refused = home.client().post(
        "/v1/sessions", json={"campaign": campaign, "level": "lower-secondary", **wish}, headers=school.headers
    )
    assert (refused.status_code, refused.get_json()["title"]) == (409, "campaign-closed")
    home.turn()
    assert _campaign_states(home, campaign)[-1] == "open"
    home.clock.move(home.settings.settle_seconds + 1)
    home.turn(6)
    assert home.get(f"/v1/sessions/{running['session']}", school.headers)["state"] == "closed"
    assert _campaign_states(home, campaign)[-1] == "closed"


def _campaign_states(home: House, campaign: str) -> list[str]:
    found = [codec.decode(r.value) for r in home.records("campaigns-v1") if r.key == campaign.encode()]
    return [message.state for message in found if isinstance(message, Campaign)]


def test_the_manifest_is_signed_and_chained(home: House, school: School, campaign: str) -> None:
    session = school.open(campaign)
    numbers = next(key for key in home.get("/.well-known/jwks.json")["keys"] if key["alg"] == "ES256")
    x, y = (int.from_bytes(unb64(numbers[name])) for name in ("x", "y"))
    key = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
    lines = home.client().get("/v1/manifest").text.splitlines()
    before = ""
    for sequence, line in enumerate(lines, 1):
        body = json.loads(line)
        signature = body.pop("signature")
        assert (body["sequence"], body["previous"]) == (sequence, manifest.previous(before))
        assert manifest.signed(key, body, signature)
        before = line
    assert json.loads(lines[-1])["fingerprint"] == session["fingerprint"]
    assert home.client().get(f"/v1/manifest?after={len(lines) - 1}").text == lines[-1] + "\n"


def test_a_grant_says_who_may_see_what_and_can_be_checked_with_the_public_key(
    home: House, school: School, campaign: str
) -> None:
    keys = jwt.PyJWKSet.from_dict(home.get("/.well-known/jwks.json"))
    text = home.post("/v1/grants", school.headers, purpose="reporter")["grant"]
    claims = jwt.decode(
        text,
        keys[jwt.get_unverified_header(text)["kid"]],
        algorithms=["EdDSA"],
        audience="reporter",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert {name: claims[name] for name in ("role", "school", "school_name", "shared", "scope")} == {
        "role": "coordinator",
        "school": school.code,
        "school_name": "Bakı 20 saylı məktəb",
        "shared": [],
        "scope": {},
    }
    assert claims["exp"] - claims["iat"] == 60


def test_the_collectors_page_may_ask_without_credentials_and_nobody_else(home: House, school: School) -> None:
    reply = home.client().options("/v1/ballots", headers={"Origin": "http://127.0.0.1:8002"})
    assert reply.status_code == 204
    assert reply.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:8002"
    assert "Access-Control-Allow-Credentials" not in reply.headers
    assert "Access-Control-Allow-Origin" not in home.client().get("/v1/campaigns").headers


@pytest.mark.parametrize(
    ("path", "right"),
    [("/v1/sessions", "sessions"), ("/v1/sessions/2222222A/slips", "slips")],
)
def test_ministry_roles_neither_open_sessions_nor_print_slips(
    home: House, officer: dict[str, str], path: str, right: str
) -> None:
    api_key = home.post("/v1/api-keys", officer, name=f"k{secrets.token_hex(4)}")["api_key"]
    bodies = {
        "sessions": {"campaign": "x", "level": "primary", "closes": "2026-01-01T00:00:00Z", "groups": {"leader": {}}},
        "slips": {"group": "leader", "count": 1},
    }
    for headers in (officer, {"Authorization": f"Bearer {api_key}"}):
        reply = home.client().post(path, json=bodies[right], headers=headers)
        assert (reply.status_code, reply.get_json()["title"]) == (403, "not-allowed")


def test_a_coordinator_sees_no_other_schools_session(
    home: House, officer: dict[str, str], school: School, schools: dict[str, dict[str, Any]], campaign: str
) -> None:
    other = _signed_up(home, officer, schools["001"]["school"], "kamran")
    session = school.open(campaign)
    assert home.client().get(f"/v1/sessions/{session['session']}", headers=other.headers).status_code == 404
    assert home.get("/v1/sessions", other.headers) == {"sessions": []}


def test_a_one_time_code_is_used_once(home: House) -> None:
    import pyotp

    home.clock.move(30)
    code = pyotp.TOTP(home.officer["totp_secret"]).at(home.clock.now)
    body = {"user": "officer", "password": home.officer["password"], "totp": code}
    assert [home.client().post("/v1/tokens", json=body).status_code for _ in range(2)] == [200, 401]


def test_nothing_that_is_kept_of_codes_carries_a_time(home: House, school: School, campaign: str) -> None:
    session = school.open(campaign)
    code = school.slips(session["session"])[0]
    trade(home, session, "student", code, blinded(home, session))
    for row in home.desk.place["participation_codes"].find({"session": session["session"]}):
        assert set(row) <= {"_id", "session", "group", "revoked", "used"}
        assert isinstance(row["_id"], bytes)
        assert code.encode() not in base64.b64encode(row["_id"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"", 400),
        (b'{"session": "A"}', 422),
        (b'{"session": "A", "group": "student", "code": "B", "blinded": "AAAA"}', 422),
        (b'{"session": "A", "group": "student", "code": "B", "blinded": "", "name": "x"}', 422),
        (b" " * 40_000, 413),
    ],
)
def test_a_malformed_request_is_refused_as_a_problem(home: House, body: bytes, status: int) -> None:
    reply = home.client().post("/v1/ballots", data=body, content_type="application/json")
    assert (reply.status_code, reply.mimetype) == (status, "application/problem+json")


def test_staff_routes_check_bodies_as_all_others_do(home: House, officer: dict[str, str]) -> None:
    page = home.client()
    large = page.post("/v1/campaigns", data=b" " * 40_000, content_type="application/json", headers=officer)
    form = page.post("/v1/campaigns", data={"campaign": "x"}, headers=officer)
    broken = page.post("/v1/campaigns", data=b"[", content_type="application/json", headers=officer)
    assert [reply.status_code for reply in (large, form, broken)] == [413, 415, 400]
    assert page.get("/v1/campaigns", headers=officer).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("opens", ["0001-01-01T00:00:00Z", "9998-01-01T00:00:00Z"])
def test_a_campaign_outside_of_living_memory_is_refused(home: House, officer: dict[str, str], opens: str) -> None:
    body = {"campaign": "far", "names": {"en": "Far", "az": "Uzaq"}, "opens": opens, "closes": "9999-01-01T00:00:00Z"}
    reply = home.client().post("/v1/campaigns", json=body, headers=officer)
    assert (reply.status_code, reply.get_json()["title"]) == (422, "bad-dates")


def test_no_request_makes_it_fail(home: House, officer: dict[str, str]) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", home.app)
    failures: list[tuple[str, int, str]] = []

    def check(case: Any) -> None:
        for headers in ({}, officer):
            reply = case.call(headers=headers)
            kind = "".join(reply.headers.get("content-type", [""]))
            if reply.status_code >= 500 or (reply.status_code >= 400 and kind != "application/problem+json"):
                failures.append((case.operation.label, reply.status_code, kind))

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        trial = given(case=found.ok().as_strategy())(check)
        settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))(trial)()
    assert failures == []
