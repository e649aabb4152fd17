"""The form of a cell: which figures its terms ask for, in which columns, and how one response becomes a row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from chassis.errors import Rejected
from contracts.messages import Answer, BackgroundAnswer, GroupTerms

CLASSES = 8
"""Counts of an item: 1, 2, 3, 4, 5, "na", "pn", skipped."""
PREFER_NOT, SKIPPED = "pn", "skipped"
LONGEST_OPTION = 64
_CODE: dict[Answer | None, int] = {1: 0, 2: 1, 3: 2, 4: 3, 5: 4, "na": 5, "pn": 6, None: 7}


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """An area with at least two core items on the common scale; `columns` are their places in the form."""

    name: str
    columns: tuple[int, ...]

    @property
    def width(self) -> int:
        """Integers of its moments: m, S per item, Q per item, P, f, r, A, B."""
        return 2 * len(self.columns) + 6


@dataclass(frozen=True, kw_only=True)
class Form:
    """Item codes and background questions in the order of the terms, and the areas of which moments are kept."""

    items: tuple[str, ...]
    areas: tuple[Area, ...]
    background: tuple[str, ...]

    @cached_property
    def known_items(self) -> frozenset[str]:
        return frozenset(self.items)

    @cached_property
    def known_questions(self) -> frozenset[str]:
        return frozenset(self.background)

    @property
    def moments(self) -> int:
        """Integers in one row of moments."""
        return sum(area.width for area in self.areas)


def form_of(terms: GroupTerms) -> Form:
    """The form of a group: core items are neither optional nor the school's own, and share one scale."""
    by_area: dict[str, list[int]] = {}
    for column, item in enumerate(terms.items):
        if not item.optional and item.own is None:
            by_area.setdefault(item.code[0], []).append(column)
    return Form(
        items=tuple(item.code for item in terms.items),
        areas=tuple(
            Area(name=name, columns=tuple(columns)) for name, columns in sorted(by_area.items()) if len(columns) > 1
        ),
        background=terms.background,
    )


def answer_row(form: Form, answers: Mapping[str, Answer]) -> bytes:
    """One byte an item of the form: 0..4 for 1..5, 5 "na", 6 "pn", 7 skipped. Rejected for an item it has not."""
    if tuple(answers) == form.items:
        return bytes(map(_CODE.__getitem__, answers.values()))
    if not answers.keys() <= form.known_items:
        raise Rejected("not-in-terms")
    return bytes(map(_CODE.__getitem__, map(answers.get, form.items)))


def background_marks(form: Form, background: Mapping[str, BackgroundAnswer]) -> list[tuple[str, str]]:
    """The (question, option) pairs that a response adds one to. Rejected for a question that the form has not, or
    an option that cannot be one."""
    if not background.keys() <= form.known_questions:
        raise Rejected("not-in-terms")
    return list(_marks(form, background))


def _marks(form: Form, background: Mapping[str, BackgroundAnswer]) -> Iterator[tuple[str, str]]:
    for question in form.background:
        answer = background.get(question)
        if answer is None:
            yield question, SKIPPED
        elif isinstance(answer, str):
            if answer == SKIPPED or len(answer) > LONGEST_OPTION:
                raise Rejected("not-in-terms")
            yield question, answer
        else:
            for option in dict.fromkeys(answer):
                if option in (SKIPPED, PREFER_NOT) or len(option) > LONGEST_OPTION:
                    raise Rejected("not-in-terms")
                yield question, option
