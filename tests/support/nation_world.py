"""A whole country for the reporter: a campaign with every breakdown, its last edition with bands and distributions, the
campaign before it, and how far its schools have come; documents as the aggregator writes them, from a fixed seed."""

import random
from collections.abc import Sequence
from typing import Any

from contracts.questionnaire import bank
from support import reporter_world as world

REGIONS = {
    "Bakı": (0.10, 330),
    "Abşeron-Xızı": (0.05, 110),
    "Gəncə-Daşkəsən": (0.03, 260),
    "Qazax-Tovuz": (-0.02, 430),
    "Quba-Xaçmaz": (-0.05, 460),
    "Qarabağ": (-0.12, 330),
    "Şərqi Zəngəzur": (-0.10, 190),
    "Lənkəran-Astara": (-0.04, 520),
    "Mil-Muğan": (-0.03, 330),
    "Dağlıq Şirvan": (0.0, 290),
    "Mərkəzi Aran": (0.02, 420),
    "Şəki-Zaqatala": (0.01, 370),
    "Şirvan-Salyan": (0.0, 240),
}
"""Region: how far its shares lie from the nation's, and its schools. The fourteenth has too few schools to be shown."""
SMALL_REGION = "Naxçıvan"
LEVELS = ("primary", "lower-secondary", "upper-secondary", "vocational")
PART_OF_LEVEL = {"all": 1.0, "primary": 0.34, "lower-secondary": 0.4, "upper-secondary": 0.22, "vocational": 0.03}
PEOPLE = {"leader": 3.1, "teacher": 21.0, "student": 240.0, "trainer": 0.0}
"""Answers of a school."""
OTHERS = {"settlement:urban": (0.05, 0.4), "settlement:rural": (-0.04, 0.6)}
LANGUAGES = {"language:az": (0.0, 0.88), "language:ru": (0.06, 0.1)}
EARLIER = "autumn-2025"
CHANGED = {("student", "C"): 0.09, ("teacher", "D"): 0.08, ("teacher", "G"): -0.09}
"""Clear changes since the campaign before, by group and area."""
COVERED = 0.31


def groups_of(level: str) -> tuple[str, ...]:
    """The groups that are asked at a level."""
    every = ("leader", "teacher", "student", "trainer")
    return every if level == "vocational" else every[:3]


def a_campaign(campaign: str = world.CAMPAIGN, state: str = "open") -> dict[str, Any]:
    """The campaign's message with strata of every region and level."""
    year = campaign.rpartition("-")[2]
    strata = [
        {
            "stratum": {
                "region": region,
                "settlement": settlement,
                "size": "50-199",
                "language": "az",
                "type": "general",
                "level": level,
            },
            "schools": (schools := max(2, round(count * PART_OF_LEVEL[level] * share))),
            "leaders": 3 * schools,
            "teachers": 24 * schools,
            "students": 370 * schools,
        }
        for region, (_, count) in {**REGIONS, SMALL_REGION: (0.0, 12)}.items()
        for level in LEVELS
        for settlement, share in (("urban", 0.4), ("rural", 0.6))
    ]
    return world.a_campaign(("region", "settlement", "language"), state) | {
        "campaign": campaign,
        "names": {"en": f"Autumn {year}", "az": f"Payız {year}"},
        "opens": f"{year}-11-02T05:00:00Z",
        "closes": f"{year}-12-18T14:00:00Z",
        "strata": strata,
    }


def an_edition(campaign: str = world.CAMPAIGN, number: int = 41, final: bool = True) -> list[dict[str, Any]]:
    """The head, the cells with every breakdown, and the bands of a last edition."""
    chance = random.Random(f"{campaign}/{number}")  # a simulation
    schools = sum(count for _, count in REGIONS.values())
    taking_part = round(COVERED * schools)
    first = campaign == EARLIER
    day = f"{campaign.rpartition('-')[2]}-12-19"
    common: dict[str, Any] = {"campaign": campaign, "number": number, "as_of": day, "final": final}
    cells: list[dict[str, Any]] = []
    for level in ("all", *LEVELS):
        for group in groups_of("vocational" if level in ("all", "vocational") else level):
            place = level if level != "all" else ("vocational" if group == "trainer" else "lower-secondary")
            part = PART_OF_LEVEL["vocational" if group == "trainer" else level]
            classes = {"all": (0.0, 1.0)}
            if group != "trainer":
                classes |= {f"region:{name}": (tilt, count / schools) for name, (tilt, count) in REGIONS.items()}
                classes |= OTHERS | LANGUAGES
            found: dict[str, dict[str, Any]] = {
                cls: _class(chance, group, place, cls, tilt, round(taking_part * part * share), first)
                for cls, (tilt, share) in classes.items()
                if taking_part * part * share >= 5
            }
            cells.append(
                {
                    "_id": f"{campaign}/{number:06d}/{level}/{group}",
                    "kind": "cell",
                    **common,
                    "level": level,
                    "group": group,
                    "classes": found,
                    "gaps": {},
                    "quality": {} if level == "all" else _quality(chance, group, place, found["all"]),
                    "quality_by_class": {}
                    if level == "all"
                    else {
                        cls: _quality(chance, group, place, one) for cls, one in found.items() if cls[:7] == "region:"
                    },
                }
            )
    wholes = {cell["group"]: cell["classes"]["all"] for cell in cells if cell["level"] == "all"}
    head = {
        "_id": f"{campaign}/{number:06d}",
        "kind": "head",
        **common,
        "digest": f"{number:02d}" * 32,
        "groups": {
            group: {"schools": found["schools"], "people": found["n"], "in_no_breakdown": 11}
            for group, found in wholes.items()
        },
        "breakdowns": ["region", "settlement", "language"],
        "coverage": {
            group: {
                "schools_registered": found["registered"]["schools"],
                "people_registered": found["registered"]["people"],
            }
            for group, found in wholes.items()
        },
        "classes": {},
        "since": None if first else {"campaign": EARLIER, "number": 33},
        "sent": True,
        "ballots_checked": None,
    }
    bands = [_bands(chance, common, level, group) for level in LEVELS[:3] for group in ("teacher", "student")]
    return [head, *cells, *(bands if final else ())]


def _class(
    chance: random.Random, group: str, level: str, cls: str, tilt: float, schools: int, first: bool
) -> dict[str, Any]:
    people = max(30, round(schools * (PEOPLE[group] or 9.0)))
    response = 0.41 if cls.endswith("Qarabağ") else round(0.72 + tilt / 2, 2)
    areas, items = {}, {}
    for area, codes in bank().area_items(level, group).items():
        share = min(0.97, max(0.03, 0.52 + world.TILT[group] / 4 + world.AREA_TILT[area] / 4 + tilt))
        share += chance.gauss(0, 0.012)
        half = 0.035 + 0.6 / max(5, schools) ** 0.5 / 3
        areas[area] = {
            "share": round(share, 4),
            "low": round(max(0.0, share - half), 4),
            "high": round(min(1.0, share + half), 4),
            "mean": round(2.0 + 2.4 * share, 2),
            "mean_low": round(2.0 + 2.4 * (share - half), 2),
            "mean_high": round(2.0 + 2.4 * (share + half), 2),
        }
        if not first:
            moved = CHANGED.get((group, area), 0.01) + chance.gauss(0, 0.005)
            areas[area]["change"] = {
                "share": round(moved, 4),
                "low": round(moved - 1.4 * half, 4),
                "high": round(moved + 1.4 * half, 4),
            }
        if cls == "all":
            for code in codes:
                items[code] = _counts(chance, people, share)
    return {
        "schools": schools,
        "school_levels": schools,
        "n": people,
        "items": items,
        "areas": areas,
        "registered": {"schools": round(schools / COVERED), "people": round(people / COVERED / response)},
        "rates": {"schools": COVERED, "people": round(COVERED * response, 2), "response": response},
        "nonresponse": {
            area: {"skipped": round(chance.uniform(0.01, 0.05), 4), "pn": 0.01, "na": round(chance.uniform(0, 0.09), 4)}
            for area in areas
        },
        "merged": [],
    }


def _counts(chance: random.Random, people: int, share: float) -> list[int]:
    """Eight counts with about this share of agreement among those who rated."""
    weights = [1 - share, 1.4 * (1 - share), 1.6 * (1 - share), 2.6 * share, 1.4 * share]
    weights = [weight * chance.uniform(0.85, 1.15) for weight in weights]
    rated = round(people * chance.uniform(0.88, 0.95))
    counts = [int(rated * weight / sum(weights)) for weight in weights]
    rest = people - sum(counts)
    aside = [rest // 2, rest // 6]
    return [*counts, *aside, rest - sum(aside)]


def _quality(chance: random.Random, group: str, level: str, found: dict[str, Any]) -> dict[str, Any]:
    return {
        area: {
            "m": round(found["n"] * 0.8),
            "schools": found["schools"],
            "alpha": round(chance.uniform(0.62, 0.89), 2),
            "icc": round(chance.uniform(0.02, 0.18), 2),
            "straightlining": round(chance.uniform(0.03, 0.14), 4),
        }
        for area, codes in bank().area_items(level, group).items()
        if len(codes) > 1 and found["n"] >= 100
    }


def _bands(chance: random.Random, common: dict[str, Any], level: str, group: str) -> dict[str, Any]:
    number = f"{common['campaign']}/{common['number']:06d}"
    areas = list(bank().area_items(level, group))
    middle = {area: 3.0 + world.TILT[group] / 2 + world.AREA_TILT[area] / 2 for area in areas}
    return {
        "_id": f"{number}/benchmark/{level}/{group}",
        "kind": "benchmark",
        **common,
        "level": level,
        "group": group,
        "classes": {
            "all": {
                area: {
                    "schools": 400,
                    "mean": round(middle[area], 1),
                    "low": round(middle[area] - 0.3, 1),
                    "high": round(middle[area] + 0.3, 1),
                }
                for area in areas
            }
        },
        "distribution": {area: _bins([chance.gauss(middle[area], 0.45) for _ in range(400)]) for area in areas},
    }


def _bins(values: Sequence[float]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    start, inside = 1.0, 0
    for step in range(1, 21):
        high = round(1 + 0.2 * step, 1)
        inside += sum(round(high - 0.2, 1) <= value < high for value in values)
        if inside >= 5:
            found.append({"from": start, "to": high, "schools": inside})
            start, inside = high, 0
    found[-1]["to"] = 5.0
    found[-1]["schools"] += inside
    return found


def a_participation(chance: random.Random, number: int, region: str, level: str, willing: float) -> dict[str, Any]:
    """One school's session at a level, somewhere on its way."""
    roll = chance.random()
    far = "reached" if roll < willing else "begun" if roll < willing + 0.2 else "empty"
    registered = {"leader": 3, "teacher": 24, "student": 370}
    answers = {"reached": (3, 20, 250), "begun": (0, 0, 0), "empty": (0, 0, 0)}[far]
    state = {"reached": "released", "begun": "filling", "empty": "empty"}[far]
    return {
        "_id": f"P{number:06d}",
        "school": f"S{number // 2:06d}",
        "campaign": world.CAMPAIGN,
        "level": level,
        "region": region,
        "settlement": chance.choice(("urban", "rural")),
        "language": "az",
        "day": None,
        "groups": {
            group: {
                "answers": count // 5 * 5,
                "answered": None,
                "expected": registered[group],
                "registered": registered[group],
                "k": {"leader": 3, "teacher": 5, "student": 10}[group],
                "state": state,
                "withheld": None,
                "slips": None,
            }
            for group, count in zip(registered, answers, strict=True)
        },
        "complete": True,
    }


def sessions(seed: int = 5) -> list[dict[str, Any]]:
    """How far the schools of every region have come; two regions need help."""
    chance = random.Random(seed)  # a simulation
    found: list[dict[str, Any]] = []
    for region, (_, count) in REGIONS.items():
        share = 0.06 if region == "Şərqi Zəngəzur" else COVERED
        willing = 0.25 if region == "Qarabağ" else 0.75
        for number in range(round(count * share)):
            level = LEVELS[number % 3]
            found.append(a_participation(chance, len(found), region, level, willing))
    return found


def fill(statistics: Any) -> None:
    """The reporter's usual school in a whole country, at the end of its second campaign."""
    world.fill(statistics)
    statistics["editions"].delete_many({})
    for campaign, number, state in ((EARLIER, 33, "closed"), (world.CAMPAIGN, 41, "closed")):
        message = a_campaign(campaign, state)
        statistics["campaigns"].replace_one({"_id": campaign}, {"message": message}, upsert=True)
        statistics["editions"].insert_many(an_edition(campaign, number))
    statistics["participation"].insert_many(sessions())
