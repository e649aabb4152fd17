"""The page from right to left, in a made-up language: direction, order, nothing mixed, nothing cut, counted."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from support import pseudo
from support.ballots import Signer
from support.collecting import Collector, Topics
from support.signing import Desk
from support.visiting import Visitor, visiting
from support.walking import Hand, counted

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("pseudo") / "dist"
    return folder, pseudo.build(folder)


def look(visitor: Visitor) -> list[str]:
    """What is wrong with the screen that stands there."""
    page = visitor.page
    found = [f"{row['id']}: {row['nodes'][0]['html']}" for row in Axe().run(page).response["violations"]]
    if page.locator("html").get_attribute("dir") != "rtl":
        found.append("not from right to left")
    if page.evaluate("document.documentElement.scrollWidth > 320"):
        found.append("wider than the screen")
    mixed = re.findall("[A-Za-zəğıöüçş]{3,}", page.locator("main").inner_text())
    return [*found, *(f"mixed: {word}" for word in mixed)]


@pytest.mark.parametrize(("group", "hand"), [("student", "touch"), ("teacher", "keyboard")])
def test_a_language_from_right_to_left_leads_to_counted(
    browser: Browser,
    collector: Collector,
    desk: Desk,
    place: Topics,
    signer: Signer,
    built: tuple[Path, dict[str, Any]],
    group: str,
    hand: Hand,
) -> None:
    found: dict[str, list[str]] = {}
    with visiting(browser, collector, service_workers="block", has_touch=hand == "touch") as visitor:
        pseudo.put(visitor, *built)

        def at(name: str) -> None:
            if problems := look(visitor):
                found[name] = problems

        walk = pseudo.PseudoWalk(visitor=visitor, signer=signer, group=group, language=pseudo.LANGUAGE, hand=hand)
        walk.open(desk.admit(signer, group))
        walk.to_questions("shared")
        row = visitor.page.locator("fieldset.question .choice").first
        button, label = row.locator("input").bounding_box(), row.locator("label").bounding_box()
        assert button is not None
        assert label is not None
        assert button["x"] > label["x"] + label["width"] / 2, "the button stands where the line begins"
        assert not re.search("[A-Za-z]{3}", visitor.page.title().replace("Güzgü", ""))
        walk.to_review(at)
        at("review")
        visitor.press("English")
        visitor.heading("Look over your answers")
        assert visitor.page.locator("html").get_attribute("dir") == "ltr"
        visitor.press(pseudo.LANGUAGE)
        visitor.heading(walk.say("review.title"))
        walk.press("review.send")
        visitor.heading(walk.say("done.title"))
        at("counted")
        assert [said for said in visitor.complaints if "Service Worker registration blocked" not in said] == []
    assert found == {}
    (message,) = counted(place, signer)
    assert set(message.answers) == {item.code for item in signer.message.groups[group].items}


def test_a_mistyped_slip_is_said_from_right_to_left(
    browser: Browser, collector: Collector, built: tuple[Path, dict[str, Any]]
) -> None:
    with visiting(browser, collector, service_workers="block") as visitor:
        pseudo.put(visitor, *built)
        visitor.page.goto(f"{collector.origin}/?lang={pseudo.LANGUAGE}")
        visitor.page.locator("form button").click()
        visitor.page.locator(".error-summary").wait_for()
        # The sample of a code in the hints is in Latin letters in every language, but turned by the build here.
        assert look(visitor) == []
