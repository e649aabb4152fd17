"""The questionnaire page in real Chromium: from the slip to "Counted", whatever the network and the people do."""

import json
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Route

from contracts.codec import decode
from contracts.messages import ResponseSubmitted
from support.ballots import Signer, a_session
from support.collecting import Collector, Topics, until
from support.signing import Desk
from support.visiting import ARGUMENTS, CHROMIUM, LETTERS, Visitor, fingerprint, visiting

pytestmark = pytest.mark.integration


def counted(place: Topics, signer: Signer) -> list[ResponseSubmitted]:
    found = [decode(record.value) for record in place.records(signer.message.school)]
    assert all(isinstance(message, ResponseSubmitted) for message in found)
    return found  # type: ignore[return-value]  # checked in the line above


def stored(visitor: Visitor) -> Any:
    """What this browser keeps for the page."""
    return visitor.page.evaluate(
        """async () => {
        const rows = await new Promise((done) => {
          const opening = indexedDB.open("guzgu", 1);
          opening.onupgradeneeded = () => { opening.transaction.abort(); };
          opening.onerror = () => done([]);
          opening.onsuccess = () => {
            const all = opening.result.transaction("rows").objectStore("rows").getAll();
            all.onsuccess = () => { opening.result.close(); done(all.result.map((row) => Object.keys(row).sort())); };
          };
        });
        return {rows, tab: {...sessionStorage}, local: {...localStorage}, cookie: document.cookie};
        }"""
    )


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
    assert stored(visitor) == {"rows": [], "tab": {}, "local": {}, "cookie": ""}
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


def test_typed_codes_are_checked_in_the_page_and_the_fingerprint_is_asked_for(
    visitor: Visitor, desk: Desk, signer: Signer, collector: Collector
) -> None:
    code = desk.admit(signer, "student")
    before = len(desk.asked)
    visitor.page.goto(f"{collector.origin}/?lang=en")
    visitor.heading("Type what is on your slip")
    visitor.press("Continue")
    summary = visitor.page.locator(".error-summary")
    summary.wait_for()
    assert visitor.page.evaluate("document.activeElement.className") == "error-summary"
    assert summary.get_by_role("link").count() == 2
    session = signer.message.session
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    visitor.page.get_by_label("Session").fill(f"{session[:4]}-{session[4:]}-S".lower())
    visitor.page.get_by_label("Participation code").fill(wrong)
    visitor.press("Continue")
    summary.get_by_role("link", name="The participation code is mistyped: compare it with your slip").wait_for()
    summary.get_by_role("link").click()
    assert visitor.page.evaluate("document.activeElement.id") == "code"
    visitor.page.get_by_label("Participation code").fill(f"{code[:4]} {code[4:8]} {code[8:]}".lower())
    visitor.press("Continue")
    visitor.heading("Is this on your slip?")
    assert visitor.page.locator("[data-fingerprint]").get_attribute("data-fingerprint") == fingerprint(signer)
    visitor.press("No, it differs")
    visitor.heading("Do not go on")
    assert len(desk.asked) == before, "the code was not used"


def test_the_boards_link_asks_for_the_code_alone_and_another_language_leaves_what_was_typed(
    visitor: Visitor, desk: Desk, signer: Signer, collector: Collector
) -> None:
    code = desk.admit(signer, "student")
    link = f"s={signer.message.session}&g=student&f={fingerprint(signer)}"
    visitor.page.goto(f"{collector.origin}/?lang=en#{link}")
    visitor.heading("Type what is on your slip")
    assert visitor.page.get_by_label("Session").count() == 0
    visitor.page.get_by_label("Participation code").fill(code)
    visitor.press("Azərbaycanca")
    visitor.page.get_by_label("İştirak kodu").wait_for()
    assert visitor.page.get_by_label("İştirak kodu").input_value() == code
    visitor.press("Davam et")
    visitor.heading("Nəyə söz veririk")


def test_another_key_card_than_the_slips_is_refused_before_the_code_is_used(
    visitor: Visitor, desk: Desk, signer: Signer
) -> None:
    before = len(desk.asked)
    visitor.open(signer, "student", desk.admit(signer, "student"), card="AAAAAAAAAAAAAAAA")
    visitor.heading("Do not go on")
    assert len(desk.asked) == before


def test_used_and_unknown_slips_get_the_same_words(visitor: Visitor, desk: Desk, signer: Signer) -> None:
    used = desk.admit(signer, "student")
    desk.codes[(signer.message.session, "student", used)] = "another blinded message"
    unknown = a_code_never_given(desk, signer)
    said = []
    for code in (used, unknown):
        visitor.page.goto("about:blank")
        visitor.open(signer, "student", code)
        visitor.heading("What we promise")
        visitor.press("Continue")
        visitor.page.locator("label[for=device-shared]").click()
        visitor.press("Continue")
        visitor.heading("This slip cannot be used (any more)")
        said.append(visitor.page.locator("main").inner_text())
    assert said[0] == said[1]
    assert desk.asked[-2:] == [409, 404]


def a_code_never_given(desk: Desk, signer: Signer) -> str:
    code = desk.admit(signer, "student")
    del desk.codes[(signer.message.session, "student", code)]
    return code


@pytest.mark.parametrize(
    ("opens", "closes", "heading"),
    [(1, 2, "Not yet open"), (-2, -1, "This session is closed")],
)
def test_a_session_that_takes_no_answers_says_why_at_once(
    visitor: Visitor, desk: Desk, place: Topics, collector: Collector, opens: int, closes: int, heading: str
) -> None:
    signer = a_session(opens=timedelta(hours=opens), closes=timedelta(hours=closes))
    place.publish(signer.message)
    collector.wait_for(signer.message.session)
    visitor.open(signer, "teacher", desk.admit(signer, "teacher"))
    visitor.heading(heading)
    assert "undefined" not in visitor.page.locator("main").inner_text()


def test_a_session_that_is_none_is_said_at_once(visitor: Visitor, desk: Desk) -> None:
    nowhere = a_session()
    visitor.open(nowhere, "teacher", desk.admit(nowhere, "teacher"))
    visitor.heading("This session was not found")


def test_switching_the_language_keeps_the_answers(visitor: Visitor, desk: Desk, signer: Signer) -> None:
    visitor.open(signer, "student", desk.admit(signer, "student"))
    visitor.to_questions("shared")
    visitor.answer_page(2)
    visitor.press("Azərbaycanca")
    visitor.page.get_by_role("button", name="Növbəti", exact=True).wait_for()
    assert visitor.page.locator("html").get_attribute("lang") == "az"
    assert visitor.page.locator("input:checked").count() == visitor.page.locator("fieldset.question").count()
    assert "Qismən razıyam" in visitor.page.locator("main").inner_text()


def test_a_personal_device_goes_on_after_a_reload_and_keeps_nothing_in_clear(
    visitor: Visitor, desk: Desk, signer: Signer, place: Topics
) -> None:
    code = desk.admit(signer, "student")
    visitor.open(signer, "student", code)
    visitor.to_questions("personal")
    visitor.answer_page(1)
    visitor.press("Next")
    visitor.page.get_by_text("2 of ", exact=False).first.wait_for()
    visitor.answer_page(3)
    until(lambda: stored(visitor)["rows"] == [["id", "iv", "sealed", "until"]])
    visitor.page.wait_for_timeout(300)  # the last choice is on its way to the disk, which nothing announces
    visitor.page.goto("about:blank")
    visitor.page.goto(f"{visitor.collector.origin}/?lang=en")
    visitor.page.get_by_text("not finished or not sent yet", exact=False).wait_for()
    session = signer.message.session
    visitor.page.get_by_label("Session").fill(f"{session}S")
    visitor.page.get_by_label("Participation code").fill(code)
    visitor.press("Continue")
    visitor.page.get_by_text("2 of ", exact=False).first.wait_for()
    assert visitor.page.locator("input:checked").count() == visitor.page.locator("fieldset.question").count()
    visitor.to_review(3)
    visitor.send()
    visitor.heading("Counted")
    (message,) = counted(place, signer)
    assert sorted(set(map(str, message.answers.values()))) == ["2", "4"]
    assert stored(visitor)["rows"] == []


def test_a_shared_device_keeps_only_the_ballots_secrets_and_gets_the_same_ballot_after_a_reload(
    visitor: Visitor, desk: Desk, signer: Signer, place: Topics
) -> None:
    code = desk.admit(signer, "student")
    visitor.open(signer, "student", code)
    visitor.to_questions("shared")
    visitor.answer_page(0)
    kept = stored(visitor)
    assert (kept["rows"], kept["local"], list(kept["tab"])) == ([], {}, ["blinding"])
    assert code not in str(kept)
    assert set(json.loads(kept["tab"]["blinding"])) == {"keyId", "message", "inverse", "blinded"}
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    visitor.page.reload()
    visitor.heading("Type what is on your slip")
    visitor.open(signer, "student", code)
    visitor.heading("What we promise")
    visitor.page.reload()
    visitor.heading("Type what is on your slip")
    visitor.page.get_by_label("Session").fill(f"{signer.message.session}S")
    visitor.page.get_by_label("Participation code").fill(code)
    visitor.press("Continue")
    visitor.heading("Is this on your slip?")
    visitor.press("Yes, it is the same")
    visitor.to_questions("shared")
    assert visitor.page.locator("input:checked").count() == 0
    visitor.to_review(2)
    visitor.send()
    visitor.heading("Counted")
    assert stored(visitor)["tab"] == {}
    assert len(counted(place, signer)) == 1


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


def test_the_next_person_sees_nothing_of_a_response_that_still_waits(
    visitor: Visitor, desk: Desk, signer: Signer, place: Topics
) -> None:
    away = [True]

    def answered(route: Route) -> None:
        if away[0]:
            route.fulfill(status=503, headers={"Retry-After": "1"})
        else:
            route.continue_()

    visitor.page.context.route("**/v1/responses", answered)
    visitor.open(signer, "student", desk.admit(signer, "student"))
    visitor.to_questions("shared")
    visitor.to_review(0)
    visitor.send()
    visitor.heading("Not sent yet")
    visitor.press("Next person")
    visitor.heading("Type what is on your slip")
    assert visitor.page.locator("#waiting").inner_text() == "Not sent yet on this device: 1"
    assert stored(visitor)["tab"] == {}
    second = desk.admit(signer, "student")
    visitor.page.get_by_label("Session").fill(f"{signer.message.session}S")
    visitor.page.get_by_label("Participation code").fill(second)
    visitor.press("Continue")
    visitor.heading("Is this on your slip?")
    visitor.press("Yes, it is the same")
    visitor.to_questions("shared")
    assert visitor.page.locator("input:checked").count() == 0
    away[0] = False
    visitor.page.locator("#waiting").wait_for(state="hidden")
    visitor.to_review(1)
    visitor.send()
    visitor.heading("Counted")
    assert sorted(set(message.answers.values()).pop() for message in counted(place, signer)) == [1, 2]


def test_a_personal_device_sends_after_a_restart_without_network_at_the_end(
    visitor: Visitor, desk: Desk, signer: Signer, place: Topics
) -> None:
    code = desk.admit(signer, "student")
    visitor.open(signer, "student", code)
    visitor.to_questions("personal")
    visitor.page.wait_for_function("caches.open('forms').then((kept) => kept.keys()).then((keys) => keys.length === 2)")
    visitor.to_review()
    visitor.page.context.set_offline(True)
    visitor.send()
    visitor.heading("Not sent yet")
    visitor.page.goto("about:blank")
    visitor.open(signer, "student", code)  # from what the worker kept
    visitor.heading("Not sent yet")
    visitor.page.context.set_offline(False)
    visitor.heading("Counted")
    assert len({message.response_id for message in counted(place, signer)}) == 1
    assert stored(visitor)["rows"] == []


def test_a_double_click_is_counted_once(visitor: Visitor, desk: Desk, signer: Signer, place: Topics) -> None:
    visitor.open(signer, "student", desk.admit(signer, "student"))
    visitor.to_questions("shared")
    visitor.to_review()
    visitor.page.get_by_role("button", name="Send my answers").dblclick()
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


def test_everything_can_be_skipped_and_taken_back(visitor: Visitor, desk: Desk, signer: Signer, place: Topics) -> None:
    visitor.open(signer, "teacher", desk.admit(signer, "teacher"))
    visitor.to_questions("shared")
    visitor.answer_page(0)
    clear = visitor.page.get_by_role("button", name="Clear the answer")
    while clear.count():
        clear.first.click()
    while visitor.page.locator("dl.facts").count() == 0:
        title = visitor.page.locator(".progress-count").inner_text()
        visitor.press("Next")
        visitor.page.wait_for_function("was => document.querySelector('.progress-count')?.innerText !== was", arg=title)
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


def test_without_scripts_the_promise_stands_and_what_is_needed(browser: Browser, collector: Collector) -> None:
    with visiting(browser, collector, java_script_enabled=False) as visitor:
        visitor.page.goto(f"{collector.origin}/?lang=az")
        text = visitor.page.locator("main").inner_text()
        assert "JavaScript" in text
        assert "Kodunuz anonim bülletenə dəyişdirilir." in text


def test_the_whole_page_is_at_most_100_kilobytes_compressed(visitor: Visitor, desk: Desk, signer: Signer) -> None:
    sizes: list[int] = []
    visitor.page.context.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    visitor.open(signer, "teacher", desk.admit(signer, "teacher"))
    visitor.to_questions("shared")
    visitor.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert 10_000 < sum(sizes) <= 100_000


def test_primary_students_are_spoken_to_as_children(
    visitor: Visitor, desk: Desk, place: Topics, collector: Collector
) -> None:
    signer = a_session(groups=("student",), level="primary")
    place.publish(signer.message)
    collector.wait_for(signer.message.session)
    visitor.open(signer, "student", desk.admit(signer, "student"))
    visitor.heading("What we promise")
    visitor.press("Azərbaycanca")
    visitor.page.get_by_text("Kodun anonim bülletenə dəyişdirilir.", exact=False).wait_for()
    text = visitor.page.locator("main").inner_text()
    assert not [word for word in ("Kodunuz", "sizin", "bilərsiniz", "Cavablarınız") if word in text]
    assert LETTERS["student"] == "S"


def test_the_interface_is_described_on_a_page_to_try_it(visitor: Visitor, signer: Signer, collector: Collector) -> None:
    visitor.page.goto(f"{collector.origin}/docs?lang=en")
    visitor.heading("The collector's interface")
    attempt = visitor.page.locator("form[data-method=GET]")
    attempt.get_by_label("session").fill(signer.message.session)
    attempt.get_by_role("button", name="Send").click()
    attempt.get_by_text('"state": "open"', exact=False).wait_for()
    attempt = visitor.page.locator("form[data-method=POST]")
    attempt.get_by_role("button", name="Send").click()
    attempt.get_by_text("unknown-session", exact=False).wait_for()
    assert Axe().run(visitor.page).response["violations"] == []


def test_over_plain_http_there_is_one_sentence_and_no_form(browser: Browser, collector: Collector) -> None:
    rule = f"--host-resolver-rules=MAP plain.example 127.0.0.1:{collector.port}"
    other = browser.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, rule])
    page = other.new_page()
    page.goto("http://plain.example/?lang=en#s=anything&c=anything")
    page.get_by_text("works only over a secure connection", exact=False).wait_for()
    assert page.locator("form, input").count() == 0
    assert "#" not in page.url
    other.close()
