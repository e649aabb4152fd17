"""The action plan of a school: what may stand in it, and how the next session checks it."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import fmean, variance
from typing import Any, Final

from contracts.questionnaire import GROUPS
from reporter.report import change, significance
from reporter.report.change import Sitting, Word
from reporter.shown import figures
from reporter.shown.figures import Mean
from reporter.shown.tables import ShownGroup, ShownItem

MOST_STEPS: Final = 10
LONGEST_GOAL: Final = 240
LONGEST_PLAN: Final = timedelta(days=5 * 365)
OWNERS: Final = (
    *("head", "deputy", "subject-lead", "teachers", "class-teachers", "digital-lead", "psychologist", "librarian"),
    *("technician", "students", "parents", "company"),
)
"""Who may own a step: a role, never a name."""
FIELDS: Final = ("item", "goal", "owner", "due")


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step: its item, the goal in the school's words, the role that owns it, and the day (YYYY-MM-DD) it is due."""

    item: str
    goal: str
    owner: str
    due: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The steps of a session's plan; `revision` grows by one with every change, 0 before the first."""

    session: str
    revision: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One step's item for one group: the mean then, what it would be `expected` to be by itself, the mean now.

    `noise` is the share of the earlier value's distance from its area that chance is reckoned to have made; means,
    `expected` and `noise` are None below n = 20 in either session.
    """

    item: str
    group: str
    then: Mean | None
    now: Mean | None
    expected: float | None
    noise: float | None
    chance: float | None
    word: Word


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """An earlier session's plan, and for each step (in its order) the checks by group; none where the item is not in
    both sessions."""

    session: str
    campaign: str
    plan: Plan
    checks: tuple[tuple[Check, ...], ...]


class Faults(ValueError):
    """A plan that cannot be kept: each fault is (place of the step, its field, a short code)."""

    def __init__(self, found: Sequence[tuple[int, str, str]]) -> None:
        super().__init__(", ".join(f"{place}.{field}: {code}" for place, field, code in found))
        self.found = tuple(found)


def read(rows: Sequence[Mapping[str, Any]], items: Sequence[str], opened: str) -> tuple[Step, ...]:
    """The steps that these rows are; Faults names every mistake.

    `items` are the codes that this session asks; a step is due between the day it opened and five years later.
    """
    faults = [(MOST_STEPS, "goal", "too-many")] if len(rows) > MOST_STEPS else []
    steps = []
    for place, row in enumerate(rows[:MOST_STEPS]):
        step = Step(**{field: _line(row.get(field)) for field in FIELDS})
        faults += [(place, field, code) for field, code in _mistakes(step, items, opened)]
        steps.append(step)
    if faults:
        raise Faults(faults)
    return tuple(steps)


def of_document(session: str, document: Mapping[str, Any] | None) -> Plan:
    """The plan that is stored for a session; an empty one of revision 0 if there is none."""
    if document is None:
        return Plan(session=session, revision=0, steps=())
    steps = tuple(Step(**{field: str(step[field]) for field in FIELDS}) for step in document["steps"])
    return Plan(session=session, revision=int(document["revision"]), steps=steps)


def followed(plan: Plan, then: Sitting, now: Sitting) -> Followed:
    """What became of the steps of an earlier session's plan, judged as one family."""
    checks = [
        [
            _check(step.item, group, then, now)
            for group in GROUPS
            if group in then.groups and group in now.groups and step.item in change.shared(then, now, group)
        ]
        for step in plan.steps
    ]
    tested = [check for found in checks for check in found if check.chance is not None]
    stands = iter(significance.kept([check.chance or 0.0 for check in tested], change.FALSE_RATE))
    return Followed(
        session=then.session,
        campaign=then.campaign,
        plan=plan,
        checks=tuple(tuple(_worded(check, stands) for check in found) for found in checks),
    )


def shrunk(item: ShownItem, table: ShownGroup, neighbours: Sequence[ShownItem]) -> tuple[float, float] | None:
    """(where an item would be expected if measured again without any change, the share of noise that moves it there).

    It is moved toward the mean of its `neighbours` (itself among them) by se² / (se² + variance between them), the
    noise of their own means taken out of that variance. None without a mean of it and of two neighbours.
    """
    own = figures.item_mean(item, table.n)
    known = [(mean, other.rated or 0) for other in neighbours if (mean := figures.item_mean(other, table.n))]
    if own is None or len(known) < 2:
        return None
    noise = own.sd**2 / (item.rated or 1)
    between = variance([mean.value for mean, _ in known]) - fmean(mean.sd**2 / rated for mean, rated in known)
    share = noise / (noise + max(0.0, between)) if noise else 0.0
    return own.value + share * (fmean(mean.value for mean, _ in known) - own.value), share


def _check(code: str, group: str, then: Sitting, now: Sitting) -> Check:
    old, new = then.groups[group], now.groups[group]
    means = figures.item_mean(old.items[code], old.n), figures.item_mean(new.items[code], new.n)
    found = shrunk(old.items[code], old, _neighbours(code, then, group)) if all(means) else None
    if means[0] is None or means[1] is None or found is None:
        return Check(
            item=code, group=group, then=None, now=None, expected=None, noise=None, chance=None, word="too-few"
        )
    shown = ([old.items[code]], [new.items[code]])
    chance = change.chance_of(means[1].value - found[0], (means[0], means[1]), shown)
    return Check(
        item=code,
        group=group,
        then=means[0],
        now=means[1],
        expected=found[0],
        noise=found[1],
        chance=chance,
        word="no-clear-change",
    )


def _neighbours(code: str, sitting: Sitting, group: str) -> list[ShownItem]:
    """The items of the same area on the same scale; where the area has but one, those of the whole form."""
    table, known = sitting.groups[group], sitting.questionnaire.items
    alike = [item for item in table.items.values() if known[item.code].scale == known[code].scale]
    near = [item for item in alike if known[item.code].area == known[code].area and item.shares is not None]
    return near if len(near) > 1 else alike


def _worded(check: Check, stands: Any) -> Check:
    if check.chance is None or check.now is None or check.expected is None:
        return check
    by = check.now.value - check.expected
    if not next(stands) or abs(by) < change.LEAST - 1e-9:
        return check
    return replace(check, word="higher" if by > 0 else "lower")


def _line(value: Any) -> str:
    """One line of plain text: no control or direction-changing characters, no doubled spaces."""
    text = value if isinstance(value, str) else ""
    seen = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def _mistakes(step: Step, items: Sequence[str], opened: str) -> list[tuple[str, str]]:
    found = []
    if step.item not in items:
        found.append(("item", "missing" if not step.item else "unknown"))
    if not step.goal:
        found.append(("goal", "missing"))
    if len(step.goal) > LONGEST_GOAL:
        found.append(("goal", "too-long"))
    if step.owner not in OWNERS:
        found.append(("owner", "missing" if not step.owner else "unknown"))
    return found + _day(step.due, date.fromisoformat(opened))


def _day(written: str, opened: date) -> list[tuple[str, str]]:
    if not written:
        return [("due", "missing")]
    try:
        due = date.fromisoformat(written)
    except ValueError:
        return [("due", "unknown")]
    if due.isoformat() != written:
        return [("due", "unknown")]
    return [] if opened <= due <= opened + LONGEST_PLAN else [("due", "out-of-range")]
