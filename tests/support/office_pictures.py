"""Takes pictures of every page and state of identity's workspaces."""

from pathlib import Path

from playwright.sync_api import Browser, Page

from support.identity import house
from support.office import Tour, hold_at_the_door, served
from support.parts import KafkaPart, MongoPart

SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}


def take(folder: Path, browser: Browser, broker: KafkaPart, database: MongoPart) -> int:
    """Writes FOLDER/workspace/{device}-{language}-{theme}/{state}.png; how many."""
    taken = 0
    for language in ("az", "en"):

        def look(page: Page, state: str, language: str = language) -> None:
            nonlocal taken
            for device, size in SIZES.items():
                page.set_viewport_size(size)  # type: ignore[arg-type]  # a width and a height
                for theme in ("light", "dark"):
                    page.emulate_media(color_scheme=theme)
                    file = folder / "workspace" / f"{device}-{language}-{theme}" / f"{state}.png"
                    page.screenshot(path=file, full_page=True)
                    taken += 1

        with house(broker, database) as home, served(home) as origin:
            context = browser.new_context(viewport=SIZES["desktop"], accept_downloads=True)  # type: ignore[arg-type]  # a width and a height
            hold_at_the_door(context)
            Tour(house=home, page=context.new_page(), origin=origin, language=language, look=look).go_round()
            context.close()
    return taken
