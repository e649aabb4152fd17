"""How often the 95 % intervals of national figures hold the truth: hundreds of campaigns simulated as releases in
memory over one country, with the product's own admission and editions.

    PYTHONPATH=tests .venv/bin/python -m support.coverage [--campaigns 200] [--schools 400]
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.edition import edition_documents
from aggregator.forms import form_of
from aggregator.moments import moment_rows, named
from aggregator.nation import Batch
from support.campaigning import Cell, World, a_world

DAY = date(2026, 10, 30)
ITEMS = {"teacher": ("A1", "A2", "B1", "C1", "C3"), "student": ("A1", "A2", "A3", "C1", "C3")}
RATES = {"primary": (0.7, 0.95), "lower-secondary": (0.5, 0.8), "upper-secondary": (0.3, 0.6), "vocational": (0.4, 0.8)}
"""Which share of a school's people answers, drawn for each school: fewer in older classes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Design:
    """A way to take part: the share of schools, and how much likelier somebody answers who rates a point higher."""

    name: str
    schools: float
    pull: float = 0.0


DESIGNS = (
    Design(name="all schools", schools=1.0),
    Design(name="30 % of schools", schools=0.3),
    Design(name="30 % of schools, who agrees answers more", schools=0.3, pull=0.05),
    Design(name="all schools, who agrees answers more", schools=1.0, pull=0.05),
)


@dataclass(kw_only=True)
class Tally:
    """How figures of one kind did: intervals that held the truth, and misses of weighted and unweighted figures."""

    intervals: int = 0
    held: int = 0
    widths: list[float] = field(default_factory=list)
    misses: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)

    @property
    def coverage(self) -> float:
        return self.held / max(1, self.intervals)


def a_country(schools: int, seed: int) -> World:
    """Schools in which people of younger classes agree more, and those of some regions a little."""
    return a_world(schools, seed, items=ITEMS, groups=("teacher", "student"), leans=True, minutes=1)


def play(world: World, design: Design, campaigns: int, seed: int) -> dict[tuple[str, str], Tally]:
    """{(group, "nation" | "level" | "region" | …): tally} over so many campaigns."""
    draw = np.random.default_rng(seed)
    people = {name: _rated(cell) for name, cell in world.cells.items()}
    truth = _truth(world, people)
    found: dict[tuple[str, str], Tally] = defaultdict(Tally)
    for _ in range(campaigns):
        part = {name: draw.random() < design.schools for name in sorted(world.sessions)}
        nation = world.nation()
        for name, cell in sorted(world.cells.items()):
            if part[cell.session.session] and (batch := _answers(draw, cell, people[name], design.pull)) is not None:
                nation.wait(batch)
        nation.enter(nation.admissible())
        nation.enter_nation_alone(nation.remainder())
        for document in edition_documents(nation, 1, DAY, True):
            if document["kind"] == "cell":
                _judge(document, truth, found)
    return dict(found)


def _rated(cell: Cell) -> NDArray[np.float64]:
    """What each person leans to: the mean of the answers 1 to 5."""
    rated = np.where(cell.categories < 5, cell.categories + 1.0, np.nan)
    lean: NDArray[np.float64] = np.nan_to_num(np.nanmean(np.c_[rated, np.full(len(rated), 3.0)], axis=1), nan=3.0)
    return lean


def _answers(draw: np.random.Generator, cell: Cell, lean: NDArray[np.float64], pull: float) -> Batch | None:
    chance = draw.uniform(*RATES[cell.session.level]) + pull * (lean - lean.mean())
    codes = cell.categories[draw.random(len(lean)) < chance]
    if not len(codes):
        return None
    form = form_of(cell.session.groups[cell.group])
    return Batch(
        id=f"{cell.id}/1",
        session=cell.session.session,
        group=cell.group,
        people=len(codes),
        items={code: np.bincount(codes[:, at], minlength=8) for at, code in enumerate(form.items)},
        moments=named(form, moment_rows(form, codes).sum(0).tolist()),
    )


def _truth(world: World, people: Any) -> dict[tuple[str, str, str], dict[str, float]]:
    """{(level or "all", group, class): {area: share of everybody registered}}."""
    rows: dict[tuple[str, str, str], dict[str, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
    nation = world.nation()
    for cell in world.cells.values():
        shares: dict[str, list[float]] = defaultdict(list)
        for at, item in enumerate(ITEMS[cell.group]):
            column = cell.categories[:, at]
            rated = int((column < 5).sum())
            if rated:
                shares[item[0]].append(int(((column == 3) | (column == 4)).sum()) / rated)
        for level, name in nation.classes_of(cell.session):
            for area, values in shares.items():
                rows[level, cell.group, name][area].append((len(cell.categories), float(np.mean(values))))
    return {
        key: {
            area: float(np.average([v for _, v in found], weights=[n for n, _ in found]))
            for area, found in areas.items()
        }
        for key, areas in rows.items()
    }


def _judge(document: Any, truth: Any, found: dict[tuple[str, str], Tally]) -> None:
    for name, figures in document["classes"].items():
        kind = name.partition(":")[0] if name != "all" else "nation" if document["level"] == "all" else "level"
        tally = found[document["group"], kind]
        for area, row in figures["areas"].items():
            true = truth[document["level"], document["group"], name][area]
            tally.misses.append(row["share"] - true)
            tally.plain.append(_plain(figures["items"], area) - true)
            if row["low"] is not None and figures["schools"] >= 10:
                tally.intervals += 1
                tally.held += row["low"] <= true <= row["high"]
                tally.widths.append(row["high"] - row["low"])


def _plain(items: Any, area: str) -> float:
    return float(np.mean([sum(row[3:5]) / sum(row[:5]) for item, row in items.items() if item[0] == area]))


def table(results: Sequence[tuple[str, dict[tuple[str, str], Tally]]]) -> Iterator[str]:
    """The table of docs/statistics.md; widths and misses in points of a per cent."""
    heads = (
        "who takes part",
        "group",
        "figures",
        "intervals",
        "hold the truth",
        "width",
        "miss, weighted",
        "unweighted",
    )
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for name, tallies in results:
        for (group, kind), tally in sorted(tallies.items()):
            miss, plain = (100 * float(np.mean(np.abs(one))) for one in (tally.misses, tally.plain))
            yield (
                f"| {name} | {group} | {kind} | {tally.intervals} | {100 * tally.coverage:.1f} % | "
                f"{100 * float(np.mean(tally.widths or [0])):.1f} | {miss:.2f} | {plain:.2f} |"
            )


def main() -> None:
    """Prints the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--campaigns", type=int, default=200)
    asked.add_argument("--schools", type=int, default=400)
    asked.add_argument("--design", type=int, choices=range(1, len(DESIGNS) + 1), help="only one of them")
    options = asked.parse_args()
    world = a_country(options.schools, 7)
    designs = DESIGNS[options.design - 1 : options.design] if options.design else DESIGNS
    results = [(one.name, play(world, one, options.campaigns, 1)) for one in designs]
    print("\n".join(table(results)))


if __name__ == "__main__":
    main()
