"""The colours of every page, once for light and once for dark, and the pairs that must stay readable together."""

from collections.abc import Mapping
from typing import Final

GROUPS: Final = ("leader", "teacher", "student", "trainer")
ANSWERS: Final = ("1", "2", "3", "4", "5", "na", "skipped")

LIGHT: Final[Mapping[str, str]] = {
    "paper": "#ffffff",
    "surface": "#f5f7f8",
    "ink": "#16202e",
    "muted": "#4a5768",
    "line": "#7c8896",
    "hairline": "#d9dfe5",
    "primary": "#0a5c66",
    "primary-strong": "#07444c",
    "primary-tint": "#e4f0f1",
    "on-primary": "#fffffe",
    "accent": "#b23a24",
    "accent-strong": "#8a2a18",
    "accent-tint": "#fbebe7",
    "good": "#1f6b3a",
    "good-tint": "#e6f2ea",
    "caution": "#8a5a00",
    "caution-tint": "#fbf2de",
    "leader": "#7a3e9d",
    "teacher": "#0a67a8",
    "student": "#b8471f",
    "trainer": "#4a7023",
    "answer-1": "#8c510a",
    "answer-2": "#d8b365",
    "answer-3": "#c7e3df",
    "answer-4": "#5ab4ac",
    "answer-5": "#01665e",
    "answer-na": "#8d98a5",
    "answer-skipped": "#aab3bd",
    "label-light": "#fefefe",
    "label-dark": "#16202f",
}

DARK: Final[Mapping[str, str]] = {
    "paper": "#10171f",
    "surface": "#18212b",
    "ink": "#e8edf2",
    "muted": "#aebac7",
    "line": "#7e8b99",
    "hairline": "#303c49",
    "primary": "#5fc3cc",
    "primary-strong": "#93dbe1",
    "primary-tint": "#143038",
    "on-primary": "#0d141b",
    "accent": "#ff8f78",
    "accent-strong": "#ffb3a3",
    "accent-tint": "#38211e",
    "good": "#7bd197",
    "good-tint": "#172e21",
    "caution": "#f0be5a",
    "caution-tint": "#332914",
    "leader": "#c99be6",
    "teacher": "#7cc0f5",
    "student": "#ff9e7a",
    "trainer": "#a5cf7a",
    "answer-1": "#8c510a",
    "answer-2": "#d8b365",
    "answer-3": "#c7e3df",
    "answer-4": "#5ab4ac",
    "answer-5": "#01665e",
    "answer-na": "#8b97a4",
    "answer-skipped": "#6b7785",
    # Labels lie on the answers' colours, which do not change at night: so neither do they.
    "label-light": "#fefefe",
    "label-dark": "#16202f",
}

_GROUNDS = ("paper", "surface")
_WORDS = ("ink", "muted", "primary", "primary-strong", "accent", "accent-strong", "good", "caution", *GROUPS)

TEXT_PAIRS: Final[tuple[tuple[str, str], ...]] = (
    *((word, ground) for word in _WORDS for ground in _GROUNDS),
    *(("ink", f"{state}-tint") for state in ("primary", "accent", "good", "caution")),
    *((state, f"{state}-tint") for state in ("primary", "accent", "good", "caution")),
    ("on-primary", "primary"),
    ("on-primary", "primary-strong"),
    ("on-primary", "accent"),
    ("on-primary", "accent-strong"),
    ("label-light", "answer-1"),
    ("label-dark", "answer-2"),
    ("label-dark", "answer-3"),
    ("label-dark", "answer-4"),
    ("label-light", "answer-5"),
)
LINE_PAIRS: Final[tuple[tuple[str, str], ...]] = tuple(
    (line, ground) for line in ("line", "ink") for ground in _GROUNDS
)


def luminance(colour: str) -> float:
    """Relative luminance (0 to 1) of a colour written #rrggbb, as WCAG 2.2 defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio (1 to 21) of two colours written #rrggbb."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
