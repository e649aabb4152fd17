"""What the site serves, in real Chromium: its size, its hashes, its description; a changed file is found."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from support.ballots import Signer
from support.collecting import Collector
from support.signing import Desk
from support.visiting import Visitor

pytestmark = pytest.mark.integration


def test_the_whole_page_is_at_most_100_kilobytes_compressed(visitor: Visitor, desk: Desk, signer: Signer) -> None:
    sizes: list[int] = []
    visitor.page.context.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    visitor.open(signer, "teacher", desk.admit(signer, "teacher"))
    visitor.to_questions("shared")
    visitor.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert 10_000 < sum(sizes) <= 100_000


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
