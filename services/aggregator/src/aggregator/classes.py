"""The figures of one class of an edition: exact counts, weighted shares and means by area, rates, who did not rate."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aggregator import psychometrics
from aggregator.estimates import Estimate, Registered, Stratum, estimates, merge_thin
from aggregator.nation import ALL
from aggregator.slices import Slice, add, items_of
from contracts.messages import Campaign, StratumTotals
from contracts.questionnaire import AREAS

Document = dict[str, Any]
FINE_SCHOOLS = 10
"""From so many schools on, and in a last edition alone, weighted figures have two digits more."""
_SKIPPED, _NA, _PN = 7, 5, 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Registry:
    """What the register has in one class: by stratum, and in all."""

    strata: Mapping[Stratum, Registered]
    schools: int
    people: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Digits:
    """How many decimals shares (0 to 1) and means (1 to 5) are given with."""

    share: int
    mean: int


def digits(final: bool, schools: int) -> Digits:
    """Beside an item's exact counts a fine weighted figure would be a second equation about the few schools of a
    class, or of a step between two editions."""
    return Digits(share=4, mean=2) if final and schools >= FINE_SCHOOLS else Digits(share=2, mean=1)


def registry_of(campaign: Campaign, group: str, scope: str, name: str) -> Registry:
    """The register's totals of a class."""
    found: dict[Stratum, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    schools = people = 0
    for row in campaign.strata:
        if _in_class(campaign, row, scope, name):
            registered = registered_people(row, group)
            known = found[row.stratum.level, row.stratum.region]
            weight = row.schools if group == "leader" else registered
            found[row.stratum.level, row.stratum.region] = (known[0] + row.schools, known[1] + weight)
            schools, people = schools + row.schools, people + registered
    strata = {key: Registered(schools=count, weight=weight) for key, (count, weight) in found.items()}
    return Registry(strata=strata, schools=schools, people=people)


def registered_people(row: StratumTotals, group: str) -> int:
    """Registered people of a group in a stratum; the register does not tell how many trainers there are."""
    return {"leader": row.leaders, "teacher": row.teachers, "student": row.students}.get(group, 0)


def class_figures(
    slices: Mapping[Stratum, Slice], registry: Registry, not_asked: Sequence[frozenset[str]], final: bool
) -> Document:
    """{schools, school_levels, n, items, areas, rates, nonresponse, merged, registered} of one class; the formulas
    stand in docs/statistics.md."""
    whole = add([slices[stratum] for stratum in sorted(slices)])
    fine = digits(final, len(whole.schools))
    items = items_of(whole.counts)
    found = estimates({stratum: one.series for stratum, one in slices.items()}, registry.strata, not_asked)
    answering = Counter({stratum: one.school_levels for stratum, one in slices.items()})
    groups = merge_thin({*registry.strata, *slices}, answering.elements())
    merged = tuple(tuple(sorted(group)) for group in groups if len(group) > 1)
    return {
        "schools": len(whole.schools),
        "school_levels": whole.school_levels,
        "n": whole.people,
        "items": {item: counts.tolist() for item, counts in items.items()},
        "areas": {
            area: _area(share, mean, merged, fine)
            for area, share, mean in zip(AREAS, found[::2], found[1::2], strict=True)
            if share is not None and mean is not None
        },
        "rates": {
            "schools": _rate(whole.school_levels, registry.schools),
            "people": _rate(whole.people, registry.people),
            "response": _rate(whole.people, whole.registered),
        },
        "nonresponse": _nonresponse(items),
        "merged": _named(merged),
        "registered": {"schools": registry.schools, "people": registry.people},
    }


def quality_figures(slices: Sequence[Slice]) -> Document:
    """{area: {m, schools, alpha, icc, straightlining}} where enough people rated every item of the area, and no school
    is most of them."""
    whole = add(slices)
    found: Document = {}
    for area in AREAS:
        forms = [(key[1], row) for key, row in whole.moments.items() if key[0] == area]
        if not forms:
            continue
        _, (sums, largest) = max(forms, key=lambda form: (psychometrics.people_of(form[1][0]), form[0]))
        figures = psychometrics.quality_of(sums)
        if figures is not None and 2 * largest[0] + largest[1] <= figures.people:
            found[area] = {
                "m": figures.people,
                "schools": figures.schools,
                "alpha": figures.alpha,
                "icc": figures.icc,
                "straightlining": figures.straightlining,
            }
    return found


def _area(share: Estimate, mean: Estimate, merged: Sequence[Sequence[Stratum]], fine: Digits) -> Document:
    found = {
        "share": round(share.value, fine.share),
        "low": _down(share.low, fine.share, 0.0),
        "high": _up(share.high, fine.share, 1.0),
        "mean": round(mean.value, fine.mean),
        "mean_low": _down(mean.low, fine.mean, 1.0),
        "mean_high": _up(mean.high, fine.mean, 5.0),
    }
    return found if tuple(share.merged) == tuple(merged) else {**found, "merged": _named(share.merged)}


def _down(value: float | None, places: int, least: float) -> float | None:
    """Ends of intervals are rounded outwards: coverage is never less than was computed."""
    return None if value is None else max(least, round(math.floor(value * 10**places + 1e-9) / 10**places, places))


def _up(value: float | None, places: int, most: float) -> float | None:
    return None if value is None else min(most, round(math.ceil(value * 10**places - 1e-9) / 10**places, places))


def _named(merged: Sequence[Sequence[Stratum]]) -> list[list[str]]:
    return [[f"{level}/{region}" for level, region in group] for group in merged]


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 2) if whole else None


def _nonresponse(items: Mapping[str, Any]) -> Document:
    by_area: dict[str, list[Any]] = defaultdict(list)
    for item, counts in items.items():
        by_area[item[0]].append(counts)
    found: Document = {}
    for area, rows in sorted(by_area.items()):
        total = sum(int(counts.sum()) for counts in rows)
        if total:
            kinds = (("skipped", _SKIPPED), ("pn", _PN), ("na", _NA))
            found[area] = {name: round(sum(int(row[at]) for row in rows) / total, 4) for name, at in kinds}
    return found


def _in_class(campaign: Campaign, row: StratumTotals, scope: str, name: str) -> bool:
    if scope not in (ALL, row.stratum.level):
        return False
    if name == ALL:
        return True
    breakdown, _, wanted = name.partition(":")
    own = str(getattr(row.stratum, breakdown))
    return campaign.classes.get(breakdown, {}).get(own, own) == wanted
