"""The summing up of all test parts."""

from pathlib import Path

from stack.suite import Outcome, Part, count, summary, with_tests

REPORT = (
    '<testsuites><testsuite tests="10" failures="1" errors="1" skipped="2"/><testsuite tests="1" failures="0" '
    'errors="0" skipped="0"/></testsuites>'
)


def test_numbers_of_all_suites_in_a_report_are_added(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert count(report, 1, 2.0) == Outcome(passed=7, failed=2, skipped=2, minutes=2.0, content=False)


def test_a_run_that_left_no_report_counts_as_a_failure(tmp_path: Path) -> None:
    assert count(tmp_path / "none.xml", 3, 1.0) == Outcome(failed=1, minutes=1.0, content=False)


def test_a_run_that_failed_without_a_failed_test_counts_as_a_failure(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="1" failures="0" errors="0" skipped="0"/></testsuites>')
    assert count(report, 2, 1.0).failed == 1


def test_the_closing_line_sums_all_parts_and_budgets_are_named() -> None:
    fast = Part(name="unit", folders=(), minutes=3)
    slow = Part(name="faults", folders=(), minutes=4)
    lines = summary(
        [
            (fast, Outcome(passed=5, skipped=1, minutes=0.5)),
            (slow, Outcome(passed=2, failed=1, minutes=4.2, content=False)),
        ]
    )
    assert lines == [
        "unit: 0.5 of 3 min",
        "faults: 4.2 of 4 min, over its budget, FAILED",
        "7 passed, 1 failed, 1 skipped",
    ]


def test_a_part_without_a_test_file_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "tests/fault").mkdir(parents=True)
    (tmp_path / "tests/unit/room").mkdir(parents=True)
    (tmp_path / "tests/unit/room/test_it.py").touch()
    part = Part(name="both", folders=("tests/unit", "tests/fault", "tests/none"), minutes=1)
    assert with_tests(tmp_path, part) == ["tests/unit"]
