"""The first screens in real Chromium: what a slip leads to, and what is refused before anything is spent."""

import json
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Route

from contracts import ballots
from support.ballots import Signer, a_session
from support.collecting import Collector, Topics
from support.signing import Desk
from support.visiting import ARGUMENTS, CHROMIUM, LETTERS, Visitor, fingerprint, visiting

pytestmark = pytest.mark.integration


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


def test_a_ballot_signed_with_another_key_is_refused_before_the_first_question(
    visitor: Visitor, desk: Desk, signer: Signer
) -> None:
    def resigned(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        answer = route.fetch()
        blinded = int.from_bytes(ballots.unb64(json.loads(route.request.post_data or "")["blinded"]), "big")
        other = signer.keys["teacher"].private_numbers()
        forged = pow(blinded % other.public_numbers.n, other.d, other.public_numbers.n)
        body = {**answer.json(), "blind_signature": ballots.b64(forged.to_bytes(ballots.SIGNATURE_BYTES, "big"))}
        route.fulfill(response=answer, json=body)

    visitor.page.context.route("**/v1/ballots", resigned)
    visitor.open(signer, "student", desk.admit(signer, "student"))
    visitor.heading("What we promise")
    visitor.press("Continue")
    visitor.page.locator("label[for=device-shared]").click()
    visitor.press("Continue")
    visitor.heading("Do not go on")
    visitor.page.get_by_text("was not made with the key of your session", exact=False).wait_for()


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


def test_without_scripts_the_promise_stands_and_what_is_needed(browser: Browser, collector: Collector) -> None:
    with visiting(browser, collector, java_script_enabled=False) as visitor:
        visitor.page.goto(f"{collector.origin}/?lang=az")
        text = visitor.page.locator("main").inner_text()
        assert "JavaScript" in text
        assert "Kodunuz anonim bülletenə dəyişdirilir." in text


def test_over_plain_http_there_is_one_sentence_and_no_form(browser: Browser, collector: Collector) -> None:
    rule = f"--host-resolver-rules=MAP plain.example 127.0.0.1:{collector.port}"
    other = browser.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, rule])
    page = other.new_page()
    page.goto("http://plain.example/?lang=en#s=anything&c=anything")
    page.get_by_text("works only over a secure connection", exact=False).wait_for()
    assert page.locator("form, input").count() == 0
    assert "#" not in page.url
    other.close()


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
