"""Charts become pictures: drawn once, whole, small, and the same for a page and its print."""

import re

from look import charts as look_charts
from reporter.drawn import charts, drawing
from reporter.drawn.charts import Bar, Dot, Segment

ANSWERS = ((1, 10.0), (2, 20.0), (3, 30.0), (4, 25.0), (5, 15.0))


def bars(label: str = "Teachers (30)") -> list[tuple[str, list[Bar]]]:
    segments = tuple(
        Segment(answer=answer, width=width, words=f"words {answer}", label=str(int(width)) if width > 10 else None)
        for answer, width in ANSWERS
    )
    reason = Bar(label="Students", segments=(), words="rated by fewer than 10")
    return [("C1 · The network is fast enough.", [Bar(label=label, segments=segments), reason])]


def test_a_bar_is_as_wide_as_its_share_and_masked_parts_are_hatched() -> None:
    found = charts.likert(bars(), "title", "words", "area-C")
    drawn = re.findall(r'<path[^>]*d="M([\d.]+),[\d.]+h([\d.]+)v30[^"]*"[^>]*fill="([^"]+)"', found.wide)
    assert len(drawn) == 5
    room = (charts.WIDE - charts.MARGIN_WIDE) / 100
    assert [round(float(width) / room) for _, width, _ in drawn] == [10, 20, 30, 25, 15]
    assert [fill for _, _, fill in drawn] == [
        "url(#look-answer-na)",
        *(look_charts.ANSWER_COLOURS[str(answer)] for answer in (2, 3, 4, 5)),
    ]
    for text in ("The network is fast enough.", "Teachers (30)", "rated by fewer than 10", ">20<", ">30<"):
        assert text in found.wide
    assert ">10<" not in found.wide


def test_dots_stand_where_their_values_are() -> None:
    lines = [("Leadership", [Dot(group="teacher", value=40, words="40"), Dot(group="student", value=90, words="90")])]
    found = charts.dots(lines, "Share", "title", "words", "overview")
    places = [
        float(x) for x in re.findall(r'<path transform="translate\(([\d.]+),[\d.]+\)" d="M[^"]+" fill="#', found.wide)
    ]
    left, right = charts.MARGIN_DOTS + 8, charts.WIDE - 10
    assert places == [left + (right - left) * share / 100 for share in (40, 90)]


def test_the_same_picture_is_drawn_once() -> None:
    charts.likert(bars("Teachers (77)"), "title", "words", "area-C")
    before = drawing.PICTURES.drawn
    again = charts.likert(bars("Teachers (77)"), "another title", "other words", "print-C")
    assert drawing.PICTURES.drawn == before
    assert "another title" in again.wide
    charts.likert(bars("Teachers (78)"), "title", "words", "area-C")
    assert drawing.PICTURES.drawn == before + 2


def test_a_picture_keeps_its_name_and_words_and_needs_no_style() -> None:
    found = charts.likert(bars(), "A title", "All in words.", "area-C")
    assert 'role="img" aria-labelledby="area-C-wide-title" aria-describedby="area-C-wide-words"' in found.wide
    assert '<desc id="area-C-wide-words">All in words.</desc>' in found.wide
    assert "font-family" not in found.wide
    assert " style=" not in found.wide
    assert look_charts.unmapped(found.wide) == frozenset()


def test_what_is_handed_to_the_browser_is_what_was_drawn() -> None:
    found = charts.likert(bars(), "title", "words", "area-C")
    parts = found.specs["wide"]["datasets"]["parts"]
    assert [part["to"] - part["from"] for part in parts] == [width for _, width in ANSWERS]
    assert found.specs["wide"]["config"]["font"] == look_charts.theme()["font"]
