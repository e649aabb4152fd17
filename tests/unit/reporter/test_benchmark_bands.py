"""A school beside bands: its own mark only where it may be drawn, outside only if its whole printed interval is."""

from typing import Any

import pytest

from contracts.questionnaire import bank
from reporter.report import school
from reporter.report.benchmark import UNKNOWN, Band, Benchmark, Known, benchmark, place
from reporter.shown import disclosure
from reporter.shown.figures import Mean
from reporter.shown.tables import ShownGroup
from support import reporter_world as world

STRATUM = {"size": "50-199", "settlement": "urban"}


def a_report(**people: int) -> school.SchoolReport:
    session = world.a_session()
    tables = [disclosure.show(world.a_snapshot(session, group, n), 3, bank()) for group, n in people.items()]
    return school.report("lower-secondary", [table for table in tables if isinstance(table, ShownGroup)], bank())


def a_document(group: str, **classes: tuple[float, float]) -> dict[str, Any]:
    """A band of area C in each class; `similar` and `all` name the two that a school meets."""
    names = {"similar": "50-199/urban", "all": "all", "other": "under-50/rural"}
    return {
        "_id": f"autumn/000003/benchmark/lower-secondary/{group}",
        "group": group,
        "classes": {
            names[name]: {"C": {"schools": 24, "mean": (low + high) / 2, "low": low, "high": high}}
            for name, (low, high) in classes.items()
        },
    }


def given(report: school.SchoolReport, *documents: dict[str, Any]) -> Benchmark:
    return benchmark(Known(final=True, documents=documents), STRATUM, report)


def a_mean(low: float, high: float) -> Mean:
    return Mean(value=(low + high) / 2, low=low, high=high, sd=1.0)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(3.66, 4.0, "above"), (3.64, 4.0, "near"), (2.0, 3.14, "below"), (2.0, 3.16, "near"), (1.0, 5.0, "near")],
)
def test_a_school_is_outside_only_if_its_whole_printed_interval_is(low: float, high: float, expected: str) -> None:
    assert expected == place(a_mean(low, high), Band(schools=20, mean=3.4, low=3.2, high=3.6))


def test_the_mark_and_its_place_are_there_from_twenty_answers_on_and_the_band_without_them() -> None:
    report = a_report(teacher=19, student=40)
    found = given(
        report, a_document("teacher", similar=(1.0, 1.1), all=(1.0, 1.1)), a_document("student", all=(1.0, 1.1))
    )
    teacher, student = found.rows
    assert (None, None, None) == (teacher.own, teacher.to_similar, teacher.to_nation)
    assert Band(schools=24, mean=1.05, low=1.0, high=1.1) == teacher.similar == teacher.nation
    assert report.figures["C", "student"].mean == student.own
    assert (None, None, "above") == (student.similar, student.to_similar, student.to_nation)


def test_a_school_meets_the_band_of_its_own_kind_and_of_no_other() -> None:
    found = given(a_report(student=40), a_document("student", other=(2.0, 3.0), all=(2.5, 3.5)))
    (row,) = found.rows
    assert None is row.similar
    assert ("given", (row,), ()) == (found.state, found.of_group("student"), found.of_group("teacher"))


def test_it_says_whether_the_comparison_is_still_to_come_or_too_few_schools_make_one() -> None:
    report = a_report(student=40)
    assert "later" == benchmark(UNKNOWN, STRATUM, report).state
    assert "none" == given(report).state
    assert "none" == given(report, a_document("student", other=(2.0, 3.0))).state
    assert "2026-12-18T14:00:00Z" == benchmark(Known(closes="2026-12-18T14:00:00Z"), STRATUM, report).closes


def test_an_area_that_a_group_is_not_asked_has_no_row() -> None:
    document = a_document("student", all=(2.0, 3.0))
    document["classes"]["all"]["A"] = document["classes"]["all"]["C"]
    assert ["C"] == [row.area for row in given(a_report(student=40), document).rows]
