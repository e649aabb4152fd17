"""Each recommendation comes from a rule that holds, with the figures that it read; the data's quality and change are
read from an edition as it says them."""

from dataclasses import replace

import pytest

from reporter.national import change, instrument, nation, recommendation_words
from reporter.national.change import Shift
from reporter.national.nation import EVERY, Figure, Nation
from reporter.national.recommendations import RULES, recommendations
from reporter.pages.rendering import Pages
from support import nation_world

VOICE = Pages("Asia/Baku", "http://127.0.0.1:8001", "charts.js").voice("en", "2026-1")
HEAD, *CELLS = (found for found in nation_world.an_edition() if found["kind"] != "benchmark")
WHOLE = nation.read(HEAD, CELLS, None)
A_FIGURE = next(row for row in WHOLE.figures if (row.level, row.cls, row.group) == (EVERY, EVERY, "teacher"))


def a_nation(*rows: Figure) -> Nation:
    """The edition with these figures alone; nothing left unanswered."""
    return replace(WHOLE, figures=rows, items={})


def a_row(share: float, half: float = 0.02, schools: int = 9, **changes: object) -> Figure:
    given = {"share": share, "low": share - half, "high": share + half, "school_levels": schools, **changes}
    return replace(A_FIGURE, schools_registered=10, **given)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("rows", "rules"),
    [
        ([a_row(0.9)], []),
        ([a_row(0.45)], ["low"]),
        ([a_row(0.49)], []),
        ([a_row(0.45, low=None, high=None)], []),
        ([a_row(0.9), a_row(0.7, group="student")], ["gap"]),
        ([a_row(0.9), a_row(0.82, group="student")], []),
        ([a_row(0.9, half=0.2), a_row(0.7, half=0.2, group="student")], []),
        ([a_row(0.9), a_row(0.8, cls="region:Bakı")], ["region"]),
        ([a_row(0.9), a_row(0.87, cls="region:Bakı", half=0.001)], []),
        ([a_row(0.9, schools=4)], ["coverage"]),
    ],
)
def test_a_rule_recommends_only_where_it_holds_beyond_chance(rows: list[Figure], rules: list[str]) -> None:
    assert [one.rule for one in recommendations(a_nation(*rows), EVERY)] == rules


def test_only_a_clear_fall_is_answered() -> None:
    shifts = [
        Shift(level=EVERY, group="teacher", area="C", now=0.5, difference=-0.1, low=-0.15, high=-0.05),
        Shift(level=EVERY, group="teacher", area="D", now=0.5, difference=-0.1, low=-0.25, high=0.05),
        Shift(level=EVERY, group="teacher", area="E", now=0.5, difference=-0.1, low=None, high=None),
        Shift(level=EVERY, group="teacher", area="F", now=0.5, difference=0.1, low=0.05, high=0.15),
    ]
    found = recommendations(a_nation(a_row(0.9)), EVERY, shifts)
    assert [(one.rule, one.area) for one in found] == [("fell", "C")]
    assert [shift.word for shift in shifts] == ["lower", "no-clear-change", "too-few", "higher"]
    assert recommendation_words.because(VOICE, found[0]) == "Teachers: 60% then, 50% now."


def test_no_rule_takes_more_room_than_it_may_and_every_one_has_words_in_both_languages() -> None:
    found = recommendations(WHOLE, EVERY, change.shifts(CELLS, EVERY))
    assert {one.rule for one in found} >= {"low", "gap", "region", "coverage", "fell"}
    for rule in RULES:
        assert sum(one.rule == rule for one in found) <= RULES[rule]["most"]
    for language in ("en", "az"):
        voice = Pages("Asia/Baku", "http://127.0.0.1:8001", "charts.js").voice(language, "2026-1")
        for card in recommendation_words.cards(voice, found):
            assert all(card.values())
            assert any(letter.isdigit() for letter in card["because"])


def test_left_out_answers_are_told_apart_and_name_their_worst_item() -> None:
    items = {("all", "teacher"): {"C1": (1, 1, 1, 1, 1, 2, 1, 2), "C2": (2, 2, 2, 2, 2, 0, 0, 0)}}
    (row,) = instrument.unanswered(replace(WHOLE, items=items), EVERY)
    assert (row.na, row.pn, row.skipped) == (0.1, 0.05, 0.1)
    assert (row.worst, row.worst_share) == ("C1", 0.5)
    (one,) = [one for one in recommendations(replace(a_nation(a_row(0.9)), items=items), EVERY)]
    assert one.rule == "unanswered"


def test_turnout_and_quality_are_those_of_the_edition() -> None:
    rows = {row.cls: row for row in instrument.turnout(CELLS, EVERY, "region") if row.group == "student"}
    assert set(rows) == set(WHOLE.classes("region"))
    assert rows["region:Qarabağ"].response == 0.41
    assert min(row.response or 1 for row in rows.values()) == 0.41
    cell = next(cell for cell in CELLS if cell["quality"])
    found = instrument.measures(CELLS, cell["level"])
    assert {(row.area, row.alpha) for row in found if row.group == cell["group"]} == {
        (area, figures["alpha"]) for area, figures in cell["quality"].items()
    }
    assert instrument.measures(CELLS, EVERY) == ()
    assert instrument.measures(CELLS, cell["level"], "region:Bakı") != ()


def test_an_edition_of_an_older_program_has_no_rates_and_no_change() -> None:
    old = [
        {**cell, "classes": {cls: {**one, "rates": None, "nonresponse": None} for cls, one in cell["classes"].items()}}
        for cell in CELLS
    ]
    assert all(row.response is None and row.unanswered is None for row in instrument.turnout(old, EVERY))
    head, *first = (
        found for found in nation_world.an_edition(nation_world.EARLIER, 33) if found["kind"] != "benchmark"
    )
    assert head["since"] is None
    assert change.shifts(first, EVERY) == ()
