"""What templates find by name: the parts that never change, and those of one language."""

import datetime as clock
from collections.abc import Sequence
from typing import Any

from look import charts, locale, mark, paths
from look.texts import Texts
from look.tokens import LIGHT


def constants() -> dict[str, Any]:
    """Names for a Jinja environment's globals: mark, patterns of charts, version of the served files, light colours."""
    return {
        "mark_shapes": mark.shapes(),
        "hatch_patterns": charts.hatch_patterns(),
        "look_version": paths.fingerprint(),
        "look_colours": LIGHT,
    }


def speaking(
    texts: Texts,
    lang: str,
    path: str = "",
    query: Sequence[tuple[str, str]] = (),
    timezone: str = "Asia/Baku",
    supported: Sequence[str] = ("az", "en"),
) -> dict[str, Any]:
    """Names for one rendered page: `t`, `lang`, `dir`, `languages`, and `number`, `percent`, `date`, `moment`.

    `path` and `query` are the page's own address, kept by the language switch; `timezone` is an IANA name.
    """

    def number(x: float, digits: int | None = None) -> str:
        return locale.number(x, lang, digits)

    def percent(x: float, digits: int = 0) -> str:
        return locale.percent(x, lang, digits)

    def date(d: clock.date) -> str:
        return locale.date(d, lang)

    def moment(dt: clock.datetime) -> str:
        return locale.datetime(dt, lang, timezone)

    return {
        "t": texts.bind(lang),
        "lang": lang,
        "dir": locale.direction(lang),
        "languages": locale.language_links(lang, path, query, supported),
        "number": number,
        "percent": percent,
        "date": date,
        "moment": moment,
    }
