"""No masked class that holds somebody can be solved, by a reader who knows the very rules."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporter.shown import masking

Counts = tuple[int, ...]


def vectors(rated: int) -> Iterator[Counts]:
    """Every way in which `rated` people can answer one item."""
    for a in range(rated + 1):
        for b in range(rated + 1 - a):
            for c in range(rated + 1 - a - b):
                for d in range(rated + 1 - a - b - c):
                    yield (a, b, c, d, rated - a - b - c - d)


def fits(counts: Counts, shown: masking.Labels) -> bool:
    """Whether counts agree with what is printed: shares in steps, bounds, and nothing about masked classes."""
    size = masking.grain(sum(counts))
    for count, label in zip(counts, shown, strict=True):
        share = masking.rounded(count, size.rated, size.step)
        if label >= 0 and share != label:
            return False
        if label == masking.LOW and share > size.limit:
            return False
        if label == masking.HIGH and share < 100 - size.limit:
            return False
    return True


def neighbours(counts: Counts, reach: int) -> Iterator[Counts]:
    """Vectors that differ by moving up to `reach` people between two classes."""
    for source in range(5):
        for target in range(5):
            for moved in range(1, min(reach, counts[source]) + 1):
                if source != target:
                    other = list(counts)
                    other[source] -= moved
                    other[target] += moved
                    yield tuple(other)


@pytest.mark.parametrize("rated", [5, 7, 9, 10, 11, 13, 15, 16, 19, 20, 21, 25])
def test_a_reader_who_knows_the_rules_finds_no_masked_class_that_holds_somebody(rated: int) -> None:
    behind: dict[masking.Labels | None, list[set[int]]] = defaultdict(lambda: [set() for _ in range(5)])
    for counts in vectors(rated):
        shown = masking.table(counts)
        for place, count in enumerate(counts):
            behind[shown][place].add(count)
    for shown, values in behind.items():
        for place in range(5):
            if shown is None or shown[place] < 0:
                assert len(values[place]) > 1 or values[place] == {0}, (shown, place, values[place])


@st.composite
def answered(draw: st.DrawFn) -> Counts:
    rated = draw(st.integers(5, 400))
    cuts = sorted(draw(st.lists(st.integers(0, rated), min_size=4, max_size=4)))
    return tuple(b - a for a, b in zip([0, *cuts], [*cuts, rated], strict=True))


@settings(max_examples=300, deadline=None)
@given(answered())
def test_every_masked_class_that_holds_somebody_has_a_second_solution(counts: Counts) -> None:
    shown = masking.table(counts)
    if shown is None:
        return
    assert fits(counts, shown)
    masked = [place for place, label in enumerate(shown) if label < 0]
    spans = masking.solutions(shown, masking.grain(sum(counts)))
    for place in masked:
        low, high = spans[place]
        assert low <= counts[place] <= high
        assert counts[place] == 0 or low < high
    found = [other for other in neighbours(counts, 3) if fits(other, shown)]
    for place in masked:
        assert counts[place] == 0 or low < high or any(other[place] != counts[place] for other in found)


@settings(max_examples=300, deadline=None)
@given(answered())
def test_small_and_great_shares_are_never_shown_and_the_others_are_in_whole_steps(counts: Counts) -> None:
    shown = masking.table(counts)
    size = masking.grain(sum(counts))
    for count, label in zip(counts, shown or (), strict=False):
        if label >= 0:
            assert size.limit < label < 100 - size.limit
            assert label % size.step == 0
            assert abs(label - 100 * count / size.rated) <= size.step / 2
        if 100 * count <= size.limit * size.rated:
            assert label < 0
        if 100 * count >= (100 - size.limit) * size.rated:
            assert label < 0


@settings(max_examples=300, deadline=None)
@given(answered())
def test_a_class_is_never_masked_alone(counts: Counts) -> None:
    shown = masking.table(counts)
    if shown is not None:
        assert sum(label < 0 for label in shown) != 1


@settings(max_examples=200, deadline=None)
@given(answered())
def test_the_tables_tried_mask_more_and_more(counts: Counts) -> None:
    size = masking.grain(sum(counts))
    labels = tuple(masking._label(masking.rounded(count, size.rated, size.step), size) for count in counts)
    tried = [{place for place, label in enumerate(shown) if label < 0} for shown in masking._steps(labels, size)]
    for fewer, more in pairwise(tried):
        assert fewer < more


def test_shares_get_finer_from_a_hundred_raters_on() -> None:
    assert masking.table((20, 20, 20, 20, 19)) == (20, 20, 20, 20, 20)
    assert masking.table((21, 19, 22, 18, 20)) == (21, 19, 22, 18, 20)


def test_a_lone_small_class_takes_the_next_smallest_with_it() -> None:
    assert masking.table((1, 10, 12, 14, 13)) == (masking.LOW, masking.JOINT, 25, 30, 25)
