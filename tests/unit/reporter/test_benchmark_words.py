"""The school beside others as it is read: sentences, cells and drawn places say the same, and none of them more."""

import re
from typing import Any

import pytest

from contracts.questionnaire import bank
from reporter.pages.rendering import Pages
from reporter.report import assembly
from reporter.report.benchmark import UNKNOWN, Known
from reporter.report.records import Beside
from reporter.told import benchmark_words
from reporter.told.words import Voice
from support import band_world
from support import reporter_world as world

BANDS = Known(final=True, documents=[band_world.a_benchmark("student"), band_world.a_benchmark("teacher")])


def voice(language: str) -> Voice:
    return Pages("Asia/Baku", "http://127.0.0.1", "charts.js").voice(language, "2026-1")


def a_view(bands: Known, **people: int) -> assembly.SessionView:
    session = world.a_session()
    snapshots = [world.a_snapshot(session, group, n) for group, n in people.items()]
    return assembly.view(session, None, snapshots, (), bank(), Beside(bands=bands))


def section(language: str, bands: Known, **people: int) -> dict[str, Any]:
    found: dict[str, Any] = benchmark_words.section(voice(language), a_view(bands, **people))["benchmark"]
    return found


@pytest.mark.parametrize(
    ("known", "en", "az"),
    [
        (UNKNOWN, "comes once, after the whole campaign has closed", "bir dəfə, bütün kampaniya bağlanıb"),
        (Known(closes="2026-12-18T14:00:00Z"), "planned for 18 December 2026", "planlaşdırılan tarix: 18 dekabr 2026"),
        (Known(final=True), "Fewer than 20 schools", "20-dən azdır"),
    ],
)
def test_without_a_band_one_sentence_says_why_and_when_it_comes(known: Known, en: str, az: str) -> None:
    for language, sentence in (("en", en), ("az", az)):
        found = section(language, known, student=40)
        assert sentence in found["state"]
        assert [] == found["groups"]


def test_a_group_is_told_where_it_lies_outside_and_a_small_one_only_sees_the_bands() -> None:
    teacher, student = section("en", BANDS, teacher=12, student=100)["groups"]
    assert "Teachers: the bands without a mark of your school" in teacher["finding"]
    assert {"–"} == {row["own"] for row in teacher["rows"]}
    assert {"compared from 20 answers on"} == {row["words"] for row in teacher["rows"]}
    outside = {row["area"]: row["words"] for row in student["rows"] if row["words"].startswith("clearly")}
    assert outside
    assert all(area in student["finding"] for area in outside)
    assert re.fullmatch(r"\d\.\d to \d\.\d \(44 schools\)", student["rows"][1]["similar"])


def test_what_is_drawn_is_what_is_printed() -> None:
    view = a_view(BANDS, student=40)
    (found,) = benchmark_words.section(voice("en"), view)["benchmark"]["groups"]
    for width in ("wide", "narrow"):
        drawn = found["chart"].specs[width]["datasets"]
        numbers = {(row["value"], row["low"], row["high"]) for row in drawn["own"]}
        printed = {tuple(float(part) for part in re.findall(r"\d\.\d", row["own"])) for row in found["rows"]}
        assert numbers == printed
        assert all(value == round(value, 1) for row in numbers for value in row)
        bands = [(row["from"], row["to"]) for name in ("similar", "nation") for row in drawn[name]]
        assert {(band.low, band.high) for row in view.benchmark.rows for band in (row.similar, row.nation) if band} == {
            *bands
        }


def test_one_area_has_a_row_for_each_group_that_is_asked_it() -> None:
    found = benchmark_words.of_area(voice("az"), a_view(BANDS, teacher=25, student=40), "C")
    assert ["teacher", "student"] == [row["group"] for row in found]
    assert [] == benchmark_words.of_area(voice("az"), a_view(BANDS, student=40), "A")
