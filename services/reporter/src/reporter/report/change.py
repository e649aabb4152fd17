"""Change over time: a session's shown tables against those of an earlier one of the same school and level."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from contracts.questionnaire import GROUPS, Questionnaire
from reporter.report import significance
from reporter.shown import figures, masking
from reporter.shown.figures import Mean
from reporter.shown.tables import ShownGroup, ShownItem

LEAST: Final = 0.3
"""No smaller difference of means (scale 1 to 5) is put into words."""
FALSE_RATE: Final = 0.05
Word = Literal["higher", "lower", "no-clear-change", "too-few"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """One session's shown tables, with what names it: its campaign, the day it opened, its questionnaire's version."""

    session: str
    campaign: str
    opened: str
    questionnaire: Questionnaire
    groups: Mapping[str, ShownGroup]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """One item or area (`code`) of one group then and now: agree shares (0 to 1); means from n = 20 in both, `people`
    who rated (the fewest of an area's items), the `chance` that no change looks like this, and the word for it.
    `items` is how many items of an area both sessions show."""

    code: str
    group: str
    items: int
    shares: tuple[float, float]
    people: tuple[int, int]
    means: tuple[Mean, Mean] | None
    chance: float | None
    word: Word

    @property
    def difference(self) -> float | None:
        """Mean now less mean then, unrounded."""
        return None if self.means is None else self.means[1].value - self.means[0].value


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What changed `since` an earlier session, areas and items in the order of the questionnaire; `series` holds each
    (area, group)'s means over the sessions from the oldest on, this one last, None where a session has none."""

    since: Sitting
    sittings: tuple[Sitting, ...]
    areas: tuple[Shift, ...]
    items: tuple[Shift, ...]
    series: Mapping[tuple[str, str], tuple[Mean | None, ...]]

    @property
    def clear(self) -> tuple[Shift, ...]:
        """Areas, then items that are clearly higher or lower, the greatest difference first."""
        return tuple(
            shift
            for part in (self.areas, self.items)
            for shift in sorted(part, key=lambda found: (-abs(found.difference or 0), found.code))
            if shift.word in ("higher", "lower")
        )


def change(level: str, now: Sitting, earlier: Sequence[Sitting]) -> Change | None:
    """The change since the last of the `earlier` sessions (oldest first); None if there is none to compare with.

    Compared are the items with the same code on the same scale; an own item's code means another text each time.
    """
    if not earlier:
        return None
    then = earlier[-1]
    groups = [group for group in GROUPS if group in now.groups and group in then.groups]
    items = [shift for group in groups for shift in _items(then, now, group)]
    areas = [shift for group in groups for shift in _areas(level, then, now, group)]
    if not items:
        return None
    worded = worded_together([*areas, *items])
    return Change(
        since=then,
        sittings=(*earlier, now),
        areas=tuple(sorted(worded[: len(areas)], key=lambda found: (found.code, GROUPS.index(found.group)))),
        items=tuple(worded[len(areas) :]),
        series=_series(level, groups, [*earlier, now]),
    )


def shift(code: str, group: str, then: Sequence[ShownItem], now: Sequence[ShownItem], n: tuple[int, int]) -> Shift:
    """One item, or an area's items (the same ones, all shown, in both): not in words yet, unless there are too few."""
    means = (figures.area_mean(then, n[0]), figures.area_mean(now, n[1]))
    people = (_fewest(then), _fewest(now))
    known = None if means[0] is None or means[1] is None else (means[0], means[1])
    return Shift(
        code=code,
        group=group,
        items=len(now),
        shares=(figures.area_share(then) or 0.0, figures.area_share(now) or 0.0),
        people=people,
        means=known,
        chance=None if known is None else chance_of(known[1].value - known[0].value, known, (then, now)),
        word="too-few" if known is None else "no-clear-change",
    )


def chance_of(
    difference: float, means: tuple[Mean, Mean], items: tuple[Sequence[ShownItem], Sequence[ShownItem]]
) -> float:
    """The probability of this difference by chance alone, where chance is sampling and what the tables leave open."""
    sds = []
    for mean, shown in zip(means, items, strict=True):
        loose = sum(figures.looseness(item.shares or (), _step(item)) for item in shown) / len(shown)
        sds.append(math.sqrt(mean.sd**2 + _fewest(shown) * loose**2))
    return significance.welch(difference, (sds[0], sds[1]), (_fewest(items[0]), _fewest(items[1])))


def worded_together(shifts: Sequence[Shift]) -> list[Shift]:
    """The words of all comparisons of one report, judged as one family."""
    tested = [found.chance for found in shifts if found.chance is not None]
    stands = iter(significance.kept(tested, FALSE_RATE))
    return [found if found.chance is None else _worded(found, next(stands)) for found in shifts]


def _worded(found: Shift, stands: bool) -> Shift:
    by = found.difference or 0.0
    if not stands or abs(by) < LEAST - 1e-9:
        return found
    return replace(found, word="higher" if by > 0 else "lower")


def shared(then: Sitting, now: Sitting, group: str) -> list[str]:
    """Codes that both sessions show of a group, with the same meaning: the same code on the same scale."""
    old, new = then.groups[group].items, now.groups[group].items
    return [
        code
        for code, item in new.items()
        if item.shares is not None
        and code in old
        and old[code].shares is not None
        and then.questionnaire.items[code].scale == now.questionnaire.items[code].scale
    ]


def _items(then: Sitting, now: Sitting, group: str) -> Iterator[Shift]:
    old, new = then.groups[group], now.groups[group]
    for code in shared(then, now, group):
        yield shift(code, group, [old.items[code]], [new.items[code]], (old.n, new.n))


def _areas(level: str, then: Sitting, now: Sitting, group: str) -> Iterator[Shift]:
    old, new, both = then.groups[group], now.groups[group], shared(then, now, group)
    for area, asked in now.questionnaire.area_items(level, group).items():
        codes = [code for code in asked if code in both]
        if codes:
            yield shift(area, group, _of(old, codes), _of(new, codes), (old.n, new.n))


def _series(
    level: str, groups: Sequence[str], sittings: Sequence[Sitting]
) -> dict[tuple[str, str], tuple[Mean | None, ...]]:
    """Means over the items that every session which shows the group shows, so that like is compared with like."""
    found: dict[tuple[str, str], tuple[Mean | None, ...]] = {}
    now = sittings[-1]
    for group in groups:
        there = [sitting for sitting in sittings if group in sitting.groups]
        same = set.intersection(*(set(shared(sitting, now, group)) for sitting in there))
        for area, asked in now.questionnaire.area_items(level, group).items():
            codes = [code for code in asked if code in same]
            if codes:
                found[area, group] = tuple(_mean(sitting.groups.get(group), codes) for sitting in sittings)
    return found


def _mean(table: ShownGroup | None, codes: Sequence[str]) -> Mean | None:
    return None if table is None else figures.area_mean(_of(table, codes), table.n)


def _of(table: ShownGroup, codes: Sequence[str]) -> list[ShownItem]:
    return [table.items[code] for code in codes]


def _step(item: ShownItem) -> int:
    return masking.grain(item.rated or 0).step


def _fewest(items: Sequence[ShownItem]) -> int:
    return min(item.rated or 0 for item in items)
