"""4,400 schools and 1.7 million people as the product stores them: terms, last snapshots, participation, and a last
edition that the product's own functions make of them."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from aggregator.edition import edition_documents
from aggregator.nation import Batch, Nation
from contracts.messages import GroupTerms, ItemTerm, SchoolSession
from contracts.questionnaire import bank
from contracts.schemas import CampaignSchema, SchoolSessionSchema
from support.builders import a_campaign, a_session
from support.country_world import CAMPAIGN

REGIONS = (
    *("Bakı", "Abşeron-Xızı", "Gəncə-Daşkəsən", "Qazax-Tovuz", "Quba-Xaçmaz", "Qarabağ", "Şərqi Zəngəzur"),
    *("Lənkəran-Astara", "Mil-Muğan", "Dağlıq Şirvan", "Mərkəzi Aran", "Şəki-Zaqatala", "Şirvan-Salyan", "Naxçıvan"),
)
PEOPLE = {"leader": (1, 5), "teacher": (8, 30), "student": (80, 410)}
WEIGHTS = np.array([0.07, 0.14, 0.25, 0.29, 0.17, 0.03, 0.02, 0.03])


def fill(statistics: Any, schools: int) -> tuple[list[SchoolSession], int]:
    """Writes it all; (the sessions, how many people answered)."""
    chance, numbers = random.Random(11), np.random.default_rng(11)  # a simulation
    sessions = list(_sessions(chance, schools))
    campaign = a_campaign(sessions, campaign=CAMPAIGN, breakdowns=("region", "settlement", "language"), state="closed")
    nation = Nation(campaign, {one.session: one for one in sessions})
    people = 0
    documents: dict[str, list[dict[str, Any]]] = {"sessions": [], "snapshots": [], "participation": []}
    dump = SchoolSessionSchema().dump
    for one in sessions:
        documents["sessions"].append({"_id": one.session, "message": dump(one)})
        answers = {}
        for group, terms in one.groups.items():
            n = answers[group] = chance.randrange(*PEOPLE[group])
            codes = [item.code for item in terms.items]
            counts = dict(zip(codes, numbers.multinomial(n, WEIGHTS, len(codes)).astype(np.int64), strict=True))
            name = f"{one.session}/{group}/1"
            nation.wait(Batch(id=name, session=one.session, group=group, people=n, items=counts, moments={}))
            documents["snapshots"].append(
                _snapshot(one, group, n, {code: row.tolist() for code, row in counts.items()})
            )
        documents["participation"].append(_participation(one, answers))
        people += sum(answers.values())
    nation.enter(nation.admissible())
    nation.enter_nation_alone(nation.remainder())
    for name, rows in documents.items():
        statistics[name].insert_many(rows, ordered=False)
    statistics["editions"].insert_many(edition_documents(nation, 1, date(2026, 12, 19), True))
    statistics["campaigns"].insert_one({"_id": CAMPAIGN, "message": CampaignSchema().dump(campaign)})
    for name, keys in {"sessions": "message.school", "participation": "campaign"}.items():
        statistics[name].create_index(keys)  # as contracts/indexes.yaml has them
    statistics["participation"].create_index("school")
    return sessions, people


def _sessions(chance: random.Random, schools: int) -> Iterator[SchoolSession]:
    made = 0
    for number in range(schools):
        place: dict[str, Any] = {
            "region": REGIONS[number % 14],
            "settlement": "urban" if chance.random() < 0.45 else "rural",
        }
        place["language"] = "ru" if chance.random() < 0.08 else "az"
        levels = ("primary", "lower-secondary", "upper-secondary")[chance.randrange(2) :]
        for level in levels[: 1 + chance.randrange(2)]:
            made += 1
            groups = {group: most for group, (_, most) in PEOPLE.items()}
            session, school = f"S{made:07d}", f"SCHOOL{number:07d}"
            one = a_session(
                groups=groups,
                campaign=CAMPAIGN,
                level=level,
                background=(),
                school=school,
                session=session,
                state="closed",
                **place,
            )
            yield replace(one, groups={group: _asked(terms, level, group) for group, terms in one.groups.items()})


def _asked(terms: GroupTerms, level: str, group: str) -> GroupTerms:
    return replace(
        terms, items=tuple(ItemTerm(code=code, optional=False, own=None) for code in bank().core(level, group))
    )


def _snapshot(one: SchoolSession, group: str, n: int, items: dict[str, list[int]]) -> dict[str, Any]:
    return {
        **{"_id": f"{one.session}/{group}/1", "school": one.school, "session": one.session, "campaign": CAMPAIGN},
        **{"level": one.level, "group": group, "seq": 1, "n": n, "final": True, "as_of": "2026-12-18"},
        **{"items": items, "background": {}},
    }


def _participation(one: SchoolSession, answers: dict[str, int]) -> dict[str, Any]:
    return {
        **{"_id": one.session, "school": one.school, "campaign": CAMPAIGN, "level": one.level},
        **{"region": one.stratum.region, "settlement": one.stratum.settlement, "day": None, "complete": True},
        "groups": {
            group: {
                **{"answers": n // 5 * 5 if n >= terms.k else 0, "expected": terms.expected, "k": terms.k},
                **{"registered": terms.registered, "state": "released" if n >= terms.k else "withheld", "slips": None},
            }
            for (group, terms), n in zip(one.groups.items(), answers.values(), strict=True)
        },
    }
