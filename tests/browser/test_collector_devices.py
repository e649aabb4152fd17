"""What a device keeps, and for whom: a personal one through reload and restart, a shared one for the next person."""

import json

import pytest
from playwright.sync_api import Route

from support.ballots import Signer
from support.collecting import Topics, until
from support.signing import Desk
from support.visiting import Visitor
from support.walking import counted

pytestmark = pytest.mark.integration


def test_a_reload_at_every_step_loses_nothing_on_a_personal_device(
    visitor: Visitor, desk: Desk, signer: Signer, place: Topics
) -> None:
    """At the promise, at the choice of device, before the ballot, at each screen of questions, at the review."""
    code = desk.admit(signer, "student")

    def again() -> None:
        visitor.page.goto("about:blank")
        visitor.open(signer, "student", code)

    visitor.open(signer, "student", code)
    visitor.heading("What we promise")
    again()
    visitor.heading("What we promise")
    visitor.press("Continue")
    visitor.heading("Whose device is this?")
    again()
    visitor.heading("What we promise")
    desk.away = True
    try:
        visitor.press("Continue")
        visitor.page.locator("label[for=device-personal]").click()
        visitor.press("Continue")
        visitor.page.get_by_text("Nothing is lost", exact=False).wait_for()
        again()
        visitor.page.get_by_text("Nothing is lost", exact=False).wait_for()
    finally:
        desk.away = False
    visitor.press("Try again now")
    visitor.page.locator("fieldset.question").first.wait_for()
    while visitor.page.locator("dl.facts").count() == 0:
        visitor.answer_page(1)
        was = visitor.page.locator(".progress-count").inner_text()
        visitor.kept()
        again()
        visitor.page.get_by_text(was, exact=True).wait_for()
        asked = visitor.page.locator("fieldset.question").count()
        assert visitor.page.locator("fieldset.question:has(input:checked)").count() == asked
        visitor.press("Next")
        visitor.page.wait_for_function("was => document.querySelector('.progress-count')?.innerText !== was", arg=was)
    visitor.kept()
    again()
    visitor.heading("Look over your answers")
    visitor.send()
    visitor.heading("Counted")
    (message,) = counted(place, signer)
    assert set(message.answers.values()) == {2}
    assert set(message.answers) == {item.code for item in signer.message.groups["student"].items}


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
    until(lambda: visitor.stored()["rows"] == [["id", "iv", "sealed", "until"]])
    visitor.kept()
    visitor.page.goto("about:blank")
    visitor.page.goto(f"{visitor.collector.origin}/?lang=en")
    visitor.page.get_by_text("not finished or not sent yet", exact=False).wait_for()
    visitor.type_slip(signer, code)
    visitor.page.get_by_text("2 of ", exact=False).first.wait_for()
    assert visitor.page.locator("input:checked").count() == visitor.page.locator("fieldset.question").count()
    visitor.to_review(3)
    visitor.send()
    visitor.heading("Counted")
    (message,) = counted(place, signer)
    assert sorted(set(map(str, message.answers.values()))) == ["2", "4"]
    assert visitor.stored()["rows"] == []


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
    assert visitor.stored()["rows"] == []


def test_a_shared_device_keeps_only_the_ballots_secrets_and_gets_the_same_ballot_after_a_reload(
    visitor: Visitor, desk: Desk, signer: Signer, place: Topics
) -> None:
    code = desk.admit(signer, "student")
    visitor.open(signer, "student", code)
    visitor.to_questions("shared")
    visitor.answer_page(0)
    kept = visitor.stored()
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
    visitor.type_slip(signer, code)
    visitor.heading("Is this on your slip?")
    visitor.press("Yes, it is the same")
    visitor.to_questions("shared")
    assert visitor.page.locator("input:checked").count() == 0
    visitor.to_review(2)
    visitor.send()
    visitor.heading("Counted")
    assert visitor.stored()["tab"] == {}
    assert len(counted(place, signer)) == 1


def test_a_device_that_turns_out_to_be_ones_own_still_gets_the_same_ballot(
    visitor: Visitor, desk: Desk, signer: Signer, place: Topics
) -> None:
    code = desk.admit(signer, "student")
    visitor.open(signer, "student", code)
    visitor.to_questions("shared")
    visitor.page.goto("about:blank")
    visitor.open(signer, "student", code)
    visitor.to_questions("personal")
    assert visitor.stored()["tab"] == {}, "the secrets stand in the record alone"
    visitor.to_review(1)
    visitor.send()
    visitor.heading("Counted")
    assert len(counted(place, signer)) == 1


def test_a_slip_that_cannot_be_used_leaves_nothing_on_a_personal_device(
    visitor: Visitor, desk: Desk, signer: Signer
) -> None:
    code = desk.admit(signer, "student")
    desk.codes[(signer.message.session, "student", code)] = "another blinded message"
    visitor.open(signer, "student", code)
    visitor.heading("What we promise")
    visitor.press("Continue")
    visitor.page.locator("label[for=device-personal]").click()
    visitor.press("Continue")
    visitor.heading("This slip cannot be used (any more)")
    assert visitor.stored()["rows"] == []
    visitor.press("Type another code")
    visitor.heading("Type what is on your slip")
    assert visitor.page.get_by_text("not finished or not sent yet", exact=False).count() == 0


def test_three_pupils_one_after_the_other_wait_on_one_device_unseen_and_are_all_counted(
    visitor: Visitor, desk: Desk, signer: Signer, place: Topics
) -> None:
    def away(route: Route) -> None:
        route.fulfill(status=503, headers={"Retry-After": "1"})

    visitor.page.context.route("**/v1/responses", away)
    visitor.open(signer, "student", desk.admit(signer, "student"))
    for place_on_scale in range(3):
        visitor.to_questions("shared")
        assert visitor.page.locator("input:checked").count() == 0
        visitor.to_review(place_on_scale)
        visitor.send()
        visitor.heading("Not sent yet")
        visitor.press("Next person")
        visitor.heading("Type what is on your slip")
        assert visitor.page.locator("#waiting").inner_text() == f"Not sent yet on this device: {place_on_scale + 1}"
        assert visitor.stored() == {"rows": [], "tab": {}, "local": {}, "cookie": ""}
        visitor.type_slip(signer, desk.admit(signer, "student"))
        visitor.heading("Is this on your slip?")
        visitor.press("Yes, it is the same")
    visitor.page.context.unroute("**/v1/responses")
    visitor.page.locator("#waiting").wait_for(state="hidden")
    assert visitor.page.locator("h1").inner_text() == "What we promise", "the fourth goes on undisturbed"
    assert sorted(set(message.answers.values()).pop() for message in counted(place, signer)) == [1, 2, 3]
