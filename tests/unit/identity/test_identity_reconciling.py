"""What a file of the register would change, which endings can be, and what becomes of a campaign's breakdowns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity import breakdowns, reconciling
from identity.reconciling import Ending
from identity.registry import Entry, Numbers


def entry(number: int, *, region: str = "Baku", settlement: str = "urban", **levels: int) -> Entry:
    students = levels or {"primary": 80}
    return Entry(
        registry_id=f"{number:04d}",
        name=f"School {number}",
        region=region,
        settlement=settlement,
        language="az",
        type="full",
        levels={
            level.replace("_", "-"): Numbers(leaders=1, teachers=10, students=number_of, trainers=0)
            for level, number_of in students.items()
        },
    )


def test_every_difference_is_named_with_what_was_and_what_will_be() -> None:
    before, after = entry(1, primary=80), entry(1, region="Guba", primary=90, lower_secondary=40)
    found = [(one.field, one.level, one.before, one.after) for one in reconciling.differences(before, after)]
    assert found == [
        ("region", "", "Baku", "Guba"),
        ("students", "primary", "80", "90"),
        ("leaders", "lower-secondary", "", "1"),
        ("teachers", "lower-secondary", "", "10"),
        ("students", "lower-secondary", "", "40"),
        ("trainers", "lower-secondary", "", "0"),
    ]
    assert reconciling.differences(before, before) == ()


def test_a_part_of_the_register_takes_nothing_away() -> None:
    held = {one.registry_id: one for one in (entry(1, primary=80, lower_secondary=40), entry(2))}
    part = reconciling.compare(held, [entry(1, primary=80)], whole=False)
    assert (part.changed, part.unchanged, part.missing) == ((), 1, ())
    whole = reconciling.compare(held, [entry(1, primary=80)], whole=True)
    assert [one.registry_id for one, _ in whole.changed] == ["0001"]
    assert whole.missing == ("0002",)


@given(st.lists(st.sampled_from("abcx"), max_size=4), st.lists(st.sampled_from("abcx"), max_size=4))
def test_an_ending_that_is_let_through_names_known_schools_once_and_is_a_closure_merger_or_split(
    ended: list[str], into: list[str]
) -> None:
    ending = Ending(ended=tuple(ended), into=tuple(into))
    if reconciling.fault(ending, "abc") is None:
        assert ended
        assert set(ended) | set(into) <= set("abc")
        assert len(set(ended)) == len(ended)
        assert len(set(into)) == len(into)
        assert min(len(ended), len(into)) <= 1
        assert set(ended) != set(into) or len(ended) > 1


def test_the_plan_says_which_classes_are_joined_and_how_many_schools_each_level_has() -> None:
    schools = [entry(n, region="A", primary=50, vocational=9) for n in range(12)]
    schools += [entry(n, region="B") for n in range(100, 106)] + [entry(n, region="C") for n in range(200, 207)]
    region, settlement = breakdowns.plan(schools, ("region", "settlement"))
    assert [(one.name, one.members, one.schools, dict(one.levels)) for one in region.classes] == [
        ("A", ("A",), 12, {"primary": 12, "vocational": 12}),
        ("B + C", ("B", "C"), 13, {"primary": 13}),
    ]
    assert (region.left_out, settlement.left_out) == (None, "one-class")


def test_a_breakdown_that_would_leave_a_few_schools_over_names_the_one_beside_it() -> None:
    towns = [entry(n, region="A", settlement="urban") for n in range(12)]
    few = [entry(n, region="A", settlement="rural") for n in range(100, 103)]
    villages = [entry(n, region="B", settlement="rural") for n in range(200, 212)]
    _, settlement = breakdowns.plan([*towns, *few, *villages], ("region", "settlement"))
    assert (settlement.left_out, settlement.beside) == ("leftover", "region")
    assert set(breakdowns.breakdown_classes([*towns, *few, *villages], ("region", "settlement"))) == {"region"}


def test_a_class_that_comes_later_goes_into_the_smallest_and_nothing_else_moves() -> None:
    schools = [entry(n, region="A") for n in range(20)] + [entry(n, region="B") for n in range(100, 110)]
    classes = breakdowns.breakdown_classes(schools, ("region",))
    later = breakdowns.widened(classes, [*schools, entry(300, region="New")])
    assert later == {"region": {"A": "A", "B": "B", "New": "B"}}
    assert breakdowns.widened(later, schools) == later


@pytest.mark.parametrize("wanted", [(), ("region",), ("region", "settlement", "language")])
def test_the_plan_answers_for_every_breakdown_that_was_asked_for(wanted: tuple[str, ...]) -> None:
    assert [one.name for one in breakdowns.plan([entry(1)], wanted)] == list(wanted)
    assert [one.name for one in breakdowns.plan([], wanted)] == list(wanted)
