"""A campaign of a small country, played through the product's own editions in memory: what each of them admitted, and
the documents as the editor stores them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from aggregator.edition import edition_documents
from aggregator.nation import Batch, Nation
from contracts.messages import Campaign, SchoolSession
from contracts.schemas import CampaignSchema
from support.builders import a_campaign, a_session
from support.subtracting import Reading, Released

CAMPAIGN = "autumn-2026"
DAY = date(2026, 10, 5)
ITEMS = ("A1", "A2", "B1", "B2", "D4", "G1", "G2", "X1")
REGIONS = (("Bakı", 22), ("Gəncə-Daşkəsən", 14), ("Quba-Xaçmaz", 12), ("Lənkəran-Astara", 12))
STEPS = 14
OPTIONAL = "D4"


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """One edition: its documents, and the batches that had been admitted by then, to every class or to the nation
    alone."""

    number: int
    documents: Sequence[dict[str, Any]]
    admitted: frozenset[str]
    rest: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """A campaign that was played to its end."""

    campaign: Campaign
    message: dict[str, Any]
    sessions: dict[str, SchoolSession]
    batches: dict[str, Batch]
    nation: Nation
    editions: Sequence[Edition]

    @property
    def known(self) -> dict[str, Released]:
        """What only the test knows of each batch."""
        return {
            name: Released(school=self.sessions[batch.session].school, people=batch.people)
            for name, batch in self.batches.items()
        }

    def behind(self, edition: Edition, level: str, group: str, cls: str) -> frozenset[str]:
        """The batches behind a figure."""
        every = (name for name in edition.admitted if self.batches[name].group == group)
        found = {
            name
            for name in every
            if (level, cls) in set(self.nation.classes_of(self.sessions[self.batches[name].session]))
        }
        alone = {name for name in edition.rest if self.batches[name].group == group}
        return frozenset(found | (alone if (level, cls) == ("all", "all") else set()))

    def counts(self, names: frozenset[str], item: str) -> list[int]:
        """What these batches add up to, of those schools that asked an item always, or chose to."""
        rows = [self.batches[name].items[item] for name in names if item in self.batches[name].items]
        return [int(count) for count in np.sum(rows, axis=0)] if rows else [0] * 8

    def reading(self, edition: Edition, level: str, group: str, cls: str) -> Reading:
        """The same as an adversary's reading."""
        name = f"{edition.number}: {level} {group} {cls}"
        return Reading(name=name, batches=self.behind(edition, level, group, cls))


def play(seed: int = 7, schools: Sequence[tuple[str, int]] = REGIONS) -> World:
    """A whole campaign: students in steps, staff after the close, small cells at the end."""
    chance = random.Random(seed)  # a simulation
    sessions = {one.session: one for one in _sessions(chance, schools)}
    campaign = a_campaign(list(sessions.values()), campaign=CAMPAIGN, breakdowns=("region", "settlement", "language"))
    nation = Nation(campaign, sessions)
    batches: dict[str, Batch] = {}
    editions: list[Edition] = []
    admitted: set[str] = set()
    waiting = [(session, "student", step) for session in sessions.values() for step in _steps(chance, session)]
    for step in range(STEPS):
        for session, group, at in waiting:
            if at == step:
                _release(nation, batches, chance, session, group, step, chance.randrange(10, 40))
        _take(nation, editions, admitted, step, final=False)
    for session in sessions.values():
        for group, people in (("teacher", chance.randrange(3, 30)), ("leader", chance.randrange(1, 5)), ("student", 6)):
            if group in session.groups and (group != "student" or chance.random() < 0.3):
                _release(nation, batches, chance, session, group, STEPS, people)
    _take(nation, editions, admitted, STEPS, final=True)
    return World(
        campaign=campaign,
        message=dict(CampaignSchema().dump(campaign)),
        sessions=sessions,
        batches=batches,
        nation=nation,
        editions=editions,
    )


def fill(world: World, statistics: Any) -> None:
    """Writes a played campaign where the reporter reads it."""
    statistics["campaigns"].insert_one({"_id": CAMPAIGN, "message": world.message})
    for edition in world.editions:
        statistics["editions"].insert_many([dict(document) for document in edition.documents])


def _sessions(chance: random.Random, schools: Sequence[tuple[str, int]]) -> Iterator[SchoolSession]:
    made = 0
    for region, number in schools:
        for at in range(number):
            place: dict[str, Any] = {"region": region, "settlement": "urban" if at % 5 < 3 else "rural"}
            place["language"] = "ru" if at % 4 == 1 else "az"
            asked = ITEMS if at % 2 else tuple(item for item in ITEMS if item != OPTIONAL)
            for level in ("lower-secondary", "upper-secondary") if at % 3 else ("lower-secondary",):
                groups = {"student": chance.randrange(60, 300), "teacher": 30, "leader": 4}
                made += 1
                yield a_session(
                    groups=groups,
                    campaign=CAMPAIGN,
                    level=level,
                    items=asked,
                    background=(),
                    school=f"{region[:3].upper()}{at:04d}",
                    session=f"SESS{made:04d}",
                    **place,
                )


def _steps(chance: random.Random, session: SchoolSession) -> list[int]:
    return sorted(chance.sample(range(STEPS), chance.randrange(1, 5)))


def _release(
    nation: Nation,
    batches: dict[str, Batch],
    chance: random.Random,
    session: SchoolSession,
    group: str,
    step: int,
    people: int,
) -> None:
    numbers = np.random.default_rng(chance.randrange(2**32))
    tilt = {"student": 0.0, "teacher": 0.5, "leader": 0.9}[group]
    weights = np.array([0.08, 0.15, 0.27, 0.25 + tilt / 10, 0.14 + tilt / 10, 0.03, 0.03, 0.05])
    items = {
        item.code: numbers.multinomial(people, weights / weights.sum()).astype(np.int64)
        for item in session.groups[group].items
    }
    name = f"{session.session}/{group}/{step}"
    batches[name] = Batch(id=name, session=session.session, group=group, people=people, items=items, moments={})
    nation.wait(batches[name])


def _take(nation: Nation, editions: list[Edition], admitted: set[str], step: int, *, final: bool) -> None:
    ids = nation.admissible()
    nation.enter(ids)
    rest = nation.remainder() if final else []
    nation.enter_nation_alone(rest)
    admitted.update(ids)
    if ids or final:
        number = len(editions) + 1
        made = edition_documents(nation, number, DAY + timedelta(days=step), final)
        editions.append(Edition(number=number, documents=made, admitted=frozenset(admitted), rest=frozenset(rest)))
