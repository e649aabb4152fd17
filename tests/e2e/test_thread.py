"""One thread through everything: slips become ballots, ballots responses, responses counts, counts a report."""

from typing import Any

import pytest

from support.foreign import Respondent
from support.setting import Setting, until

pytestmark = pytest.mark.integration

TEACHERS = 6


def answers_of(respondent: Respondent, value: int) -> dict[str, int | str]:
    """The same answer to every item that the respondent is asked."""
    asked = respondent.questionnaire()["groups"][respondent.group]
    return {item["code"]: value for item in asked["items"]}


def test_a_code_becomes_a_count_and_a_count_becomes_a_report(setting: Setting) -> None:
    session = setting.session(setting.school(teachers=20), "teacher")
    values = [1, 2, 3, 4, 4, 5]

    for respondent, value in zip(setting.respondents(session, "teacher", TEACHERS), values, strict=True):
        answer = respondent.submit(respondent.response(answers_of(respondent, value)))
        assert answer.status_code == 202, answer.text
        assert set(answer.json()) == {"receipt"}

    def folded() -> dict[str, Any] | None:
        cell = setting.counts(session, "teacher")
        return cell if cell and cell["n"] == TEACHERS else None

    cell = until(folded, "the fold of six responses")
    assert cell["released"] == 0
    assert cell["items"]["A1"] == [1, 1, 1, 2, 1, 0, 0, 0]

    setting.close(session)
    until(lambda: setting.counts(session, "teacher")["released"] == TEACHERS, "the release")  # type: ignore[index]  # it was there before

    report = until(lambda: (found := setting.report(session)).status_code == 200 and found, "the report")
    assert report.headers["Content-Type"].startswith("application/json")
    assert setting.ledger()["balanced"]


def test_a_replayed_submission_is_confirmed_again_and_counted_once(setting: Setting) -> None:
    session = setting.session(setting.school(), "teacher")
    (respondent,) = setting.respondents(session, "teacher", 1)
    response = respondent.response({"A1": 4})

    first, second = respondent.submit(response), respondent.submit(response)

    assert (202, 202) == (first.status_code, second.status_code)
    assert first.json() == second.json()
    until(lambda: setting.ledger()["total"]["duplicates"] >= 1, "the fold of the replay")
    cell = setting.counts(session, "teacher")
    assert cell is not None
    assert cell["n"] == 1


def test_what_is_broken_is_refused_by_name_and_spends_nothing(setting: Setting) -> None:
    session = setting.session(setting.school(), "teacher")
    (respondent,) = setting.respondents(session, "teacher", 1)
    good = respondent.response({"A1": 4})
    turned = "A" if good["signature"][40] != "A" else "B"
    forged = {**good, "signature": good["signature"][:40] + turned + good["signature"][41:]}

    assert respondent.submit(forged).status_code == 401
    off_scale = respondent.submit({**good, "answers": {"A1": 6}})
    assert off_scale.status_code == 422
    assert [error["pointer"] for error in off_scale.json()["errors"]] == ["/answers/A1"]
    assert respondent.submit({**good, "name": "somebody"}).status_code == 422
    assert respondent.submit_bytes(b"A1=4").status_code == 400
    assert respondent.submit_bytes(b"{" + b" " * 2_000_000 + b"}").status_code == 413
    assert respondent.submit(good).status_code == 202


def test_a_closed_session_takes_nothing_more(setting: Setting) -> None:
    session = setting.session(setting.school(), "teacher")
    (respondent,) = setting.respondents(session, "teacher", 1)
    response = respondent.response({"A1": 4})

    setting.close(session)

    assert respondent.submit(response).status_code == 410
    assert setting.ledger()["total"]["buried"] == 0
