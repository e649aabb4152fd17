"""What the site serves: its size, its published hashes and who finds another file, the interface's description."""

import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from collector import page
from collector.comparison import published
from support.ballots import Signer
from support.collecting import Collector
from support.meddling import meddled
from support.signing import Desk
from support.visiting import Visitor, visiting

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "docs/privacy.md"
# The files that the worker keeps, by path, with the SHA-256 of what it keeps.
HELD = """async () => {
  await navigator.serviceWorker.ready;
  const found = {};
  for (const name of await caches.keys()) {
    if (!name.startsWith("page-")) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const bytes = await (await cache.match(request)).arrayBuffer();
      const hash = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))];
      found[new URL(request.url).pathname] = hash.map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }
  }
  return found;
}"""
INSTALLED = """async () => {
  const registration = await navigator.serviceWorker.register("/worker.js");
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  while (!["redundant", "activated"].includes(worker.state))
    await new Promise((changed) => worker.addEventListener("statechange", changed, {once: true}));
  return worker.state;
}"""


def compared(origin: str) -> "subprocess.CompletedProcess[str]":
    """What the command says of a site, by what docs/privacy.md publishes."""
    command = [sys.executable, "-m", "collector", "compare", origin, "--published", str(PUBLISHED)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_site_that_serves_the_published_page_is_recognised(collector: Collector) -> None:
    found = compared(collector.origin)
    assert (found.returncode, found.stderr) == (0, "")
    assert f"The {len(published(PUBLISHED.read_text('utf-8')))} published files are served" in found.stdout


@pytest.mark.parametrize("kind", [".js", ".css", ".svg"])
def test_a_byte_more_in_one_file_is_found_and_named(collector: Collector, kind: str) -> None:
    name = next(each for each in page.load().files if each.endswith(kind))

    def change(path: str, body: bytes) -> bytes:
        return body + b" " if path.endswith(name) else body

    with meddled(collector, change) as origin:
        found = compared(origin)
    assert found.returncode == 1
    (line,) = found.stdout.splitlines()
    assert f"/page/{name}: served " in line


def test_a_script_put_into_the_first_page_is_found(collector: Collector) -> None:
    def change(path: str, body: bytes) -> bytes:
        return body.replace(b"</body>", b"<script>steal()</script></body>") if path == "/" else body

    with meddled(collector, change) as origin:
        found = compared(origin)
    assert (found.returncode, found.stdout) == (1, "/: has a script or handler of its own inside\n")


def test_the_worker_keeps_the_published_files_and_no_others(visitor: Visitor, collector: Collector) -> None:
    visitor.page.goto(f"{collector.origin}/?lang=en")
    held = visitor.page.evaluate(HELD)
    files = {path.removeprefix("/page/"): digest for path, digest in held.items() if path.startswith("/page/")}
    every = published(PUBLISHED.read_text("utf-8"))
    assert files == {name: every[name] for name in files}
    # The description's own script is no part of the questionnaire, and a worker is never kept by itself.
    assert {name for name in every if name not in files} == {"worker.js", page.load().entries["docs"]}
    assert set(held) - {f"/page/{name}" for name in files} == {"/"}


def test_a_worker_keeps_nothing_of_a_site_that_serves_another_file(browser: Browser, collector: Collector) -> None:
    style = page.load().entries["style"]

    def change(path: str, body: bytes) -> bytes:
        return body + b" " if path.endswith(style) else body

    with meddled(collector, change) as origin, visiting(browser, collector) as visitor:
        visitor.page.goto(f"{origin}/docs")
        assert visitor.page.evaluate(INSTALLED) == "redundant"
    with meddled(collector, lambda path, body: body) as origin, visiting(browser, collector) as visitor:
        visitor.page.goto(f"{origin}/docs")
        assert visitor.page.evaluate(INSTALLED) == "activated"


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
