"""Numbers, dates, letters and the choice of language, each by the rule of its own language."""

import datetime as clock
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone
from babel.numbers import format_decimal, format_percent

NAMES: Final = {"az": "Azərbaycanca", "en": "English"}
ALPHABET: Final = "abcçdeəfgğhxıijkqlmnoöprsştuüvyz"
SortKey = tuple[tuple[int, int, str], ...]

_RANKS: Final = {letter: rank for rank, letter in enumerate(ALPHABET)} | {"w": ALPHABET.index("v")}
_UPPER: Final = str.maketrans({"i": "İ", "ı": "I"})
_LOWER: Final = str.maketrans({"İ": "i", "I": "ı"})


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguageLink:
    """One entry of the language switch."""

    code: str
    name: str
    href: str
    current: bool


def number(x: float, lang: str, digits: int | None = None) -> str:
    """`x` grouped and pointed as the language writes it; `digits` fixes the decimals, else at most three are shown."""
    pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(x, format=pattern, locale=lang)


def percent(x: float, lang: str, digits: int = 0) -> str:
    """The share `x` (0 to 1) in per cent, with `digits` decimals."""
    pattern = Locale.parse(lang).percent_formats[None].pattern
    if digits:
        pattern = pattern.replace("0", "0." + "0" * digits, 1)
    return format_percent(x, format=pattern, locale=lang)


def date(d: clock.date, lang: str) -> str:
    """A day in words, such as "5 May 2026"."""
    if lang == "en":
        return format_date(d, "d MMMM y", locale="en")
    return format_date(d, "long", locale=lang)


def datetime(dt: clock.datetime, lang: str, timezone: str) -> str:
    """An instant as day and 24-hour time in `timezone` (an IANA name); raises ValueError for a time without a zone."""
    if dt.tzinfo is None:
        raise ValueError("a time without a zone names no instant")
    zone = get_timezone(timezone)
    return f"{date(dt.astimezone(zone).date(), lang)}, {format_datetime(dt, 'HH:mm', tzinfo=zone, locale=lang)}"


def pick_language(
    query: str | None,
    cookie: str | None,
    accept_language: str | None,
    supported: Sequence[str] = ("az", "en"),
    default: str = "az",
) -> str:
    """The language of a page: asked for in the address, else remembered, else the browser's best, else `default`."""
    for asked in (query, cookie):
        if asked in supported:
            return str(asked)
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate((accept_language or "").split(",")):
        tag, _, options = part.partition(";")
        code = tag.strip().lower().split("-")[0]
        weight = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", options)
        quality = float(weight[1]) if weight else (0.0 if options.strip() else 1.0)
        if code in supported and quality > 0:
            wishes.append((-quality, place, code))
    return min(wishes)[2] if wishes else default


def language_links(
    current: str, path: str, query: Sequence[tuple[str, str]] = (), supported: Sequence[str] = ("az", "en")
) -> list[LanguageLink]:
    """The entries of the language switch for one page: the same address with `lang` set, other parameters kept."""
    kept = [(name, value) for name, value in query if name != "lang"]
    return [
        LanguageLink(
            code=code,
            name=NAMES.get(code, code),
            href=f"{path}?{urlencode([*kept, ('lang', code)])}",
            current=code == current,
        )
        for code in supported
    ]


def direction(lang: str) -> str:
    """`ltr` or `rtl`, for the `dir` attribute."""
    return str(Locale.parse(lang, sep="-").text_direction)


def upper(text: str, lang: str) -> str:
    """Capital letters by the rule of `lang`: in Azerbaijani i becomes İ and ı becomes I."""
    return (text.translate(_UPPER) if lang == "az" else text).upper()


def lower(text: str, lang: str) -> str:
    """Small letters by the rule of `lang`: in Azerbaijani İ becomes i and I becomes ı."""
    return (text.translate(_LOWER) if lang == "az" else text).lower()


def sort_key(text: str, lang: str) -> SortKey:
    """A key that sorts names by the alphabet of `lang`, numbers inside them by size ("School 9" before "School 10")."""
    small = unicodedata.normalize("NFC", lower(text, lang))
    return tuple(_place(part, lang) for part in re.findall(r"\d+|\D", small))


def _place(part: str, lang: str) -> tuple[int, int, str]:
    if part.isdecimal():
        return (1, int(part), part)
    if not part.isalpha():
        return (0, 0, part)
    if lang == "az":
        return (2, _RANKS.get(part, len(ALPHABET)), part)
    return (2, ord(unicodedata.normalize("NFD", part)[0]), part)
