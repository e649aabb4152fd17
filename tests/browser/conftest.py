"""Fixtures of the browser tests of the questionnaire page: topics, a desk that signs, a collector, Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from support.ballots import Signer, a_session
from support.collecting import Collector, Topics, make_topics, running_collector
from support.parts import KafkaPart
from support.signing import Desk, running_desk
from support.visiting import Visitor, launched, visiting


@pytest.fixture(scope="session")
def place(broker: KafkaPart) -> Topics:
    return make_topics(broker.bootstrap)


@pytest.fixture(scope="session")
def desk() -> Iterator[Desk]:
    with running_desk() as running:
        yield running


@pytest.fixture(scope="session")
def collector(place: Topics, desk: Desk) -> Iterator[Collector]:
    with running_collector(place, desk.origin) as running:
        desk.allowed = running.origin
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = launched(playwright)
        yield running
        running.close()


@pytest.fixture
def visitor(browser: Browser, collector: Collector) -> Iterator[Visitor]:
    with visiting(browser, collector) as made:
        yield made


@pytest.fixture
def signer(place: Topics, collector: Collector) -> Signer:
    made = a_session(groups=("leader", "teacher", "student"))
    place.publish(made.message)
    collector.wait_for(made.message.session)
    return made
