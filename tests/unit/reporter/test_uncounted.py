"""The register does not count in-company trainers: nowhere is a share of them told, and no rule reads one."""

from dataclasses import replace

import pytest

from reporter.national import glance, instrument, nation, overview
from reporter.national.nation import EVERY, Figure
from reporter.national.recommendations import recommendations
from reporter.national.sight import Sight
from reporter.pages.rendering import Pages
from support import nation_world

PAGES = Pages("Asia/Baku", "http://127.0.0.1:8001", "charts.js")
HEAD, *CELLS = (found for found in nation_world.an_edition() if found["kind"] != "benchmark")
WHOLE = nation.read(HEAD, CELLS, None)
SIGHT = Sight(level=EVERY, levels=(EVERY,), cls=EVERY)


def of(group: str, registered: int) -> Figure:
    """The nation's figure of a group of which so many are registered, from few of the schools."""
    row = next(row for row in WHOLE.figures if (row.level, row.cls, row.group) == (EVERY, EVERY, "teacher"))
    return replace(row, group=group, people_registered=registered, schools=2, school_levels=2, schools_registered=40)


@pytest.mark.parametrize("language", ["en", "az"])
def test_who_is_not_counted_is_told_without_a_share(language: str) -> None:
    voice = PAGES.voice(language, "2026-1")
    found = replace(WHOLE, figures=(of("teacher", 80), of("trainer", 0)), items={})
    counted, uncounted = (glance.participation(voice, found, SIGHT, group) for group in ("teacher", "trainer"))
    assert "5%" in counted["note"] or "5 %" in counted["note"]
    assert "%" not in uncounted["note"]
    teachers, trainers = overview.coverage(voice, found, EVERY)
    assert ("%" in teachers, "%" in trainers) == (True, False)
    assert [
        (one.rule, one.figure.group) for one in recommendations(found, EVERY) if one.rule == "coverage" if one.figure
    ] == [("coverage", "teacher")]


def test_the_quality_page_has_no_rate_for_them() -> None:
    cell = {"level": "vocational", "group": "trainer"}
    rates = {"schools": 0.05, "people": None, "response": None}
    (row,) = instrument.turnout([{**cell, "classes": {EVERY: {"n": 30, "rates": rates}}}], "vocational")
    assert (row.schools, row.people, row.response, row.n) == (None, None, None, 30)
