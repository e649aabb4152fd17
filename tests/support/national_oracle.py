"""The figures of an edition once more, from the batches that were admitted: plain loops over schools, the formulas of
docs/statistics.md as they stand there, and none of the product's code."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from contracts.messages import Campaign, SchoolSession
from support.adversary import ALL, Insider, Key

REGISTERED = {"leader": "leaders", "teacher": "teachers", "student": "students"}
Counts = dict[str, np.ndarray]


def spread(rated: np.ndarray) -> float:
    """The standard deviation of a sample; 0 for one person."""
    return float(rated.std(ddof=1)) if len(rated) > 1 else 0.0


class Unit:
    """One cell as it entered: counts of its core items."""

    def __init__(self, session: SchoolSession, group: str) -> None:
        self.session = session
        self.registered = session.groups[group].registered
        self.weight = 0.0
        self.people = 0
        self.items: Counts = {}
        self.moments: dict[str, list[Mapping[str, Any]]] = defaultdict(list)

    def together(self, area: str) -> float:
        """The standard deviation of people's own means over the mean of the items', at most 1."""
        people, total, squares = (sum(row[name] for row in self.moments.get(area, ())) for name in "rAB")
        widths = [
            spread(np.repeat(RATING, counts[:5]))
            for item, counts in self.items.items()
            if item[0] == area and counts[:5].sum()
        ]
        if people < 2 or not np.mean(widths):
            return 1.0
        return min(1.0, math.sqrt((squares - total**2 / people) / (people - 1)) / 840 / float(np.mean(widths)))

    def value(self, area: str, score: Sequence[float]) -> tuple[float, float] | None:
        """(plain mean over the area's items of the mean score, its standard deviation between people)."""
        found = []
        for item, counts in self.items.items():
            if item[0] == area and counts[:5].sum():
                rated = np.repeat(np.array(score, float), counts[:5])
                found.append((rated.mean(), spread(rated)))
        if not found:
            return None
        return float(np.mean([f[0] for f in found])), float(np.mean([f[1] for f in found])) * self.together(area)


AGREE, RATING = (0, 0, 0, 1, 1), (1, 2, 3, 4, 5)


def units(insider: Insider, group: str, *, with_rest: bool) -> list[Unit]:
    """Every cell of a group of which something was admitted."""
    found: dict[str, Unit] = {}
    for entered, rest in insider.steps:
        for name in (*entered, *(rest if with_rest else ())):
            batch = insider.batches[name]
            if batch.group != group:
                continue
            session = insider.sessions[batch.session]
            unit = found.setdefault(batch.session, Unit(session, group))
            unit.people += batch.people
            for item in session.groups[group].items:
                if not item.optional and item.own is None:
                    unit.items[item.code] = unit.items.get(item.code, np.zeros(8, int)) + batch.items[item.code]
            for area, moments in batch.moments.items():
                unit.moments[area].append(moments)
    for unit in found.values():
        unit.weight = 1.0 if group == "leader" else float(max(unit.registered, unit.people))
    return [unit for _, unit in sorted(found.items())]


def inside(campaign: Campaign, stratum: Any, name: str) -> bool:
    breakdown, _, wanted = name.partition(":")
    own = str(getattr(stratum, breakdown)) if wanted else ""
    return name == ALL or campaign.classes.get(breakdown, {}).get(own, own) == wanted


def register(campaign: Campaign, group: str, level: str, name: str) -> dict[tuple[str, str], tuple[int, float, int]]:
    """{(level, region): (schools, weight, people)} of a class."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in campaign.strata:
        if level in (ALL, row.stratum.level) and inside(campaign, row.stratum, name):
            people = getattr(row, REGISTERED[group])
            known = found.setdefault((row.stratum.level, row.stratum.region), [0, 0.0, 0])
            for at, more in enumerate((row.schools, row.schools if group == "leader" else people, people)):
                known[at] += more
    return {key: (int(row[0]), float(row[1]), int(row[2])) for key, row in found.items()}


def strata_of(
    known: Sequence[tuple[str, str]], answering: Sequence[tuple[str, str]]
) -> Iterator[list[tuple[str, str]]]:
    """Strata in the order of level and region, joined until two schools answer in each; what is left at the end of a
    level joins the one before of that level, or goes on into the next level."""
    groups: list[list[tuple[str, str]]] = [[]]
    order = sorted({*known, *answering})
    for at, stratum in enumerate(order):
        groups[-1].append(stratum)
        if sum(one in groups[-1] for one in answering) >= 2:
            groups.append([])
        elif at + 1 == len(order) or order[at + 1][0] != stratum[0]:
            earlier = groups[-2] if len(groups) > 1 else []
            if any(one[0] == stratum[0] for one in earlier):
                earlier += groups[-1]
                groups[-1] = []
    left = groups.pop() if len(groups) > 1 else []
    groups[-1] += left
    return (group for group in groups if group)


def estimate(
    rows: Sequence[tuple[Unit, float, float]], registered: Mapping[tuple[str, str], tuple[int, float, int]]
) -> tuple[float, float, float]:
    """(value, half width of the 95 % interval or nan, unweighted by people)."""
    where = [(unit.session.level, unit.session.stratum.region) for unit, _, _ in rows]
    shares, ratios, variances, freedom = [], [], [], 0
    for group in strata_of(list(registered), where):
        here = [row for row, stratum in zip(rows, where, strict=True) if stratum in group]
        weights = np.array([unit.weight for unit, _, _ in here])
        values = np.array([value for _, value, _ in here])
        total = weights.sum()
        ratio = float(weights @ values / total) if total else 0.0
        shares.append(max(sum(registered[one][1] for one in group if one in registered), total))
        ratios.append(ratio)
        count = len(here)
        known = max(sum(registered[one][0] for one in group if one in registered), count)
        freedom += max(count - 1, 0)
        if count < 2:
            variances.append(math.nan)
            continue
        between = ((weights * (values - ratio)) ** 2).sum() / ((count - 1) * count * weights.mean() ** 2)
        people = np.array([unit.people for unit, _, _ in here])
        of = np.maximum([unit.registered for unit, _, _ in here], people)
        spread = np.array([deviation for _, _, deviation in here])
        within = (weights**2 * (1 - people / of) * spread**2 / people).sum() / total**2
        variances.append((1 - count / known) * between + count / known * within)
    part = np.array(shares) / np.sum(shares)
    half = stats.t.ppf(0.975, freedom) * math.sqrt((part**2 * np.array(variances)).sum()) if freedom else math.nan
    people = np.array([unit.people for unit, _, _ in rows])
    plain = float(people @ np.array([value for _, value, _ in rows]) / people.sum())
    return float(part @ np.array(ratios)), half, plain


def figures(insider: Insider, key: Key, *, final: bool) -> dict[str, Any]:
    """Everything that a class must say, unrounded."""
    level, group, name = key
    everything = units(insider, group, with_rest=final and (level, name) == (ALL, ALL))
    here = [
        unit
        for unit in everything
        if level in (ALL, unit.session.level) and inside(insider.campaign, unit.session.stratum, name)
    ]
    registered = register(insider.campaign, group, level, name)
    counts: Counts = {}
    for unit in here:
        for item, row in unit.items.items():
            counts[item] = counts.get(item, np.zeros(8, int)) + row
    people = sum(unit.people for unit in here)
    areas: dict[str, Any] = {}
    for area in sorted({item[0] for item in counts}):
        asked = {unit.session.level for unit in everything if any(item[0] == area for item in unit.items)}
        silent = {unit.session.level for unit in everything} - asked
        speaks = {key: row for key, row in registered.items() if key[0] not in silent}
        for word, score in (("share", AGREE), ("mean", RATING)):
            found = [(unit, value) for unit in here if (value := unit.value(area, score)) is not None]
            areas.setdefault(area, {})[word] = estimate([(unit, *value) for unit, value in found], speaks)
    return {
        "schools": len({unit.session.school for unit in here}),
        "school_levels": len(here),
        "n": people,
        "items": {item: row.tolist() for item, row in counts.items()},
        "areas": areas,
        "registered": {
            "schools": sum(row[0] for row in registered.values()),
            "people": sum(row[2] for row in registered.values()),
        },
        "response": people / sum(unit.registered for unit in here),
    }


def differences(insider: Insider, documents: Sequence[Mapping[str, Any]], *, final: bool) -> Iterator[str]:
    """A sentence for each figure of an edition that is not what the admitted batches give."""
    for cell in documents:
        if cell["kind"] != "cell":
            continue
        for name, told in cell["classes"].items():
            key = (cell["level"], cell["group"], name)
            known = figures(insider, key, final=final)
            for field in ("schools", "school_levels", "n", "registered"):
                if told[field] != known[field]:
                    yield f"{key}: {field} is {told[field]}, not {known[field]}"
            core = {item: row for item, row in told["items"].items() if item not in cell["optional"]}
            if core != known["items"]:
                yield f"{key}: counts differ"
            yield from _rates(key, told, known)
            yield from _areas(key, told, known, final)


def _rates(key: Key, told: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    registered = known["registered"]
    wanted = {
        "schools": known["school_levels"] / registered["schools"],
        "people": known["n"] / registered["people"],
        "response": known["response"],
    }
    for name, rate in wanted.items():
        if abs(told["rates"][name] - rate) > 0.005 + 1e-9:
            yield f"{key}: rate {name} is {told['rates'][name]}, not {rate:.4f}"
    for area, split in told["nonresponse"].items():
        rows = np.sum([row for item, row in known["items"].items() if item[0] == area], axis=0)
        wanted = {"skipped": rows[7] / rows.sum(), "pn": rows[6] / rows.sum(), "na": rows[5] / rows.sum()}
        if any(abs(split[name] - share) > 0.00005 + 1e-9 for name, share in wanted.items()):
            yield f"{key}: non-response of {area} differs"


def _areas(key: Key, told: Mapping[str, Any], known: Mapping[str, Any], final: bool) -> Iterator[str]:
    if told["areas"].keys() != known["areas"].keys():
        yield f"{key}: areas {sorted(told['areas'])}, not {sorted(known['areas'])}"
        return
    fine = final and known["schools"] >= 10
    for area, row in told["areas"].items():
        for word, low, high, digits, ends in (
            ("share", "low", "high", 4 if fine else 2, (0, 1)),
            ("mean", "mean_low", "mean_high", 2 if fine else 1, (1, 5)),
        ):
            value, half, _ = known["areas"][area][word]
            step = 10.0**-digits
            if abs(row[word] - value) > step / 2 + 1e-9:
                yield f"{key}: {word} of {area} is {row[word]}, not {value:.6f}"
            if math.isnan(half) != (row[low] is None):
                yield f"{key}: the interval of {area} is {row[low]}, half width {half}"
            elif not math.isnan(half):
                wanted = (max(ends[0], value - half), min(ends[1], value + half))
                outward = (wanted[0] - row[low], row[high] - wanted[1])
                if min(outward) < -1e-6 or max(outward) > step + 1e-6:
                    yield f"{key}: {word} of {area} is from {row[low]} to {row[high]}, not {wanted}"
