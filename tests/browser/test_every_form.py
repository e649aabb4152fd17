"""Every form from the slip to "Counted", in both languages, by finger and by keyboard, light and dark, on 320 px."""

import itertools
import os
from typing import Any

import pytest
from playwright.sync_api import Browser

from contracts.questionnaire import CURRENT, LEVELS, bank
from support.ballots import Signer, a_session
from support.collecting import Collector, Topics
from support.signing import Desk
from support.visiting import visiting
from support.walking import Hand, Walk, counted

pytestmark = pytest.mark.integration
FULL = bool(os.environ.get("GUZGU_TEST_FULL"))
FORMS = [(level, group) for level in LEVELS for group in bank(CURRENT).groups(level)]
LANGUAGES = ("az", "en")
HANDS: tuple[Hand, ...] = ("touch", "keyboard")
THEMES = ("light", "dark")
# Four rows hold every pair of a language, a hand and a theme; the forms take them in turn.
PAIRS: tuple[tuple[str, Hand, str], ...] = (
    ("az", "touch", "light"),
    ("en", "keyboard", "light"),
    ("az", "keyboard", "dark"),
    ("en", "touch", "dark"),
)
PAIRWISE = [(*form, *PAIRS[number % len(PAIRS)]) for number, form in enumerate(FORMS)]
EVERY = [(*form, *rest) for form in FORMS for rest in itertools.product(LANGUAGES, HANDS, THEMES)]


@pytest.fixture(scope="module")
def sessions(place: Topics, collector: Collector) -> dict[str, Signer]:
    """A session of each level with all its groups; in the full run every optional item is asked, and ten of its own."""
    own = tuple({"az": f"Bizim {number}-ci sualımız.", "en": f"Our question {number}."} for number in range(1, 11))
    made = {
        level: a_session(level=level, groups=bank(CURRENT).groups(level), optional=FULL, own=own if FULL else ())
        for level in LEVELS
    }
    place.publish(*(signer.message for signer in made.values()))
    for signer in made.values():
        collector.wait_for(signer.message.session)
    return made


def test_the_rows_hold_each_form_and_every_pair_of_the_rest() -> None:
    assert len(FORMS) == 13
    assert {row[:2] for row in PAIRWISE} == set(FORMS)
    kinds: list[tuple[Any, ...]] = [LANGUAGES, HANDS, THEMES]
    for one, other in itertools.combinations(range(3), 2):
        met = {(row[2 + one], row[2 + other]) for row in PAIRWISE}
        assert met == set(itertools.product(kinds[one], kinds[other]))


@pytest.mark.parametrize(("level", "group", "language", "hand", "theme"), EVERY if FULL else PAIRWISE)
def test_a_form_is_asked_in_its_own_words_and_counted(
    browser: Browser,
    collector: Collector,
    desk: Desk,
    place: Topics,
    sessions: dict[str, Signer],
    level: str,
    group: str,
    language: str,
    hand: Hand,
    theme: Any,
) -> None:
    signer = sessions[level]
    terms = signer.message.groups[group]
    before = len(counted(place, signer))
    with visiting(browser, collector, color_scheme=theme, has_touch=hand == "touch") as visitor:
        walk = Walk(visitor=visitor, signer=signer, group=group, language=language, hand=hand)
        wide: list[str] = []

        def measure(name: str) -> None:
            if visitor.page.evaluate("document.documentElement.scrollWidth") > 320:
                wide.append(name)

        walk.open(desk.admit(signer, group))
        assert visitor.page.locator("html").get_attribute("lang") == language
        walk.to_questions("shared")
        walk.to_review(measure)
        walk.press("review.send")
        visitor.heading(walk.say("done.title"))
        assert walk.statements == walk.expected_statements()
        assert wide == []
        assert visitor.complaints == []
    (message,) = counted(place, signer)[before:]
    chosen = 5 if hand == "touch" else 1
    assert message.group == group
    assert message.answers == {item.code: chosen for item in terms.items}
    assert set(message.background) == set(terms.background)
