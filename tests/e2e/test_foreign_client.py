"""Anyone's client, which knows the wire details alone: what it gets a yes for is counted once, and each no has its
reason."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from support.foreign import Respondent, answers_to, blind, from_now, invented, receipt_of, turned
from support.setting import Session, Setting, until

pytestmark = pytest.mark.integration
COLUMNS: dict[int | str, int] = {1: 0, 2: 1, 3: 2, 4: 3, 5: 4, "na": 5, "pn": 6}
SKIPPED = 7


@pytest.fixture
def session(setting: Setting) -> Session:
    return setting.session(setting.school(), "teacher")


def test_what_a_foreign_client_submits_is_counted_exactly_once(setting: Setting, session: Session) -> None:
    people = setting.respondents(session, "teacher", 7)
    codes = list(answers_to(people[0].questionnaire(), "teacher", 1))
    known = {code: [0] * 8 for code in codes}

    for number, (person, value) in enumerate(zip(people, COLUMNS, strict=True)):
        answers = {code: value for at, code in enumerate(codes) if at % 7 != number}
        response = person.response(answers)
        said = person.submit(response)
        assert said.status_code == 202, said.text
        assert said.json() == {"receipt": receipt_of(response["key_id"], response["ballot"])}
        for code in codes:
            known[code][COLUMNS[answers[code]] if code in answers else SKIPPED] += 1

    assert setting.counted(session, "teacher", 7)["items"] == known
    assert setting.ledger()["sessions"][session.id] == {"folded": 7, "cells": 1}


def test_a_replayed_submission_is_confirmed_with_the_same_receipt_and_counted_once(
    setting: Setting, session: Session
) -> None:
    first, second = setting.respondents(session, "teacher", 2)
    response = first.response({"A1": 4})

    said = [first.submit(response) for _ in range(3)]
    said.append(first.submit({**response, "answers": {"A1": 5}, "padding": "." * 500}))
    assert second.submit(second.response({"A1": 1})).status_code == 202

    assert [answer.status_code for answer in said] == [202] * 4
    assert len({answer.text for answer in said}) == 1
    cell = setting.counted(session, "teacher", 2)
    assert cell["items"]["A1"] == [1, 0, 0, 1, 0, 0, 0, 0], "the first one counts"


def test_five_identical_submissions_at_the_same_time_are_counted_once(setting: Setting, session: Session) -> None:
    people = setting.respondents(session, "teacher", 6)
    with ThreadPoolExecutor(5) as hands:
        for person in people[:5]:
            response = person.response({"A1": 3})
            assert {said.status_code for said in hands.map(person.submit, [response] * 5)} == {202}
    # Behind all of these in the same partition: once it is counted, so is everything before it.
    assert people[5].submit(people[5].response({"A1": 5})).status_code == 202

    until(lambda: (setting.counts(session, "teacher") or {"items": {"A1": [0] * 8}})["items"]["A1"][4], "the last one")
    cell = setting.counts(session, "teacher")
    assert cell is not None
    assert (cell["n"], cell["items"]["A1"]) == (6, [0, 0, 5, 0, 1, 0, 0, 0])


@pytest.fixture(scope="module")
def good(stack: Any, http: Any, ministry: Any) -> tuple[Respondent, dict[str, Any]]:
    """Somebody and a submission that would be taken; nobody hands it in as it is."""
    setting = Setting(stack, http, ministry)
    (person,) = setting.respondents(setting.session(setting.school(), "teacher", "student"), "teacher", 1)
    return person, person.response({"A1": 4})


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], int, str | None]] = {
    "a forged signature": (lambda r: {**r, "signature": turned(r["signature"])}, 401, None),
    "a forged ballot": (lambda r: {**r, "ballot": turned(r["ballot"])}, 401, None),
    "a ballot of another group": (lambda r: {**r, "group": "student"}, 401, None),
    "an invented key": (lambda r: {**r, "key_id": turned(r["key_id"])}, 401, None),
    "answer six": (lambda r: {**r, "answers": {"A1": 6}}, 422, "/answers/A1"),
    "answer true": (lambda r: {**r, "answers": {"A1": True}}, 422, "/answers/A1"),
    "an answer to nothing": (lambda r: {**r, "answers": {"Z9": 1}}, 422, "/answers/Z9"),
    "an unknown field": (lambda r: {**r, "name": "Aynur"}, 422, "/name"),
    "a missing field": (lambda r: {k: v for k, v in r.items() if k != "ballot"}, 422, "/ballot"),
    "another questionnaire": (lambda r: {**r, "questionnaire": "1999-1"}, 422, "/questionnaire"),
    "an unknown session": (lambda r: {**r, "session": invented(7)}, 404, None),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_wrong_with_a_submission_is_said_and_named(good: tuple[Respondent, dict[str, Any]], what: str) -> None:
    person, response = good
    change, status, pointer = CHANGES[what]

    said = person.submit(change(response))

    assert (said.status_code, said.headers["Content-Type"]) == (status, "application/problem+json"), said.text
    assert [error["pointer"] for error in said.json().get("errors", [])] == ([pointer] if pointer else [])


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"A1=4", "application/json", 400),
        (b"[1, 2]", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"session": "' + b"x" * 2_000_000 + b'"}', "application/json", 413),
        (b"x" * 2_000_000, "text/plain", 413),
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
    ],
    ids=["no JSON", "no object", "no text", "2 MB", "2 MB of another type", "plain text", "a form"],
)
def test_what_is_no_submission_at_all_is_refused_by_its_kind(
    good: tuple[Respondent, dict[str, Any]], body: bytes, kind: str, status: int
) -> None:
    said = good[0].submit_bytes(body, kind)
    assert (said.status_code, said.headers["Content-Type"]) == (status, "application/problem+json")


def test_a_refusal_spends_nothing(setting: Setting, session: Session) -> None:
    (person,) = setting.respondents(session, "teacher", 1)
    response = person.response({"A1": 4})
    assert person.submit({**response, "answers": {"A1": 6}}).status_code == 422
    assert person.submit({**response, "signature": turned(response["signature"])}).status_code == 401

    assert person.submit(response).status_code == 202
    assert setting.counted(session, "teacher", 1)["items"]["A1"] == [0, 0, 0, 1, 0, 0, 0, 0]


def test_a_closed_session_gives_no_ballot_and_takes_no_response(setting: Setting, session: Session) -> None:
    holder, stranger = setting.respondents(session, "teacher", 2)
    response = holder.response({"A1": 4})
    setting.close(session)

    assert holder.submit(response).status_code == 410
    assert stranger.trade(blind(stranger.key()[1]).blinded).status_code == 410
    assert setting.counts(session, "teacher") is None


def test_after_the_end_a_ballot_once_given_is_given_again_and_taken_until_the_grace_is_over(setting: Setting) -> None:
    session = setting.session(setting.school(), "teacher", closes=from_now(seconds=6), grace=120)
    holder, stranger = setting.respondents(session, "teacher", 2)
    secret = blind(holder.key()[1])
    first = holder.trade(secret.blinded)
    assert first.status_code == 200
    response = {**stranger.response({"A1": 2})}

    other = setting.codes(session, "teacher", 1)[0]
    late = replace(stranger, code=other)
    until(lambda: late.trade("A" * 342).status_code == 410, "the end of the session")

    again = holder.trade(secret.blinded)
    assert (again.status_code, again.text) == (200, first.text)
    assert holder.trade(blind(holder.key()[1]).blinded).status_code == 410
    assert stranger.submit(response).status_code == 202


def test_before_it_opens_a_session_gives_no_ballot_and_takes_no_response(
    setting: Setting, good: tuple[Respondent, dict[str, Any]]
) -> None:
    session = setting.session(setting.school(), "teacher", opens=from_now(hours=1))
    (person,) = setting.respondents(session, "teacher", 1)

    said = [person.trade(blind(person.key()[1]).blinded), person.submit({**good[1], "session": session.id})]

    assert [answer.status_code for answer in said] == [425, 425]


def test_a_used_code_repeats_its_answer_and_gives_no_second_ballot(setting: Setting, session: Session) -> None:
    (person,) = setting.respondents(session, "teacher", 1)
    key = person.key()[1]
    secret = blind(key)
    with ThreadPoolExecutor(4) as hands:
        said = list(hands.map(person.trade, [secret.blinded] * 4))
    assert {answer.status_code for answer in said} == {200}
    assert len({answer.json()["blind_signature"] for answer in said}) == 1

    assert person.trade(blind(key).blinded).status_code == 409
    assert person.trade(secret.blinded).text == said[0].text
    spelled = f"{person.code[:4]}-{person.code[4:8]}-{person.code[8:]}".lower()
    assert person.trade(secret.blinded, code=spelled).text == said[0].text


def test_what_is_unknown_and_what_is_revoked_look_the_same(setting: Setting, session: Session) -> None:
    (revoked,) = setting.respondents(session, "teacher", 1)
    (fresh,) = setting.codes(session, "teacher", 1, replace_unused=True)
    blinded = blind(revoked.key()[1]).blinded
    mistyped = fresh[:-1] + ("2" if fresh[-1] != "2" else "3")

    said = {
        "a revoked code": revoked.trade(blinded),
        "an unknown code": revoked.trade(blinded, code=invented(8)),
        "a mistyped code": revoked.trade(blinded, code=mistyped),
        "an unknown session": revoked.trade(blinded, code=fresh, session=invented(7)),
        "a group that does not answer": revoked.trade(blinded, code=fresh, group="student"),
        "a group that is none": revoked.trade(blinded, code=fresh, group="parent"),
    }

    assert {what: answer.status_code for what, answer in said.items()} == dict.fromkeys(said, 404)
    assert len({answer.content for answer in said.values()}) == 1
    kept = [{k: v for k, v in answer.headers.items() if k.lower() != "date"} for answer in said.values()]
    assert all(headers == kept[0] for headers in kept)
    assert revoked.trade(blinded, code=fresh).status_code == 200, "none of these was at the valid code's cost"


def test_however_many_wrong_codes_came_before_a_valid_one_passes(setting: Setting, session: Session) -> None:
    (person,) = setting.respondents(session, "teacher", 1)
    blinded = blind(person.key()[1]).blinded
    wrong = [person.trade(blinded, code=invented(8)) for _ in range(45)]

    assert {answer.status_code for answer in wrong} == {404, 429}, "guessing is slowed down"
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in wrong if answer.status_code == 429)
    assert person.trade(blinded).status_code == 200
