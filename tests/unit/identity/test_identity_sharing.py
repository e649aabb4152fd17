"""Sharing a report never leaves fewer than five schools that do not share in a class that can be published."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.sharing import FEWEST_LEFT, Hindrance, Part, hindrance, sharers

PUBLISHED = {"region": {"A": "A", "B": "B + C", "C": "B + C"}, "settlement": {"urban": "urban", "rural": "rural"}}
BOTH = frozenset({"student", "teacher"})


def part(number: int, **changes: object) -> Part:
    usual = Part(
        session=f"s{number}",
        school=f"school{number}",
        level="primary",
        classes={"region": "A", "settlement": "urban"},
        asked=BOTH,
        answered=BOTH,
        shared=False,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]  # fields of a part


def test_the_sixth_school_of_a_class_may_share_and_the_next_may_not() -> None:
    six = [part(number) for number in range(6)]
    assert hindrance(six[0], six, PUBLISHED) is None
    later = [replace(six[0], shared=True), *six[1:]]
    assert hindrance(later[1], later, PUBLISHED) == Hindrance(breakdown="all", name="", group="student")


def test_a_class_of_fewer_than_five_schools_is_never_published_and_hinders_nobody() -> None:
    four = [part(number) for number in range(4)]
    assert hindrance(four[0], four, PUBLISHED) is None


def test_merged_classes_count_as_one_and_are_named_as_published() -> None:
    elsewhere = [part(number, classes={"region": "A", "settlement": "rural"}) for number in range(20, 30)]
    near = [part(number, classes={"region": "BC"[number % 2], "settlement": "rural"}) for number in range(5)]
    found = hindrance(near[0], [*near, *elsewhere], PUBLISHED)
    assert found == Hindrance(breakdown="region", name="B + C", group="student")


@pytest.mark.parametrize("what", [{"answered": frozenset()}, {"shared": True}, {"asked": frozenset({"leader"})}])
def test_who_has_not_answered_shares_or_was_not_asked_protects_nobody(what: dict[str, object]) -> None:
    others = [part(number) for number in range(1, 6)]
    assert hindrance(part(0), [part(0), *others], PUBLISHED) is None
    fewer = [part(1, **what), *others[1:]]
    assert hindrance(part(0), [part(0), *fewer], PUBLISHED) is not None


def test_a_class_over_all_levels_is_looked_at_too() -> None:
    below = [part(number) for number in range(3)]
    above = [part(number, level="vocational") for number in range(10, 14)]
    assert hindrance(below[0], [*below, *above], PUBLISHED) is None
    shared = [replace(one, shared=True) for one in below[1:]]
    assert hindrance(below[0], [below[0], *shared, *above], PUBLISHED) is not None


SCHOOLS = st.lists(
    st.builds(
        lambda region, settlement, level, groups: (region, settlement, level, groups),
        st.sampled_from("ABC"),
        st.sampled_from(("urban", "rural")),
        st.sampled_from(("primary", "vocational")),
        st.sets(st.sampled_from(("student", "teacher")), max_size=2),
    ),
    min_size=1,
    max_size=24,
)


@given(SCHOOLS, st.randoms(use_true_random=False))
def test_however_many_share_in_whatever_order_no_published_class_minus_sharers_is_too_few(
    schools: list[tuple[str, str, str, set[str]]], order: object
) -> None:
    parts = [
        part(number, level=level, classes={"region": region, "settlement": settlement}, answered=frozenset(groups))
        for number, (region, settlement, level, groups) in enumerate(schools)
    ]
    for at in range(len(parts)):
        if hindrance(parts[at], parts, PUBLISHED) is None:
            parts[at] = replace(parts[at], shared=True)
    for group in BOTH:
        for members in classes(parts, group):
            answered = [one for one in members if group in one.answered]
            if len(members) >= FEWEST_LEFT and any(one.shared for one in answered):
                assert sum(not one.shared for one in answered) >= FEWEST_LEFT


def classes(parts: Sequence[Part], group: str) -> list[list[Part]]:
    """The members of every class of every breakdown, of each level and of all."""
    found: dict[tuple[str, ...], list[Part]] = {}
    merged: Mapping[str, Mapping[str, str]] = {"all": {}, **PUBLISHED}
    for one in parts:
        for level in (one.level, "all"):
            for name, names in merged.items():
                own = one.classes.get(name, "")
                found.setdefault((level, name, names.get(own, own)), []).append(one)
    return list(found.values())


def test_the_reporter_hears_how_many_share_in_each_class_that_can_be_published() -> None:
    near = [part(number, shared=number < 2) for number in range(5)]
    below = [part(number, level="vocational", classes={"region": "B", "settlement": "urban"}) for number in (20, 21)]
    silent = replace(near[0], session="s9", school="school9", answered=frozenset({"teacher"}))
    found = sharers(near[0], [*near, *below, silent], PUBLISHED)
    assert found == {
        "student": {"all": [2, 2], "region": [2, 2], "settlement": [2, 2]},
        "teacher": {"all": [3, 3], "region": [3, 3], "settlement": [3, 3]},
    }
    assert sharers(below[0], [*near, *below], PUBLISHED)["student"] == {
        "all": [None, 2],
        "region": [None, None],
        "settlement": [None, 2],
    }
