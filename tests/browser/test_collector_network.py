"""The network goes at every step of the questionnaire: nothing is lost, nothing is counted twice."""

import pytest
from playwright.sync_api import Route

from support.ballots import Signer
from support.collecting import Topics
from support.signing import Desk
from support.visiting import Visitor
from support.walking import counted

pytestmark = pytest.mark.integration


def test_the_network_goes_at_every_step_and_one_response_is_counted(
    visitor: Visitor, desk: Desk, signer: Signer, place: Topics
) -> None:
    """Before the questions, before the ballot, during the answers, at sending."""
    context = visitor.page.context
    visitor.page.goto(f"{visitor.collector.origin}/?lang=en")
    visitor.heading("Type what is on your slip")
    code = desk.admit(signer, "student")
    context.set_offline(True)
    visitor.type_slip(signer, code)
    visitor.page.get_by_text("Nothing is lost", exact=False).wait_for()
    context.set_offline(False)
    visitor.heading("Is this on your slip?")
    visitor.press("Yes, it is the same")
    visitor.heading("What we promise")
    visitor.press("Continue")
    visitor.page.locator("label[for=device-shared]").click()
    context.set_offline(True)
    visitor.press("Continue")
    visitor.page.get_by_text("Nothing is lost", exact=False).wait_for()
    context.set_offline(False)
    visitor.page.locator("fieldset.question").first.wait_for()
    context.set_offline(True)
    visitor.to_review(3)
    visitor.send()
    visitor.heading("Not sent yet")
    context.set_offline(False)
    visitor.heading("Counted")
    (message,) = counted(place, signer)
    assert set(message.answers.values()) == {4}


def test_identity_away_is_waited_for(visitor: Visitor, desk: Desk, signer: Signer) -> None:
    desk.away = True
    try:
        visitor.open(signer, "student", desk.admit(signer, "student"))
        visitor.heading("What we promise")
        visitor.press("Continue")
        visitor.page.locator("label[for=device-shared]").click()
        visitor.press("Continue")
        visitor.page.get_by_text("Nothing is lost", exact=False).wait_for()
    finally:
        desk.away = False
    visitor.press("Try again now")
    visitor.page.locator("fieldset.question").first.wait_for()


def test_a_cut_line_at_the_end_keeps_the_answers_and_counts_them_once(
    visitor: Visitor, desk: Desk, signer: Signer, place: Topics
) -> None:
    visitor.open(signer, "student", desk.admit(signer, "student"))
    visitor.to_questions("shared")
    visitor.to_review()
    cuts: list[str] = []

    def cut(route: Route) -> None:
        if len(cuts) == 0:
            cuts.append("before")
            route.abort()
        elif len(cuts) == 1:  # it arrives, and the reply is lost
            cuts.append("after")
            route.fetch()
            route.abort()
        else:
            route.continue_()

    visitor.page.context.route("**/v1/responses", cut)
    visitor.send()
    visitor.heading("Not sent yet")
    visitor.heading("Counted")
    assert cuts == ["before", "after"]
    messages = counted(place, signer)
    assert len(messages) == 2, "the same response twice, which is counted once"
    assert len({message.response_id for message in messages}) == 1


def test_a_double_click_is_counted_once(visitor: Visitor, desk: Desk, signer: Signer, place: Topics) -> None:
    visitor.open(signer, "student", desk.admit(signer, "student"))
    visitor.to_questions("shared")
    visitor.to_review()
    visitor.page.get_by_role("button", name="Send my answers").dblclick()
    visitor.heading("Counted")
    assert len(counted(place, signer)) == 1
