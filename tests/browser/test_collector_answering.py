"""Answering in real Chromium: from the slip to "Counted", in any language, by any hand, at any speed."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from support.ballots import Signer, a_session
from support.collecting import Collector, Topics, running_collector, until
from support.signing import Desk
from support.visiting import Visitor, visiting
from support.walking import counted

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("group", ["student", "teacher", "leader"])
def test_a_slip_leads_to_counted_on_a_phone(
    visitor: Visitor, desk: Desk, signer: Signer, place: Topics, group: str
) -> None:
    code = desk.admit(signer, group)
    visitor.open(signer, group, code)
    visitor.to_questions("personal")
    assert code not in visitor.page.url
    assert visitor.page.evaluate("location.href + history.length + JSON.stringify(history.state)").count(code) == 0
    visitor.to_review(4)
    visitor.send()
    visitor.heading("Counted")
    (message,) = counted(place, signer)
    assert message.answers == {item.code: 5 for item in signer.message.groups[group].items}
    assert set(message.background) == set(signer.message.groups[group].background)
    assert visitor.stored() == {"rows": [], "tab": {}, "local": {}, "cookie": ""}
    assert visitor.complaints == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_request_is_one_of_8192_bytes_and_nobody_else_is_asked(
    visitor: Visitor, desk: Desk, signer: Signer, collector: Collector
) -> None:
    visitor.open(signer, "student", desk.admit(signer, "student"))
    visitor.to_questions("shared")
    visitor.to_review()
    visitor.send()
    visitor.heading("Counted")
    sent = [request for request in visitor.requests if request.url.endswith("/v1/responses")]
    assert [len(request.post_data_buffer) for request in sent] == [8192]
    asked = [request for request in visitor.requests if request.url.endswith("/v1/ballots")]
    assert len([request for request in asked if request.method == "POST"]) == 1
    assert all(request.url.startswith((collector.origin, desk.origin)) for request in visitor.requests)
    headers = [request.all_headers() for request in [*sent, *asked]]
    assert not [name for found in headers for name in found if name in ("cookie", "referer", "authorization")]


def test_switching_the_language_keeps_the_answers(visitor: Visitor, desk: Desk, signer: Signer) -> None:
    visitor.open(signer, "student", desk.admit(signer, "student"))
    visitor.to_questions("shared")
    visitor.answer_page(2)
    visitor.press("Azərbaycanca")
    visitor.page.get_by_role("button", name="Növbəti", exact=True).wait_for()
    assert visitor.page.locator("html").get_attribute("lang") == "az"
    assert visitor.page.locator("input:checked").count() == visitor.page.locator("fieldset.question").count()
    assert "Qismən razıyam" in visitor.page.locator("main").inner_text()


def test_without_a_network_another_language_waits_and_the_way_back_stands_open(
    browser: Browser, collector: Collector, desk: Desk, signer: Signer
) -> None:
    with visiting(browser, collector, service_workers="block") as visitor:
        visitor.page.context.route("**/questionnaire?lang=az", lambda route: route.abort())
        visitor.open(signer, "student", desk.admit(signer, "student"))
        visitor.to_questions("shared")
        visitor.answer_page(2)
        visitor.press("Azərbaycanca")
        visitor.page.get_by_text("Heç nə itməyib", exact=False).wait_for()
        visitor.press("English")
        visitor.page.locator("fieldset.question").first.wait_for()
        visitor.press("Azərbaycanca")
        visitor.page.get_by_text("Heç nə itməyib", exact=False).wait_for()
        visitor.page.context.unroute("**/questionnaire?lang=az")
        visitor.press("İndi yenidən yoxla")
        visitor.page.get_by_role("button", name="Növbəti", exact=True).wait_for()
        assert visitor.page.locator("input:checked").count() == visitor.page.locator("fieldset.question").count()
        assert "Slightly agree" not in visitor.page.locator("main").inner_text()


def test_a_schools_own_items_stand_in_an_area_of_their_own_each_in_a_language_it_has(
    visitor: Visitor, desk: Desk, place: Topics, collector: Collector
) -> None:
    both = {"az": "Kitabxanamız rahatdır.", "en": "Our library is cosy."}
    signer = a_session(groups=("student",), own=(both, *({"az": f"Bizim {n}-ci sualımız."} for n in range(2, 11))))
    place.publish(signer.message)
    collector.wait_for(signer.message.session)
    visitor.open(signer, "student", desk.admit(signer, "student"))
    visitor.to_questions("shared")
    while visitor.page.get_by_role("heading", name="What does your own school want to know?").count() == 0:
        assert visitor.page.locator("[data-item^=X]").count() == 0
        visitor.next_page(4)
    assert visitor.page.locator(".eyebrow").inner_text() == "Asked by your school"
    asked = visitor.page.locator("[data-item]")
    assert [item.get_attribute("data-item") for item in asked.all()] == [f"X{n}" for n in range(1, 11)]
    first, second = (visitor.page.locator(f"[data-item=X{n}] legend") for n in (1, 2))
    assert (first.inner_text(), first.get_attribute("lang")) == ("Our library is cosy.", None)
    assert (second.inner_text(), second.get_attribute("lang")) == ("Bizim 2-ci sualımız.", "az")
    visitor.to_review(4)
    visitor.send()
    visitor.heading("Counted")
    (message,) = counted(place, signer)
    assert {code for code in message.answers if code.startswith("X")} == {f"X{n}" for n in range(1, 11)}


def test_everything_can_be_skipped_and_taken_back(visitor: Visitor, desk: Desk, signer: Signer, place: Topics) -> None:
    visitor.open(signer, "teacher", desk.admit(signer, "teacher"))
    visitor.to_questions("shared")
    visitor.answer_page(0)
    clear = visitor.page.get_by_role("button", name="Clear the answer")
    while clear.count():
        clear.first.click()
    visitor.to_review(None)
    visitor.send()
    visitor.heading("Counted")
    (message,) = counted(place, signer)
    assert (message.answers, message.background) == ({}, {})


def test_the_keyboard_alone_leads_through_a_screen(visitor: Visitor, desk: Desk, signer: Signer) -> None:
    visitor.open(signer, "student", desk.admit(signer, "student"))
    visitor.to_questions("shared")
    assert visitor.page.evaluate("document.activeElement.tagName") == "H1"
    visitor.page.keyboard.press("Tab")  # the explanation
    visitor.page.keyboard.press("Enter")
    assert visitor.page.locator("details[open]").count() == 1
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Space")
    visitor.page.keyboard.press("ArrowDown")
    assert visitor.page.evaluate("document.activeElement.checked && document.activeElement.value") == "2"
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_text("2 of ", exact=False).first.wait_for()


def test_the_browsers_back_button_is_a_step_back(visitor: Visitor, desk: Desk, signer: Signer) -> None:
    visitor.open(signer, "student", desk.admit(signer, "student"))
    visitor.to_questions("shared")
    visitor.answer_page(1)
    visitor.press("Next")
    visitor.page.get_by_text("2 of ", exact=False).first.wait_for()
    visitor.page.go_back()
    visitor.page.get_by_text("1 of ", exact=False).first.wait_for()
    assert visitor.page.locator("input:checked").count() > 0


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


def test_closed_while_filling_pretends_nothing(
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
        grace=0,
        revision=2,
    )
    place.publish(ended.message)
    address = f"/v1/sessions/{signer.message.session}/questionnaire"
    until(lambda: collector.get(address).json["state"] == "closed")
    visitor.send()
    visitor.heading("This session is closed")
    assert counted(place, signer) == []
