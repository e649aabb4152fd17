"""Suggestions: which items and areas a school may want to begin with, each by a rule that is named."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, Literal

from contracts.questionnaire import Questionnaire
from reporter.report.change import Change, Shift
from reporter.report.school import Gap, SchoolReport
from reporter.shown import figures
from reporter.shown.figures import Mean

MOST: Final = 6
MOST_OF_AN_AREA: Final = 2
MIDDLE: Final = 3.0
"""The answer "slightly agree"."""
WIDE: Final = ("large", "clear")
Rule = Literal["gap", "weak", "fell", "low"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """What to begin with: an item, or an area under the rule "low", for these groups, with the figures of its rule.

    gap: two groups differ clearly or much on the item. weak: the item's interval lies wholly below the `middle` item of
    its group. fell: it is clearly lower than in the session before. low: the area's interval lies wholly below 3.
    """

    rule: Rule
    code: str
    area: str
    groups: tuple[str, ...]
    gap: Gap | None = None
    mean: Mean | None = None
    middle: float | None = None
    shift: Shift | None = None


def suggestions(report: SchoolReport, change: Change | None, questionnaire: Questionnaire) -> tuple[Suggestion, ...]:
    """At most six, the rules taking turns, no item twice, no area more than twice; nothing below n = 20."""
    rules = (
        list(_gaps(report, questionnaire)),
        list(_weak(report, questionnaire)),
        list(_fell(change, questionnaire)),
        list(_low(report)),
    )
    return tuple(_chosen(found for turn in zip_longest(*rules) for found in turn if found is not None))


def _chosen(found: Iterable[Suggestion]) -> Iterator[Suggestion]:
    codes: set[str] = set()
    areas: dict[str, int] = {}
    for suggestion in found:
        if suggestion.code in codes or areas.get(suggestion.area, 0) >= MOST_OF_AN_AREA:
            continue
        codes.add(suggestion.code)
        areas[suggestion.area] = areas.get(suggestion.area, 0) + 1
        yield suggestion
        if len(codes) == MOST:
            return


def _gaps(report: SchoolReport, questionnaire: Questionnaire) -> Iterator[Suggestion]:
    every = [gap for gaps in report.item_gaps.values() for gap in gaps if gap.effect and gap.effect.word in WIDE]
    for gap in sorted(every, key=lambda gap: (WIDE.index(_word(gap)), -round(gap.width, 6), gap.code)):
        yield Suggestion(rule="gap", code=gap.code, area=questionnaire.items[gap.code].area, groups=gap.groups, gap=gap)


def _word(gap: Gap) -> str:
    return gap.effect.word if gap.effect else "alike"


def _weak(report: SchoolReport, questionnaire: Questionnaire) -> Iterator[Suggestion]:
    by_group = [[(found, code) for code in found.weak] for found in report.outliers]
    for outliers, code in (pair for turn in zip_longest(*by_group) for pair in turn if pair is not None):
        table = report.groups[outliers.group]
        yield Suggestion(
            rule="weak",
            code=code,
            area=questionnaire.items[code].area,
            groups=(outliers.group,),
            mean=figures.item_mean(table.items[code], table.n),
            middle=outliers.middle,
        )


def _fell(change: Change | None, questionnaire: Questionnaire) -> Iterator[Suggestion]:
    fallen = [] if change is None else [shift for shift in change.items if shift.word == "lower"]
    for shift in sorted(fallen, key=lambda shift: (shift.difference or 0.0, shift.code)):
        yield Suggestion(
            rule="fell",
            code=shift.code,
            area=questionnaire.items[shift.code].area,
            groups=(shift.group,),
            shift=shift,
        )


def _low(report: SchoolReport) -> Iterator[Suggestion]:
    low: Mapping[tuple[str, str], Mean] = {
        place: found.mean
        for place, found in report.figures.items()
        if found.mean is not None and found.mean.high < MIDDLE
    }
    for area, group in sorted(low, key=lambda place: (low[place].value, place)):
        yield Suggestion(rule="low", code=area, area=area, groups=(group,), mean=low[area, group])
