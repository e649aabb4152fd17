"""The rules by which a response enters, without a server."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector import acceptance, content, schemas
from collector.acceptance import Refusal
from collector.content import ItemError
from contracts import ballots
from contracts.messages import ResponseSubmitted
from support.ballots import Signer, a_session, private_key, sign

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def signer() -> Signer:
    return a_session(groups=("teacher", "student"), now=NOW)


def decided(signer: Signer, body: dict[str, Any], now: datetime = NOW, age: float = 0.1) -> ResponseSubmitted | Refusal:
    submission = schemas.read(json.dumps(body).encode())
    if isinstance(submission, Refusal):
        return submission
    rules = acceptance.rules(signer.message)
    return acceptance.decide(submission, rules, now=now, confirmed_seconds_ago=age, staleness=30)


def refused(signer: Signer, body: dict[str, Any], now: datetime = NOW, age: float = 0.1) -> tuple[int, str]:
    found = decided(signer, body, now, age)
    assert isinstance(found, Refusal)
    return found.status, found.reason


def errors(signer: Signer, body: dict[str, Any]) -> list[tuple[str, str]]:
    found = decided(signer, body)
    assert isinstance(found, Refusal)
    assert found.status == 422
    return [(error.pointer, error.code) for error in found.errors]


def test_a_paid_response_enters_under_the_id_of_its_ballot(signer: Signer) -> None:
    body = signer.response()
    found = decided(signer, body)
    assert isinstance(found, ResponseSubmitted)
    assert found.response_id == ballots.response_id(body["key_id"], ballots.unb64(body["ballot"]))
    assert (found.school, found.session) == (signer.message.school, signer.message.session)


def test_answers_are_published_in_the_order_of_the_terms_not_of_the_device(signer: Signer) -> None:
    body = signer.response()
    answers = dict(reversed(body["answers"].items()))
    ticks = {"useful": "7", "barriers": ["time", "money"]}
    found = decided(signer, {**body, "answers": answers, "background": ticks})
    assert isinstance(found, ResponseSubmitted)
    assert list(found.answers) == list(body["answers"])
    assert list(found.background.items()) == [("barriers", ("money", "time")), ("useful", "7")]


def test_skipped_items_and_special_answers_enter(signer: Signer) -> None:
    found = decided(signer, signer.response(answers={"C3": "na", "F1": "pn"}))
    assert isinstance(found, ResponseSubmitted)
    assert found.answers == {"C3": "na", "F1": "pn"}


@pytest.mark.parametrize("answer", [0, 6, -1, 1.0, 2.5, True, None, "5", "", "NA", [1], {"a": 1}])
def test_an_answer_off_the_scale_is_named(signer: Signer, answer: object) -> None:
    assert errors(signer, signer.response(answers={"A1": answer, "A2": 3})) == [("/answers/A1", "not-on-scale")]


def test_every_wrong_member_is_named(signer: Signer) -> None:
    background = {"years": "9-5", "barriers": ["money", "money"], "use_home": "day", "useful": 7, "style": ["first"]}
    assert errors(signer, signer.response(answers={"A1": 6, "Z/9": 1}, background=background)) == [
        ("/answers/A1", "not-on-scale"),
        ("/answers/Z~19", "unknown-item"),
        ("/background/years", "unknown-option"),
        ("/background/barriers", "repeated-option"),
        ("/background/use_home", "unknown-question"),
        ("/background/useful", "unknown-option"),
        ("/background/style", "unknown-option"),
    ]


def test_background_takes_options_tick_lists_none_of_these_and_prefer_not_to_say(signer: Signer) -> None:
    given = {"years": "3-5", "style": "pn", "barriers": [], "blended_helped": ["plan"], "useful": "10"}
    found = decided(signer, signer.response(background=given))
    assert isinstance(found, ResponseSubmitted)
    assert found.background == {**given, "barriers": (), "blended_helped": ("plan",)}


def test_another_version_of_the_questionnaire_is_named(signer: Signer) -> None:
    assert errors(signer, signer.response(questionnaire="1999-1")) == [("/questionnaire", "another-version")]


@pytest.mark.parametrize(
    ("seconds", "found"),
    [
        (-3601, (425, "not-yet-open")),
        (-3600, None),
        (3600, None),
        (3659, None),
        (3660, (410, "closed")),
    ],
)
def test_the_clock_and_the_timetable_decide(signer: Signer, seconds: int, found: tuple[int, str] | None) -> None:
    now = NOW + timedelta(seconds=seconds)
    if found is None:
        assert isinstance(decided(signer, signer.response(), now), ResponseSubmitted)
    else:
        assert refused(signer, signer.response(), now) == found


def test_the_wait_for_a_session_that_is_not_open_is_told(signer: Signer) -> None:
    found = decided(signer, signer.response(), NOW - timedelta(hours=1, seconds=10))
    assert isinstance(found, Refusal)
    assert found.retry_after == 11


def test_a_planned_session_opens_by_the_clock_though_its_next_revision_is_late() -> None:
    signer = a_session(now=NOW, state="planned")
    assert isinstance(decided(signer, signer.response()), ResponseSubmitted)


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_a_session_that_was_ended_is_gone_whatever_the_clock_says(state: str) -> None:
    signer = a_session(now=NOW, state=state)
    assert refused(signer, signer.response()) == (410, state)


def test_a_forged_ballot_is_refused(signer: Signer) -> None:
    body = signer.response()
    other = signer.response()
    for change in (
        {"signature": other["signature"]},
        {"ballot": other["ballot"]},
        {"signature": body["signature"][:-1] + "_"},
        {"signature": "AAAA"},
        {"ballot": body["ballot"][:-4]},
        {"signature": "ü" * 342},
        {"signature": ballots.b64(sign(private_key(7), ballots.unb64(body["ballot"])))},
    ):
        assert refused(signer, {**body, **change}) == (401, "signature")


def test_a_ballot_of_another_group_or_key_is_refused(signer: Signer) -> None:
    students = signer.message.groups["student"]
    assert refused(signer, signer.response(group="teacher", key_id=students.key_id)) == (401, "key")
    assert refused(signer, {**signer.response("student"), "group": "teacher"}) == (401, "key")
    assert refused(signer, {**signer.response("student"), "group": "trainer"}) == (401, "key")
    forged = {**signer.response("student"), "group": "teacher", "key_id": signer.message.groups["teacher"].key_id}
    assert refused(signer, forged) == (401, "signature")


def test_checks_come_in_the_published_order(signer: Signer) -> None:
    worst = signer.response(key_id="x" * 16, signature="x", questionnaire="none", answers={"A1": 9})
    late = NOW + timedelta(hours=3)
    assert refused(signer, {**worst, "more": 1}, late, 99) == (422, "shape")
    assert refused(signer, worst, late, 99) == (503, "directory")
    assert refused(signer, worst, late) == (410, "closed")
    assert refused(signer, worst) == (401, "key")
    assert refused(signer, {**worst, "key_id": signer.message.groups["teacher"].key_id}) == (401, "signature")
    assert refused(signer, signer.response(questionnaire="none", answers={"A1": 9})) == (422, "content")


def test_an_unknown_session_is_denied_only_by_a_directory_that_is_current() -> None:
    assert acceptance.unknown(5.0).status == 404
    assert acceptance.unknown(5.1).status == 503
    assert acceptance.unknown(float("inf")).status == 503


def test_a_session_of_an_unknown_questionnaire_is_unusable(signer: Signer) -> None:
    with pytest.raises(acceptance.Unusable, match="questionnaire"):
        acceptance.rules(replace(signer.message, questionnaire="2099-1"))


def test_a_session_whose_key_is_not_what_its_id_says_is_unusable(signer: Signer) -> None:
    for change in ({"key_id": "A" * 16}, {"spki": b"nothing"}):
        terms = replace(signer.message.groups["teacher"], **change)
        with pytest.raises(acceptance.Unusable, match="key"):
            acceptance.rules(replace(signer.message, groups={"teacher": terms}))


def test_every_record_of_a_session_carries_the_opening_day_and_no_time(signer: Signer) -> None:
    assert acceptance.rules(signer.message).timestamp_ms == 1791158400000  # 2026-10-05T00:00:00Z


class TestShape:
    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"null", b"\xff", b'{"a": NaN}', b"[" * 5000])
    def test_what_is_no_json_object_is_400(self, body: bytes) -> None:
        found = schemas.read(body)
        assert isinstance(found, Refusal)
        assert (found.status, found.reason) == (400, "not-json")

    @pytest.mark.parametrize(
        "name",
        ["session", "group", "key_id", "ballot", "signature", "questionnaire", "language", "answers", "background"],
    )
    def test_a_missing_member_is_named(self, signer: Signer, name: str) -> None:
        body = signer.response()
        del body[name]
        assert errors(signer, body) == [(f"/{name}", "missing")]

    def test_padding_may_be_missing(self, signer: Signer) -> None:
        body = signer.response()
        del body["padding"]
        assert isinstance(decided(signer, body), ResponseSubmitted)

    def test_unknown_members_are_refused_and_named(self, signer: Signer) -> None:
        assert errors(signer, {**signer.response(), "name": "A", "a/b": 1}) == [
            ("/a~1b", "unknown-field"),
            ("/name", "unknown-field"),
        ]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("session", 5), ("group", None), ("answers", []), ("background", "x"), ("padding", 3), ("language", {})],
    )
    def test_a_member_of_a_wrong_type_is_named(self, signer: Signer, name: str, value: object) -> None:
        assert errors(signer, {**signer.response(), name: value}) == [(f"/{name}", "wrong-type")]

    def test_a_group_that_is_none_is_named(self, signer: Signer) -> None:
        assert errors(signer, {**signer.response(), "group": "janitor"}) == [("/group", "unknown-group")]

    def test_neither_language_nor_padding_is_kept(self, signer: Signer) -> None:
        submission = schemas.read(json.dumps(signer.response(language="az-marker", padding="marker")).encode())
        assert "marker" not in repr(submission)


def test_item_errors_point_by_json_pointer() -> None:
    assert content.pointer("answers", "a~b/c") == "/answers/a~0b~1c"
    assert ItemError(pointer="/x", code="y").pointer == "/x"
