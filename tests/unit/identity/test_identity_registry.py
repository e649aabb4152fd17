"""The register: what is right is taken, what is wrong is named, and classes are large enough to publish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity import breakdowns, registry
from identity.reasons import Refused

HEADER = ",".join(registry.COLUMNS)
GOOD = "001,Məktəb 1,Baku,urban,az,full,primary,1,10,80,0"


def faults(*rows: str) -> list[tuple[int, str]]:
    return [(fault.row, fault.reason) for fault in registry.parse("\n".join((HEADER, *rows))).refused]


def entry(number: int, *, region: str = "Baku", settlement: str = "urban", students: int = 80) -> registry.Entry:
    return registry.Entry(
        registry_id=f"{number:04d}",
        name=f"School {number}",
        region=region,
        settlement=settlement,
        language="az",
        type="full",
        levels={"primary": registry.Numbers(leaders=1, teachers=10, students=students, trainers=0)},
    )


def test_rows_of_one_school_become_one_school_with_levels() -> None:
    other = GOOD.replace("primary,1,10,80", "lower-secondary,2,20,160")
    found = registry.parse(f"\ufeff{HEADER}\r\n{GOOD}\r\n{other}\r\n\r\n")
    assert (found.rows_taken, found.refused) == (2, ())
    assert {level: n.students for level, n in found.entries[0].levels.items()} == {
        "primary": 80,
        "lower-secondary": 160,
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("001,Məktəb 1,Baku", "wrong-number-of-columns"),
        (GOOD + ",1", "wrong-number-of-columns"),
        (GOOD.replace("Məktəb 1", " "), "empty-field"),
        (GOOD.replace("Məktəb 1", "x" * 201), "too-long"),
        (GOOD.replace("Məktəb 1", "x\x07y"), "control-character"),
        (GOOD.replace("urban", "town"), "bad-settlement"),
        (GOOD.replace("primary", "nursery"), "bad-level"),
        (GOOD.replace("80", "-1"), "bad-number"),
        (GOOD.replace("80", "٨٠"), "bad-number"),
        (GOOD.replace("80", "100001"), "bad-number"),
        (GOOD.replace(",0", ",3"), "trainers-outside-vocational"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_the_rest_is_taken(row: str, reason: str) -> None:
    found = registry.parse("\n".join((HEADER, row, GOOD.replace("001", "002"))))
    assert [(fault.row, fault.reason) for fault in found.refused] == [(2, reason)]
    assert [taken.registry_id for taken in found.entries] == ["002"]
    assert reason in registry.ROW_REASONS


def test_rows_that_contradict_each_other_are_all_refused() -> None:
    assert faults(GOOD, GOOD.replace("Baku", "Guba").replace("primary", "vocational")) == [
        (2, "contradicts-other-rows"),
        (3, "contradicts-other-rows"),
    ]


def test_a_level_named_twice_is_refused_and_the_schools_other_levels_are_taken() -> None:
    found = registry.parse(
        "\n".join((HEADER, GOOD, GOOD.replace("80", "90"), GOOD.replace("primary", "lower-secondary")))
    )
    assert [fault.reason for fault in found.refused] == ["same-level-twice"] * 2
    assert list(found.entries[0].levels) == ["lower-secondary"]


@pytest.mark.parametrize("text", ["", "name,region\n", HEADER.replace("name", "=cmd()") + "\n", '"' + HEADER])
def test_another_header_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"bad-header|not-csv"):
        registry.parse(text)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    registry.parse(f"{HEADER}\n" + "".join(c for c in text if c != '"'))


@pytest.mark.parametrize(
    ("number", "rounded"), [(0, 0), (7, 7), (99, 99), (101, 100), (105, 110), (845, 850), (1449, 1400), (1450, 1500)]
)
def test_numbers_travel_with_two_significant_digits(number: int, rounded: int) -> None:
    assert registry.two_digits(number) == rounded


@pytest.mark.parametrize(("students", "size"), [(0, "under-50"), (49, "under-50"), (50, "50-199"), (200, "200-up")])
def test_size_classes(students: int, size: str) -> None:
    assert registry.size_class(students) == size


def test_totals_are_sums_of_the_rounded_numbers_that_sessions_carry() -> None:
    totals = registry.totals([entry(1, students=123), entry(2, students=178), entry(3, region="Guba")])
    assert [(t.stratum.region, t.schools, t.students) for t in totals] == [("Baku", 2, 120 + 180), ("Guba", 1, 80)]


def test_a_class_of_fewer_than_ten_schools_joins_its_neighbour() -> None:
    schools = [entry(n, region="A") for n in range(12)]
    schools += [entry(n, region="B") for n in range(100, 106)] + [entry(n, region="C") for n in range(200, 207)]
    classes = breakdowns.breakdown_classes(schools, ("region", "settlement"))
    assert classes == {"region": {"A": "A", "B": "B + C", "C": "B + C"}}


def test_a_breakdown_without_two_large_classes_is_left_out() -> None:
    few = [entry(n, region="A" if n % 2 else "B") for n in range(12)]
    assert breakdowns.breakdown_classes(few, ("region",)) == {}


def test_a_class_that_holds_whole_classes_of_another_breakdown_leaves_none_or_ten() -> None:
    towns = [entry(n, region="A", settlement="urban") for n in range(12)]
    few = [entry(n, region="A", settlement="rural") for n in range(100, 103)]
    villages = [entry(n, region="B", settlement="rural") for n in range(200, 212)]
    assert set(breakdowns.breakdown_classes([*towns, *villages], ("region", "settlement"))) == {"region", "settlement"}
    assert set(breakdowns.breakdown_classes([*towns, *few, *villages], ("region", "settlement"))) == {"region"}
