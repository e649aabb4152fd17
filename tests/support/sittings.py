"""Sessions of one school with known answers, as the reporter's core reads them, and their figures by numpy."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import optimize

from contracts.questionnaire import Questionnaire, bank
from reporter.report.change import Sitting
from reporter.shown import disclosure
from reporter.shown.tables import ShownGroup, ShownItem

K = {"leader": 3, "teacher": 5, "student": 10, "trainer": 5}
LEVEL = "lower-secondary"
ANSWERS = np.arange(1, 6)


def table(group: str, items: Mapping[str, Sequence[int]], n: int | None = None, level: str = LEVEL) -> ShownGroup:
    """What is shown of a group whose items have these counts of the answers 1 to 5; the others of `n` skipped."""
    people = max((sum(counts) for counts in items.values()), default=0) if n is None else n
    found = disclosure.show(document(group, items, people, level), K[group], bank())
    assert isinstance(found, ShownGroup)
    return found


def document(group: str, items: Mapping[str, Sequence[int]], n: int, level: str = LEVEL) -> dict[str, Any]:
    """A `snapshots` document of these counts."""
    return {
        "_id": f"SESSION/{group}/1",
        "school": "SCHOOL",
        "session": "SESSION",
        "campaign": "campaign",
        "level": level,
        "group": group,
        "seq": 1,
        "n": n,
        "items": {
            code: [*(int(count) for count in counts), 0, 0, n - int(sum(counts))] for code, counts in items.items()
        },
        "background": {},
        "final": True,
        "as_of": "2026-11-20",
    }


def sitting(*groups: ShownGroup, session: str = "NOW", questionnaire: Questionnaire | None = None) -> Sitting:
    """A session of which these tables are shown."""
    return Sitting(
        session=session,
        campaign="campaign",
        opened="2026-11-02",
        questionnaire=questionnaire or bank(),
        groups={found.group: found for found in groups},
    )


def drawn(chance: np.random.Generator, people: int, means: Mapping[str, float]) -> dict[str, list[int]]:
    """Counts of items whose answers scatter about these means, each person a little high or low throughout."""
    lean = chance.normal(0, 0.5, people)
    found = {}
    for code, mean in means.items():
        answers = np.clip(np.rint(mean + lean + chance.normal(0, 0.8, people)), 1, 5).astype(int)
        found[code] = [int((answers == answer).sum()) for answer in ANSWERS]
    return found


def probabilities(item: ShownItem) -> np.ndarray[Any, Any]:
    """The five probabilities of a shown item by the rule of docs/statistics.md, written anew with numpy."""
    kinds = np.array([share.kind for share in item.shares or ()])
    found = np.array([float(share.percent or 0) for share in item.shares or ()])
    shown = np.isin(kinds, ["share", "at-least"])
    left = max(0.0, 100 - found[shown].sum())
    equal = left / max(1, (~shown).sum())
    small, masked = kinds == "at-most", kinds == "masked"
    found[small] = np.minimum(equal, found[small] / 2) if masked.any() else equal
    found[masked] = (left - found[small].sum()) / max(1, masked.sum())
    return np.asarray(found / found.sum())


def looseness(item: ShownItem) -> float:
    """How far the table leaves the item's mean open, by scipy's linear programs and the variance of rounding."""
    kinds = np.array([share.kind for share in item.shares or ()])
    told = np.array([float(share.percent or 0) for share in item.shares or ()])
    shown = np.isin(kinds, ["share", "at-least"])
    left = max(0.0, 100 - told[shown].sum())
    width = 0.0
    if (~shown).any():
        most = np.where(kinds == "at-most", np.minimum(told, left), left)[~shown]
        total = min(left, float(most.sum()))
        ends = [
            optimize.linprog(
                sign * ANSWERS[~shown], A_eq=[np.ones(most.size)], b_eq=[total], bounds=[(0, top) for top in most]
            )
            for sign in (1, -1)
        ]
        width = (-ends[1].fun - ends[0].fun) / 100
    step = 1 if (item.rated or 0) >= 100 else 5
    rounding = ((ANSWERS - moments(item)[0])[kinds == "share"] ** 2).sum() * (step / 100) ** 2 / 12
    return float(np.sqrt((width / 2) ** 2 + rounding))


def moments(item: ShownItem) -> tuple[float, float, int]:
    """(mean, standard deviation, how many rated) of a shown item, with numpy."""
    chances = probabilities(item)
    mean = float((ANSWERS * chances).sum())
    return mean, float(np.sqrt((chances * (ANSWERS - mean) ** 2).sum())), item.rated or 0
