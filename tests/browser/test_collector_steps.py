"""Network cut and page reloaded at every step; hours between opening and sending; closing within the grace."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from support.ballots import Signer, a_session
from support.collecting import Collector, Topics, running_collector, until
from support.signing import Desk
from support.visiting import Visitor, visiting
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
    visitor.page.get_by_label("Session").fill(f"{signer.message.session}S")
    visitor.page.get_by_label("Participation code").fill(code)
    visitor.press("Continue")
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


def test_a_reload_at_every_step_loses_nothing_on_a_personal_device(
    visitor: Visitor, desk: Desk, signer: Signer, place: Topics
) -> None:
    """At the promise, at the choice of device, at each screen of questions, at the review."""
    code = desk.admit(signer, "student")

    def again() -> None:
        visitor.page.wait_for_timeout(300)  # the last choice is on its way to the disk, which nothing announces
        visitor.page.goto("about:blank")
        visitor.open(signer, "student", code)

    visitor.open(signer, "student", code)
    visitor.heading("What we promise")
    again()
    visitor.heading("What we promise")
    visitor.press("Continue")
    visitor.heading("Whose device is this?")
    again()
    visitor.to_questions("personal")
    while visitor.page.locator("dl.facts").count() == 0:
        visitor.answer_page(1)
        was = visitor.page.locator(".progress-count").inner_text()
        again()
        visitor.page.get_by_text(was, exact=True).wait_for()
        asked = visitor.page.locator("fieldset.question").count()
        assert visitor.page.locator("fieldset.question:has(input:checked)").count() == asked
        visitor.press("Next")
        visitor.page.wait_for_function("was => document.querySelector('.progress-count')?.innerText !== was", arg=was)
    again()
    visitor.heading("Look over your answers")
    visitor.send()
    visitor.heading("Counted")
    (message,) = counted(place, signer)
    assert set(message.answers.values()) == {2}
    assert set(message.answers) == {item.code for item in signer.message.groups["student"].items}


def test_three_hours_between_opening_and_sending_are_counted(
    browser: Browser, collector: Collector, desk: Desk, place: Topics
) -> None:
    signer = a_session(groups=("student",), closes=timedelta(hours=4))
    place.publish(signer.message)
    collector.wait_for(signer.message.session)
    with (
        running_collector(place, desk.origin, CLOCK_OFFSET_SECONDS=str(3 * 3600)) as later,
        visiting(browser, collector) as visitor,
    ):
        later.wait_for(signer.message.session)
        visitor.open(signer, "student", desk.admit(signer, "student"))
        visitor.to_questions("shared")
        visitor.to_review(2)
        # Three hours later in the browser, and a service whose clock has gone on as far.
        visitor.page.clock.install()
        visitor.page.clock.fast_forward("03:00:00")
        visitor.page.context.route(
            "**/v1/responses", lambda route: route.fulfill(response=route.fetch(url=f"{later.origin}/v1/responses"))
        )
        visitor.send()
        visitor.heading("Counted")
        assert len(counted(place, signer)) == 1


def test_closed_while_somebody_answers_it_counts_within_the_grace(
    visitor: Visitor, desk: Desk, place: Topics, collector: Collector
) -> None:
    signer = a_session(groups=("student",), closes=timedelta(hours=1))
    place.publish(signer.message)
    collector.wait_for(signer.message.session)
    visitor.open(signer, "student", desk.admit(signer, "student"))
    visitor.to_questions("shared")
    visitor.to_review()
    ended = a_session(
        groups=("student",),
        session=signer.message.session,
        school=signer.message.school,
        closes=timedelta(minutes=-1),
        grace=600,
        revision=2,
    )
    place.publish(ended.message)
    address = f"/v1/sessions/{signer.message.session}/questionnaire"
    until(lambda: collector.get(address).json["grace"] == 600)
    visitor.send()
    visitor.heading("Counted")
    assert len(counted(place, signer)) == 1
