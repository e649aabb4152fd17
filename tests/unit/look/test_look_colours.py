"""Every colour pair is readable by day and by night, and the style sheets know exactly the tokens."""

import re
from collections.abc import Mapping

import pytest

from look import charts, mark, paths
from look.tokens import DARK, LIGHT, LINE_PAIRS, TEXT_PAIRS, contrast

SHEET = (paths.STATIC / "look.css").read_text(encoding="utf-8")
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def declared(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block))


def test_contrast_agrees_with_the_published_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@THEMES
@pytest.mark.parametrize(("words", "ground"), TEXT_PAIRS)
def test_words_stand_out_from_their_ground(theme: Mapping[str, str], words: str, ground: str) -> None:
    assert contrast(theme[words], theme[ground]) >= 4.5


@THEMES
@pytest.mark.parametrize(("line", "ground"), LINE_PAIRS)
def test_lines_and_controls_stand_out_from_their_ground(theme: Mapping[str, str], line: str, ground: str) -> None:
    assert contrast(theme[line], theme[ground]) >= 3


def test_the_style_sheet_declares_exactly_the_light_tokens() -> None:
    assert declared(SHEET.split("@media")[0]) == dict(LIGHT)


def test_the_style_sheet_changes_at_night_exactly_what_differs() -> None:
    night = SHEET.split("prefers-color-scheme: dark) {")[1].split("}")[0]
    assert declared(night) == {token: colour for token, colour in DARK.items() if colour != LIGHT[token]}


def test_every_used_property_is_declared() -> None:
    for name in ("look.css", "charts.css"):
        used = set(re.findall(r"var\(--([a-z0-9-]+)\)", (paths.STATIC / name).read_text(encoding="utf-8")))
        assert used <= set(re.findall(r"--([a-z0-9-]+):", SHEET))


def test_no_two_tokens_share_a_light_colour() -> None:
    # A chart finds its token by the colour alone.
    assert len(set(LIGHT.values())) == len(LIGHT)


def test_the_style_sheet_fetches_nothing_from_elsewhere() -> None:
    assert set(re.findall(r"url\(([^)]*)\)", SHEET)) == {'"lattice.svg"'}
    assert "@import" not in SHEET


@pytest.mark.parametrize(
    "query",
    ["prefers-color-scheme: dark", "print", "forced-colors: active", "prefers-reduced-motion: reduce"],
)
def test_the_style_sheet_serves_every_way_of_seeing(query: str) -> None:
    assert re.search(rf"@media [^{{]*{re.escape(query)}", SHEET)


@pytest.mark.parametrize(
    ("name", "written"),
    [("charts.css", charts.dark_rules()), ("favicon.svg", mark.favicon()), ("lattice.svg", mark.lattice())],
)
def test_committed_files_equal_what_their_functions_write(name: str, written: str) -> None:
    assert (paths.STATIC / name).read_text(encoding="utf-8") == written
