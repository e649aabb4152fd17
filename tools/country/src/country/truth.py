"""What the people of the country would answer: known to the last category, the same for the same seed.

Each answer comes from a person's leaning, the school's, the item's difficulty and chance: most variance lies between
people, a substantial part between schools, and leaders see their schools more kindly than teachers and students do.
"""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from country.forms import Form
from country.people import GROUPS, LEVELS

CATEGORIES = (1, 2, 3, 4, 5, "na", "pn", "skipped")
"""What becomes of one item, in the order in which counts stand everywhere."""
NA, PN, SKIPPED = 5, 6, 7

AREAS = "ABCDEFGHX"
KINDNESS: Mapping[str, float] = {"leader": 0.45, "trainer": 0.2, "teacher": 0.1, "student": 0.0}
RESPONSE_RATE: Mapping[str, float] = {"leader": 0.92, "trainer": 0.6, "teacher": 0.85, "student": 0.88}
SCHOOL_SD, SCHOOL_AREA_SD = 0.35, 0.25
PERSON_SD, PERSON_AREA_SD, CHANCE_SD = 0.65, 0.35, 0.75
THRESHOLDS = (-1.5, -0.65, 0.15, 1.15)
STRAIGHT_LINERS = 0.03
SKIPPING, NOT_APPLICABLE, PREFER_NOT = 0.03, 0.025, 0.015
QUESTION_SKIPPED, QUESTION_PREFER_NOT, TICKED = 0.06, 0.03, 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """All registered people of one group of a school at a level.

    `categories`: people × items, an index into CATEGORIES. `options`: people × questions, the option's index, for
    tick lists a bit for each option; -1 is "prefer not to say", -2 skipped. `responds`: who would answer at all.
    """

    form: Form
    categories: NDArray[np.uint8]
    options: NDArray[np.int32]
    responds: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.categories)

    def answers(self, person: int) -> dict[str, int | str]:
        """One person's answers as they travel: skipped items are absent."""
        row = self.categories[person].tolist()
        return {code: CATEGORIES[at] for code, at in zip(self.form.items, row, strict=True) if at != SKIPPED}

    def background(self, person: int) -> dict[str, str | list[str]]:
        """One person's background answers as they travel."""
        found: dict[str, str | list[str]] = {}
        for question, picked in zip(self.form.questions, self.options[person].tolist(), strict=True):
            if picked == -1:
                found[question.code] = "pn"
            elif picked >= 0 and question.kind == "many":
                found[question.code] = [option for bit, option in enumerate(question.options) if picked >> bit & 1]
            elif picked >= 0:
                found[question.code] = question.options[picked]
        return found

    def counts(self) -> dict[str, list[int]]:
        """For each item the eight counts over all who respond."""
        chosen = self.categories[self.responds]
        return {
            code: np.bincount(chosen[:, at], minlength=len(CATEGORIES)).tolist()
            for at, code in enumerate(self.form.items)
        }

    def respondents(self) -> Iterator[int]:
        """Who responds, in order of number."""
        yield from np.flatnonzero(self.responds).tolist()


def cell(
    seed: int, school: str, level: str, group: str, people: int, form: Form, turnout: float = 1.0, lean: float = 0.0
) -> Cell:
    """The truth of `people` people of the school with this registry id; `turnout` scales the group's response rate,
    `lean` is how much more than elsewhere people of its place agree."""
    draw = _generator(seed, school, 1 + LEVELS.index(level), 1 + GROUPS.index(group))
    responds = draw.random(people) < min(1.0, RESPONSE_RATE[group] * turnout)
    return Cell(
        form=form,
        categories=_categories(draw, _leaning(seed, school) + lean, group, people, form),
        options=_options(draw, people, form),
        responds=responds,
    )


def _categories(
    draw: np.random.Generator, school: NDArray[np.float64], group: str, people: int, form: Form
) -> NDArray[np.uint8]:
    areas = np.array([AREAS.index(code[0]) for code in form.items])
    difficulty = np.array([_difficulty(code) for code in form.items])
    person = draw.normal(0.0, PERSON_SD, (people, 1))
    by_area = draw.normal(0.0, PERSON_AREA_SD, (people, len(AREAS)))[:, areas]
    chance = draw.normal(0.0, CHANCE_SD, (people, len(form.items)))
    leaning = KINDNESS[group] + school[areas] - difficulty + person + by_area + chance
    rated: NDArray[np.uint8] = np.searchsorted(THRESHOLDS, leaning).astype(np.uint8)
    straight = draw.random(people) < STRAIGHT_LINERS
    rated[straight] = draw.integers(2, 5, (int(straight.sum()), 1), dtype=np.uint8)
    lot = draw.random(rated.shape)
    rated[lot < SKIPPING + NOT_APPLICABLE + PREFER_NOT] = PN
    rated[lot < SKIPPING + NOT_APPLICABLE] = NA
    rated[lot < SKIPPING] = SKIPPED
    return rated


def _options(draw: np.random.Generator, people: int, form: Form) -> NDArray[np.int32]:
    found = np.empty((people, len(form.questions)), dtype=np.int32)
    for at, question in enumerate(form.questions):
        if question.kind == "many":
            ticks = draw.random((people, len(question.options))) < TICKED
            found[:, at] = ticks @ (1 << np.arange(len(question.options)))
        else:
            # The middle of a list is picked more often than its ends.
            found[:, at] = draw.binomial(len(question.options) - 1, draw.uniform(0.35, 0.7), people)
        lot = draw.random(people)
        found[lot < QUESTION_SKIPPED + QUESTION_PREFER_NOT, at] = -1
        found[lot < QUESTION_SKIPPED, at] = -2
    return found


def _leaning(seed: int, school: str) -> NDArray[np.float64]:
    """How the school leans in each area; shared by all its levels and groups."""
    draw = _generator(seed, school, 0, 0)
    return draw.normal(0.0, SCHOOL_SD) + draw.normal(0.0, SCHOOL_AREA_SD, len(AREAS))


def _difficulty(code: str) -> float:
    """An item is as hard in every school; between -0.5 and 0.5."""
    return zlib.crc32(code.encode()) % 1001 / 1000 - 0.5


def _generator(seed: int, school: str, level: int, group: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(school.encode()), level, group])
