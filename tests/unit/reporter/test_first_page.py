"""The report's first page: slips that should be left, who rated how much, and everything withheld with its reason."""

from typing import Any

import pytest

from contracts.questionnaire import bank
from reporter.pages.rendering import Pages
from reporter.report import assembly
from reporter.report.assembly import SessionView
from reporter.told import first_page
from reporter.told.words import Voice
from support import reporter_world as world


@pytest.fixture(scope="module")
def voice() -> Voice:
    return Pages("Asia/Baku", "http://127.0.0.1:8001", "charts.js").voice("en", "2026-1")


def a_view(slips: dict[str, int] | None = None, **groups: int) -> SessionView:
    """A closed session in which so many of each group answered."""
    terms = world.a_session()
    below = {group: "withheld" if n < terms["groups"][group]["k"] else "released" for group, n in groups.items()}
    counted = world.a_participation(terms, {group: (n, below[group]) for group, n in groups.items()}, True)
    if slips is not None:
        counted["groups"]["teacher"]["slips"] = slips
    shown = [world.a_snapshot(terms, group, n) for group, n in groups.items() if below[group] == "released"]
    return assembly.view(terms, counted, shown, (), bank())


def teacher(view: SessionView) -> int | None:
    return next(group.slips_left for group in view.groups if group.group == "teacher")


@pytest.mark.parametrize(
    ("issued", "reissued", "revoked", "used", "left"),
    [(30, 0, 0, 23, 7), (30, 7, 7, 23, 7), (30, 4, 6, 23, 5), (30, 0, 0, 30, 0), (10, 0, 0, 12, 0)],
)
def test_what_should_be_left_is_all_that_was_printed_less_what_was_taken_back_and_used(
    voice: Voice, issued: int, reissued: int, revoked: int, used: int, left: int
) -> None:
    slips = {"registered": 26, "issued": issued, "reissued": reissued, "revoked": revoked, "used": used}
    view = a_view(slips, teacher=23)
    assert teacher(view) == left
    row = first_page.section(voice, view)["slips"][[group.group for group in view.groups].index("teacher")]
    assert row == ["26", *(str(slips[name]) for name in first_page.SLIPS), "23", str(left)]


def test_before_the_close_nothing_is_said_of_slips(voice: Voice) -> None:
    terms = world.a_session(state="open")
    counted = world.a_participation(terms, {"teacher": (23, "filling")}, False)
    view = assembly.view(terms, counted, (), (), bank())
    assert teacher(view) is None
    assert set(first_page.section(voice, view)["slips"][1][1:5]) == {"–"}


def test_all_that_is_withheld_is_said_with_its_reason(voice: Voice) -> None:
    told = list(first_page.withheld_words(voice, a_view(leader=2, teacher=23, student=118)))
    assert next(sentence for group, sentence in told if group == "leader").startswith("Fewer than 3 answered, so their")
    view = a_view(leader=3, teacher=7)
    told = list(first_page.withheld_words(voice, view))
    assert [sentence[:5] for group, sentence in told if group == "leader"] == ["three"]
    items = view.report.groups["teacher"].items.values()
    hidden = {reason: sum(item.reason == reason for item in items) for reason in ("few-raters", "would-be-solved")}
    for count in hidden.values():
        said = any(group == "teacher" and sentence.startswith(f"{count} item") for group, sentence in told)
        assert said == bool(count)
    vague = sum(any(share.kind != "share" for share in item.shares or ()) for item in items)
    assert any(group == "teacher" and sentence.startswith(f"in {vague} item") for group, sentence in told)


def test_n_and_how_many_rated_stand_beside_each_other(voice: Voice) -> None:
    view = a_view(teacher=23, student=118)
    facts: dict[str, list[Any]] = dict(
        zip((group.group for group in view.groups), first_page.section(voice, view)["facts"], strict=True)
    )
    rated = [item.rated for item in view.report.groups["student"].items.values() if item.rated is not None]
    assert facts["student"][1:4] == ["118", f"{min(rated)} to {max(rated)}", "84%"]
    assert facts["leader"][1:] == ["–"] * 4
