"""Takes pictures of every screen of the three services with pages into a folder; `make screenshots` runs it."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from support import office_pictures, report_pictures
from support.collecting import make_topics, running_collector
from support.parts import running_pair
from support.screens import Tour, speak
from support.signing import running_desk
from support.visiting import launched

SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}


def main(folder: Path) -> None:
    """Writes FOLDER/{questionnaire,workspace,report}/{device}-{language}-{theme}/{screen}.png."""
    taken = 0

    def look(page: Page, name: str) -> None:
        nonlocal taken
        for language in ("az", "en"):
            speak(page, language)
            for device, size in SIZES.items():
                page.set_viewport_size(size)  # type: ignore[arg-type]  # a width and a height
                for theme in ("light", "dark"):
                    page.emulate_media(color_scheme=theme)
                    file = folder / "questionnaire" / f"{device}-{language}-{theme}" / f"{name.replace('?', '-')}.png"
                    page.screenshot(path=file, full_page=True)
                    taken += 1
        page.set_viewport_size(SIZES["phone"])  # type: ignore[arg-type]  # a width and a height

    with (
        tempfile.TemporaryDirectory(prefix="screenshots-") as parts,
        running_pair(Path(parts)) as (broker, database),
        running_desk() as desk,
    ):
        place = make_topics(broker.bootstrap)
        operated = running_collector(place, desk.origin, OPERATOR_CODES="Elm Mərkəzi", OPERATOR_ANSWERS="Sorğu Mərkəzi")
        with operated as collector, sync_playwright() as playwright:
            desk.allowed = collector.origin
            browser = launched(playwright)
            Tour(browser=browser, collector=collector, desk=desk, place=place, look=look, options={}).go()
            taken += office_pictures.take(folder, browser, broker, database)
            taken += report_pictures.take(folder, browser, database)
            browser.close()
    print(f"{taken} pictures in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
