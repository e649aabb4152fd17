"""From chart definitions to pictures: each drawn once, small enough for a page, and named in words."""

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
import vl_convert
from altair.utils import schemapi
from markupsafe import Markup, escape

from look import charts as look_charts

MEASURED: Final = "sans-serif"  # letters are measured three times as fast in it, and no place hangs on their width
OWN_PATTERNS: Final = re.compile(r"<defs><pattern id=\"look-.*?</defs>", re.DOTALL)
NEEDLESS: Final = re.compile(
    r'\s(?:font-family|class|aria-hidden|pointer-events|opacity="1"|stroke-miterlimit)(?:="[^"]*")?(?=[\s/>])'
)
EMPTY: Final = re.compile(r'<path d=""[^>]*/>|<path d="M0,0h0v0h0Z"[^>]*/>|<path[^>]*display="none"/>|<g></g>')
WORDS: Final = re.compile(r"<title[^>]*>.*?</title><desc[^>]*>.*?</desc>", re.DOTALL)
KEPT: Final = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """A chart ready for a page: SVG for wide and narrow screens, and the definitions of both for the browser."""

    wide: Markup
    narrow: Markup
    specs: Mapping[str, Mapping[str, Any]]


class Pictures:
    """The pictures drawn last, by their definition: a page and its print, and a page before and after a step of one
    group, have most of theirs in common. The same picture is never drawn by two threads at once."""

    def __init__(self, room: int = KEPT) -> None:
        self._room = room
        self._kept: OrderedDict[bytes, str] = OrderedDict()
        self._lock = threading.Lock()
        self.drawn = 0

    def get(self, spec: dict[str, Any]) -> str:
        """The SVG of a definition."""
        key = orjson.dumps(spec)
        with self._lock:  # the engine draws one picture at a time anyway
            if key not in self._kept:
                self._kept[key] = vl_convert.vegalite_to_svg(spec)
                self.drawn += 1
                while len(self._kept) > self._room:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


PICTURES: Final = Pictures()


def draw(wide: Mapping[str, Any], narrow: Mapping[str, Any], title: str, words: str, name: str) -> Drawing:
    """The pictures of two definitions without a theme; `name` makes their ids unique on a page."""
    specs = {"wide": themed(wide), "narrow": themed(narrow)}
    drawn = {
        screen: plain(look_charts.dress(PICTURES.get(_measured(spec)), title, words, f"{name}-{screen}"))
        for screen, spec in specs.items()
    }
    return Drawing(wide=drawn["wide"], narrow=drawn["narrow"], specs=specs)


def on_paper(drawn: Drawing) -> Markup:
    """The wide picture for a PDF: by itself, with its patterns and its font, and all its words in its title."""
    title, words = (_between(drawn.wide, tag) for tag in ("title", "desc"))
    dressed = look_charts.dress(PICTURES.get(_measured(drawn.specs["wide"])), "", "", "paper")
    named = WORDS.sub(f"<title>{title}. {words}</title>", NEEDLESS.sub("", dressed), count=1)
    named = look_charts.striped(named)
    font = escape(look_charts.theme()["font"])
    return Markup(named.replace("<svg ", f'<svg font-family="{font}" ', 1))  # noqa: S704  # parts of safe text


def _between(svg: str, tag: str) -> str:
    found = re.search(rf"<{tag}[^>]*>(.*?)</{tag}>", svg, re.DOTALL)
    return found[1] if found else ""


def themed(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition with the house's theme, on the page's own ground, by day and night."""
    return {
        **definition,
        "config": {**look_charts.theme(), **definition.get("config", {}), "background": "transparent"},
    }


def plain(svg: Markup) -> Markup:
    """Without patterns of its own (the page's frame has them once) and without what says nothing."""
    return Markup(EMPTY.sub("", NEEDLESS.sub("", OWN_PATTERNS.sub("", svg))))  # noqa: S704  # only parts of safe text are taken away


def _measured(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {**spec, "config": {**spec["config"], "font": MEASURED}}


def trust_definitions() -> None:
    """Leaves out Altair's check of each part against its schema, nine tenths of the time; the tests draw with it."""
    schemapi.DEBUG_MODE = False


def register_fonts() -> None:
    """Lets the drawing know the letters of Azerbaijani where fonts lie in the usual place of Debian."""
    for folder in ("/usr/share/fonts/truetype/dejavu",):
        vl_convert.register_font_directory(folder)
