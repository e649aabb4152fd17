"""Release steps: every difference covers at least k people, nobody is lost, staff wait for the close."""

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.release import BELOW_K, MORE_ANSWERS, Rule, Steps, close, grow, rule, seal, seal_points, step_size

RULES = st.builds(Rule, k=st.integers(3, 30), registered=st.integers(0, 2000), stepped=st.booleans())


def run(terms: Rule, people: int, over: bool = False) -> tuple[list[int], Steps, str | None]:
    """(people in each snapshot, the cell at the end, why it is withheld) after so many single answers and the close."""
    steps, shown = Steps(), []
    for answer in range(people):
        points = seal_points(terms, steps, 1)
        steps = grow(steps, 1)
        if points:
            before, steps = steps, seal(steps, answer)
            if steps.seq > before.seq:
                shown.append(steps.released)
    before, (steps, withheld) = steps, close(terms, steps, over, people)
    if steps.seq > before.seq:
        shown.append(steps.released)
    return shown, steps, withheld


@settings(max_examples=300, deadline=None)
@given(terms=RULES, people=st.integers(0, 1500))
def test_every_difference_covers_k_people_and_nobody_is_lost_once_k_is_reached(terms: Rule, people: int) -> None:
    shown, steps, withheld = run(terms, people)
    differences = [after - before for before, after in zip([0, *shown], shown, strict=False)]
    assert all(difference >= terms.k for difference in differences)
    assert people == steps.total
    if people >= terms.k:
        assert (people, None) == (shown[-1], withheld)
        assert not steps.buffer
        assert not steps.held
    else:
        assert ([], BELOW_K) == (shown, withheld)


@settings(max_examples=300, deadline=None)
@given(terms=RULES, sizes=st.lists(st.integers(1, 400), max_size=8))
def test_points_found_at_once_are_those_found_one_answer_at_a_time(terms: Rule, sizes: list[int]) -> None:
    at_once, single, number = Steps(), Steps(), 0
    for size in sizes:
        start = 0
        for point in seal_points(terms, at_once, size):
            at_once = seal(grow(at_once, point - start), number + point)
            start = point
        at_once = grow(at_once, size - start)
        for _ in range(size):
            number += 1
            hit = seal_points(terms, single, 1)
            single = grow(single, 1)
            if hit:
                single = seal(single, number)
        assert single == at_once


def test_a_student_step_is_the_largest_of_k_a_quarter_registered_and_a_quarter_sealed() -> None:
    assert 10 == step_size(rule("student", 10, 40), 0)
    assert 11 == step_size(rule("student", 10, 41), 0)
    assert 26 == step_size(rule("student", 10, 41), 101)


def test_staff_are_released_once_at_the_close() -> None:
    for group in ("leader", "teacher", "trainer"):
        assert ([40], Steps(released=40, seq=1, upto=40), None) == run(rule(group, 5, 8), 40)


def test_more_answers_than_codes_keep_all_that_is_not_out_inside() -> None:
    shown, steps, withheld = run(rule("student", 10, 40), 35, over=True)
    assert ([10, 20], MORE_ANSWERS) == (shown, withheld)
    assert (5, 10, 20) == (steps.buffer, steps.held, steps.released)
