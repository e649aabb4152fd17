"""Pictures that are drawn here line by line, with the colours of the look: maps of tiles and small columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from look import charts as look_charts
from look.tokens import LIGHT
from reporter.drawn import drawing


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture ready for a page: for wide and narrow screens, and for paper, where it stands by itself."""

    wide: Markup
    narrow: Markup
    paper: Markup


def picture(wide: str, narrow: str, title: str, words: str, name: str) -> Picture:
    """Two SVG documents, named in words; `name` makes their ids unique on a page."""
    alone = Markup("<title>{}. {}</title>").format(title, words)
    font = escape(look_charts.theme()["font"])
    return Picture(
        wide=drawing.plain(look_charts.dress(wide, title, words, f"{name}-wide")),
        narrow=drawing.plain(look_charts.dress(narrow, title, words, f"{name}-narrow")),
        paper=Markup(wide.replace("<svg ", f'<svg font-family="{font}" ', 1).replace(">", f">{alone}", 1)),  # noqa: S704  # parts of safe text
    )


def svg(width: float, height: float, parts: Iterable[str]) -> str:
    """A drawing of this size."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}">{"".join(parts)}</svg>'
    )


def element(kind: str, content: str = "", **attributes: Any) -> str:
    """One element; underscores in names of attributes become hyphens, numbers have at most two decimals."""
    written = {name.replace("_", "-"): _value(value) for name, value in attributes.items() if value is not None}
    given = "".join(f' {name}="{value}"' for name, value in written.items())
    return f"<{kind}{given}>{content}</{kind}>" if content else f"<{kind}{given}/>"


def _value(value: Any) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(escape(value))


def escaped(words: str) -> str:
    """Words that may stand inside an element."""
    return str(escape(words))


def text(words: str, x: float, y: float, size: int, colour: str = "ink", **attributes: Any) -> str:
    """A line of words in a colour of the look, which begins at x (or as `text_anchor` says) on the line y."""
    return element("text", escaped(words), x=x, y=y, font_size=size, fill=LIGHT[colour], **attributes)


def hatching(left: float, top: float, width: float, height: float) -> str:
    """Slanting lines over a box: something is there that is not shown."""
    path, step = [], 9
    for start in range(step, int(width + height), step):
        first = (left + min(start, width), top + max(0, start - width))
        last = (left + max(0, start - height), top + min(start, height))
        path.append(f"M{first[0]:g} {first[1]:g}L{last[0]:g} {last[1]:g}")
    return element("path", d="".join(path), stroke=LIGHT["hairline"], stroke_width=2, fill="none")
