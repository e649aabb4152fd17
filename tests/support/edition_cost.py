"""What one more edition of a whole nation costs, made from what changed and made from the beginning.

PYTHONPATH=tests .venv/bin/python -m support.edition_cost [--schools 4400] [--groups student]
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np

from aggregator.edition import Press, edition_documents
from aggregator.forms import form_of
from aggregator.moments import moment_rows, named
from aggregator.nation import Batch, Nation
from contracts.messages import Campaign, SchoolSession
from country.forms import from_bank
from country.people import country
from support.ballots import THRESHOLDS
from support.builders import CLOSES, OPENS, a_session
from support.campaigning import merged, rounded, strata_of, stratum

DAY = date(2026, 10, 30)
HALF = 2
BREAKDOWNS = ("region", "settlement", "language")


def a_nation(schools: int, groups: Sequence[str], draw: np.random.Generator) -> tuple[Nation, list[tuple[str, str]]]:
    """Every cell of a country with its first half admitted; the cells, (session, group)."""
    register = list(country(schools, 1))
    classes = {name: merged(register, name) for name in BREAKDOWNS}
    sessions: dict[str, SchoolSession] = {}
    for at, school in enumerate(register):
        for level, people in school.levels.items():
            terms = {
                group: a_session(groups={group: rounded(people.of(group))}, items=from_bank(level, group).items).groups[
                    group
                ]
                for group in groups
            }
            name = f"S{at:05d}{level[0].upper()}{level[-3].upper()}"
            made = a_session(groups={}, level=level, school=f"SCHOOL{at:07d}", session=name)
            sessions[name] = SchoolSession(
                session=name,
                campaign="autumn",
                school=made.school,
                level=level,
                questionnaire=made.questionnaire,
                day=made.day,
                stratum=stratum(school, level),
                groups=terms,
                timetable=made.timetable,
            )
    campaign = Campaign(
        campaign="autumn",
        revision=1,
        names={"en": "Autumn", "az": "Payız"},
        opens=OPENS,
        closes=CLOSES,
        questionnaire="2026-1",
        k=THRESHOLDS,
        state="open",
        breakdowns=BREAKDOWNS,
        classes=classes,
        strata=strata_of(register),
    )
    nation = Nation(campaign, sessions)
    cells = [(name, group) for name, session in sessions.items() for group in session.groups]
    for name, group in cells:
        nation.wait(a_batch(sessions[name], group, 1, draw))
    nation.enter(nation.admissible())
    return nation, cells


def a_batch(session: SchoolSession, group: str, number: int, draw: np.random.Generator) -> Batch:
    """Answers at random of a part of the people of a cell."""
    terms = session.groups[group]
    people = max(terms.k, terms.registered // HALF)
    form = form_of(terms)
    codes = draw.integers(0, 8, (people, len(form.items)), dtype=np.uint8)
    return Batch(
        id=f"{session.session}/{group}/{number}",
        session=session.session,
        group=group,
        people=people,
        items={code: np.bincount(codes[:, at], minlength=8) for at, code in enumerate(form.items)},
        moments=named(form, moment_rows(form, codes).sum(0).tolist()),
    )


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    """(result, milliseconds of CPU)."""
    start = time.process_time()
    found = act()
    return found, 1000 * (time.process_time() - start)


def main() -> None:
    """Prints the costs; exit 1 if the two ways differ."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--schools", type=int, default=4400)
    asked.add_argument("--groups", nargs="+", default=["leader", "teacher", "student"])
    options = asked.parse_args()
    draw = np.random.default_rng(1)
    nation, cells = a_nation(options.schools, options.groups, draw)
    people = sum(part.people for parts in nation.parts.values() for part in parts.values())
    press = Press(nation)
    documents, first = timed(lambda: press.documents(1, DAY, False))
    print(f"{options.schools} schools, {len(cells)} cells, {people} people, {len(documents)} documents")
    print(f"first edition, from the beginning: {first:.0f} ms, {press.made} classes of {press.slices_made} slices")
    costs = []
    for number in range(2, 12):
        classes, slices = press.made, press.slices_made
        session = nation.parts["student"][sorted(nation.parts["student"])[number * 97 % len(nation.parts["student"])]]
        alike = [
            part
            for part in nation.parts["student"].values()
            if list(nation.classes_of(part.school)) == list(nation.classes_of(session.school))
        ][:6]
        for part in alike:
            nation.wait(a_batch(part.school, "student", number, draw))
        ids, choosing = timed(nation.admissible)
        nation.enter(ids)
        documents, making = timed(lambda: press.documents(number, DAY, False))  # noqa: B023  # called at once
        costs.append(choosing + making)
        print(
            f"edition {number}, {len(ids)} additions: {choosing:.1f} + {making:.1f} ms, "
            f"{press.made - classes} classes of {press.slices_made - slices} slices"
        )
    anew, whole = timed(lambda: edition_documents(nation, number, DAY, False))
    same = anew == documents
    print(
        f"median of the next editions: {statistics.median(costs):.1f} ms of CPU; made anew {whole:.0f} ms, same: {same}"
    )
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
