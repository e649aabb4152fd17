"""Every screen and state of the questionnaire page: axe finds nothing, nothing is cut, whatever the eyes need."""

import os
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from support.ballots import Signer
from support.collecting import Collector, Topics
from support.screens import Tour, speak
from support.signing import Desk
from support.visiting import visiting

pytestmark = pytest.mark.integration
Theme = Literal["light", "dark"]
WAYS: tuple[tuple[str, Theme], ...] = (("az", "light"), ("en", "dark"), ("en", "light"), ("az", "dark"))
EVERY = bool(os.environ.get("GUZGU_TEST_FULL"))
CUT = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const cut = [...document.querySelectorAll("main *, header *")].filter((element) => {
    // A narrow header hides the language that is read anyway.
    const apart = ".visually-hidden, .skip-link, .table-scroll, pre, textarea, .languages [aria-current]";
    if (element.closest(apart)) return false;
    const style = getComputedStyle(element);
    return style.overflowX !== "visible" && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1;
  });
  return [...(wide > 0 ? [`wider than the screen by ${wide}`] : []), ...cut.map((element) => element.outerHTML)];
}"""


def violations(page: Page) -> list[str]:
    """What axe complains of, with the first element of each rule."""
    rows = Axe().run(page).response["violations"]
    return [f"{row['id']}: {row['nodes'][0]['html']}" for row in rows]


@pytest.fixture
def tour(browser: Browser, collector: Collector, desk: Desk, place: Topics) -> Any:
    def make(look: Any, **options: Any) -> None:
        Tour(browser=browser, collector=collector, desk=desk, place=place, look=look, options=options).go()

    return make


def test_axe_finds_nothing_on_any_screen_on_a_small_phone_in_each_language_and_theme_by_turns(tour: Any) -> None:
    found: dict[str, list[str]] = {}
    seen: list[str] = []

    def look(page: Page, name: str) -> None:
        seen.append(name)
        assert page.evaluate("innerWidth") == 320
        # Without scripts of its own the page cannot be looked at by a script; its words are on the other pages.
        scripted = name != "without-scripts"
        for language, theme in WAYS if EVERY else (WAYS[len(seen) % len(WAYS)],):
            speak(page, language)
            assert "undefined" not in page.locator("main").inner_text()
            page.emulate_media(color_scheme=theme)
            problems = [*(violations(page) if scripted else []), *page.evaluate(CUT)]
            if problems:
                found[f"{name} {language} {theme}"] = problems
        speak(page, "en")

    tour(look)
    assert found == {}
    assert len(seen) == len(set(seen)) >= 25


def test_at_200_percent_and_with_letters_twice_as_large_nothing_is_cut(tour: Any) -> None:
    found: dict[str, list[str]] = {}

    def look(page: Page, name: str) -> None:
        speak(page, "az")
        problems = page.evaluate(CUT)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        problems += [f"large letters: {problem}" for problem in page.evaluate(CUT)]
        page.evaluate("document.documentElement.style.fontSize = ''")
        if problems:
            found[name] = problems
        speak(page, "en")

    # 1,280 points at 200 % are 640, each drawn with twice the dots.
    tour(look, viewport={"width": 640, "height": 400}, device_scale_factor=2)
    assert found == {}


def test_in_forced_colours_choice_and_focus_are_seen(
    browser: Browser, collector: Collector, desk: Desk, signer: Signer
) -> None:
    with visiting(browser, collector, forced_colors="active") as visitor:
        page = visitor.page
        visitor.open(signer, "student", desk.admit(signer, "student"))
        visitor.to_questions("shared")
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        row = page.locator("fieldset.question .choice").nth(2)
        plain = row.screenshot()
        row.locator("input").focus()
        page.keyboard.press("Shift")  # tells the browser that a keyboard is at work
        focused = page.locator("fieldset.question .choice").nth(2)
        assert focused.screenshot() != plain
        page.keyboard.press("Space")
        chosen = row.screenshot()
        page.locator("h1").focus()
        assert row.screenshot() not in (plain, chosen), "a choice is seen without the focus"
        label = row.locator("label")
        assert label.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
        assert violations(page) == []
        button = page.locator("button.button-primary")
        assert button.evaluate("element => getComputedStyle(element).borderTopStyle") == "solid"
