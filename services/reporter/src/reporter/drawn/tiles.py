"""A map of equal tiles, one a region, which lie to one another as the regions do: colour, number and mark on each."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from look.tokens import LIGHT
from reporter.drawn import picture
from reporter.drawn.picture import Picture, element, hatching

SHADES: Final = (0.08, 0.2, 0.34, 0.5, 1.0)
"""How much of the colour a tile gets, from the lowest step to the highest; words on all of them stay readable."""
UP: Final = "M{x} {y}l7 0l-3.5 -7z"
DOWN: Final = "M{x} {top}l7 0l-3.5 7z"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """A region: its name and short name, place, value as written ("" if it is not shown) with its shade 0 to 4, mark
    ("higher" or "lower" than the nation), and all of it in words."""

    name: str
    short: str
    column: int
    row: int
    value: str
    shade: int
    mark: str | None
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How large tiles are drawn, in px."""

    width: float
    height: float
    gap: float
    name: int
    value: int
    letters: int


WIDE: Final = Size(width=130, height=88, gap=6, name=14, value=24, letters=14)
NARROW: Final = Size(width=51, height=54, gap=3, name=13, value=16, letters=0)


def tiles(found: Sequence[Tile], title: str, words: str, name: str) -> Picture:
    """The map; on narrow screens with short names."""
    return picture.picture(_drawn(found, WIDE), _drawn(found, NARROW), title, words, name)


def _drawn(found: Sequence[Tile], size: Size) -> str:
    columns = max(tile.column for tile in found) + 1
    rows = max(tile.row for tile in found) + 1
    parts = [_tile(tile, size) for tile in found]
    width, height = columns * (size.width + size.gap) - size.gap, rows * (size.height + size.gap) - size.gap
    return picture.svg(width + 2, height + 2, [element("g", "".join(parts), transform="translate(1 1)")])


def _tile(tile: Tile, size: Size) -> str:
    left, top = tile.column * (size.width + size.gap), tile.row * (size.height + size.gap)
    box: dict[str, Any] = {"x": left, "y": top, "width": size.width, "height": size.height}
    ink = "on-primary" if tile.value and tile.shade == len(SHADES) - 1 else "ink"
    if tile.value:
        ground = element("rect", **box, fill=LIGHT["primary"], fill_opacity=SHADES[tile.shade])
    else:
        ground = hatching(left, top, size.width, size.height)
    edge = element("rect", **box, fill="none", stroke=LIGHT["line"], stroke_dasharray=None if tile.value else "4 3")
    inset = 8 if size.letters else 4
    names = textwrap.wrap(tile.name, size.letters)[:2] if size.letters else [tile.short]
    lines = [
        picture.text(line, left + inset, top + inset + size.name * (place + 0.85) * 1.1, size.name, ink)
        for place, line in enumerate(names)
    ]
    shown = tile.value or "–"
    low = top + size.height - (12 if size.letters else 8)
    value = picture.text(shown, left + inset, low, size.value, ink, font_weight="bold")
    return element("g", "".join((_title(tile.words), ground, edge, *lines, value, _mark(tile, size, left, low, ink))))


def _title(words: str) -> str:
    return element("title", picture.escaped(words))


def _mark(tile: Tile, size: Size, left: float, low: float, ink: str) -> str:
    if tile.mark is None or not tile.value:
        return ""
    x = left + size.width - (18 if size.letters else 11)
    low = low if size.letters else low - size.value - 8
    path = UP if tile.mark == "higher" else DOWN
    return element("path", d=path.format(x=f"{x:g}", y=f"{low:g}", top=f"{low - 7:g}"), fill=LIGHT[ink])
