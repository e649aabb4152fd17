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

    def shown() -> dict[str, Any] | None:
        groups = {group["group"]: group for group in setting.report(session).json()["groups"]}
        teachers: dict[str, Any] = groups["teacher"]
        return teachers if teachers["state"] == "final" and teachers["slips"] else None

    teachers = until(shown, "the report with its slips")
    assert teachers["answers"] == TEACHERS
    assert teachers["slips"]["used"] == TEACHERS
    page = setting.report(session, accept="text/html")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert session.school.name in page.text
    ledger = setting.ledger()
    assert ledger["balanced"]
    assert ledger["sessions"][session.id] == {"folded": TEACHERS, "cells": 1}
