"""A campaign simulated in memory: a country's schools with known truth, answers minute by minute, and the batches that
the product's release steps make of them, ready for a `Nation`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from aggregator.forms import form_of
from aggregator.moments import moment_rows, named
from aggregator.nation import Batch, Nation
from aggregator.release import Steps, close, grow, seal, seal_points
from aggregator.terms import terms_of
from contracts.messages import Campaign, SchoolSession, Stratum, StratumTotals
from country import truth
from country.forms import from_bank
from country.people import School, country
from support.ballots import THRESHOLDS
from support.builders import CLOSES, OPENS, a_session

FEWEST_IN_CLASS = 10
GROUPS = ("leader", "teacher", "student")
LEANS = {"primary": 0.3, "lower-secondary": 0.0, "upper-secondary": -0.3, "vocational": -0.1}
Minutes = NDArray[np.int64]


@dataclass(kw_only=True)
class Cell:
    """All registered people of one group of a session: what each answers (people × items of the form, categories as in
    `country.truth`), who takes part, and when: minutes ascend as the people who take part do."""

    session: SchoolSession
    group: str
    categories: NDArray[np.uint8]
    taking_part: NDArray[np.int64]
    minutes: Minutes
    steps: Steps = field(default_factory=Steps)
    arrived: int = 0
    out: int = 0

    @property
    def id(self) -> str:
        return f"{self.session.session}/{self.group}"

    def batch(self, start: int, end: int, name: str) -> Batch:
        """People from place `start` to `end` in the order of arrival, as what one release added."""
        codes = self.categories[self.taking_part[start:end]]
        form = form_of(self.session.groups[self.group])
        counts = {code: np.bincount(codes[:, at], minlength=8) for at, code in enumerate(form.items)}
        moments = named(form, moment_rows(form, codes).sum(0).tolist())
        return Batch(
            id=f"{self.id}/{name}",
            session=self.session.session,
            group=self.group,
            people=end - start,
            items=counts,
            moments=moments,
        )


@dataclass(frozen=True, kw_only=True)
class World:
    """A campaign with its sessions and cells, and everybody registered, whether their school takes part or not."""

    campaign: Campaign
    sessions: Mapping[str, SchoolSession]
    cells: Mapping[str, Cell]
    everybody: Mapping[tuple[str, str, str], truth.Cell]
    schools: Sequence[School]

    def nation(self) -> Nation:
        """A nation of this campaign with nothing in it."""
        return Nation(self.campaign, self.sessions)


def rounded(people: int) -> int:
    """Two significant digits, as registered numbers travel."""
    return int(float(f"{people:.2g}"))


def strata_of(schools: Sequence[School]) -> tuple[StratumTotals, ...]:
    """The register's totals by stratum."""
    totals: dict[Stratum, list[int]] = {}
    for school in schools:
        for level, people in school.levels.items():
            row = totals.setdefault(stratum(school, level), [0, 0, 0, 0])
            for at, count in enumerate((1, people.leaders, people.teachers, people.students)):
                row[at] += count
    return tuple(
        StratumTotals(stratum=key, schools=row[0], leaders=row[1], teachers=row[2], students=row[3])
        for key, row in sorted(totals.items(), key=lambda entry: str(entry[0]))
    )


def stratum(school: School, level: str) -> Stratum:
    """Where a school belongs at one of its levels."""
    students = school.levels[level].students
    size = "under-50" if students < 50 else "50-199" if students < 200 else "200-up"
    return Stratum(
        region=school.region,
        settlement=school.settlement,
        size=size,
        language=school.language,
        type=school.type,
        level=level,
    )


def merged(schools: Sequence[School], breakdown: str) -> dict[str, str]:
    """{class of the register: published class}: the smallest joins the next until each has ten schools."""
    sizes: dict[str, int] = {}
    for school in schools:
        own = str(getattr(school, breakdown))
        sizes[own] = sizes.get(own, 0) + 1
    pools = sorted((size, [name]) for name, size in sizes.items())
    while len(pools) > 1 and pools[0][0] < FEWEST_IN_CLASS:
        pools = sorted([(pools[0][0] + pools[1][0], pools[0][1] + pools[1][1]), *pools[2:]])
    return {name: " + ".join(sorted(names)) for _, names in pools for name in names}


def a_world(
    schools: int,
    seed: int,
    *,
    takes_part: float = 1.0,
    turnout: float = 1.0,
    minutes: int = 400,
    items: Mapping[str, tuple[str, ...]] | None = None,
    groups: Sequence[str] = GROUPS,
    optional: Mapping[str, str] | None = None,
    leans: bool = False,
) -> World:
    """A country of so many schools of which a share takes part. `items` gives each group a form instead of the item
    bank's; `optional` an item of it that only the school with this registry id is asked. `leans`: people of younger
    classes, and of some regions, agree more than others."""
    draw = np.random.default_rng(seed)
    register = list(country(schools, seed))
    breakdowns = ("region", "settlement", "language")
    classes = {name: merged(register, name) for name in breakdowns}
    kept = tuple(name for name in breakdowns if len(set(classes[name].values())) > 1)
    by_region = {region: float(draw.normal()) for region in sorted({school.region for school in register})}
    sessions: dict[str, SchoolSession] = {}
    cells: dict[str, Cell] = {}
    everybody: dict[tuple[str, str, str], truth.Cell] = {}
    for at, school in enumerate(register):
        part = draw.random() < takes_part
        for level, people in school.levels.items():
            lean = LEANS[level] + 0.05 * by_region[school.region] if leans else 0.0
            session = a_session(
                groups={group: rounded(people.of(group)) for group in groups},
                campaign="autumn",
                level=level,
                school=f"SCHOOL{at:07d}",
                session=f"S{at:05d}{level[0].upper()}{level[-3].upper()}",
                region=school.region,
                settlement=school.settlement,
                language=school.language,
                items=_items(items, level, groups[0], school, optional),
            )
            found = {}
            for group in groups:
                asked = _items(items, level, group, school, optional)
                form = from_bank(level, group)
                form = form if items is None else type(form)(version=form.version, items=asked, questions=())
                cell = truth.cell(seed, school.registry_id, level, group, people.of(group), form, turnout, lean)
                everybody[school.registry_id, level, group] = cell
                found[group] = (a_session(groups={group: rounded(people.of(group))}, items=asked).groups[group], cell)
            if not part:
                continue
            terms = {group: asked for group, (asked, _) in found.items()}
            session = replace(session, groups=terms, stratum=stratum(school, level))
            sessions[session.session] = session
            opens = int(draw.integers(0, max(1, minutes // 2)))
            for group, (_, cell) in found.items():
                taking = draw.permutation(np.flatnonzero(cell.responds))
                when = opens + np.sort(draw.integers(0, max(1, minutes // 2), len(taking)))
                one = Cell(session=session, group=group, categories=cell.categories, taking_part=taking, minutes=when)
                cells[one.id] = one
    campaign = Campaign(
        campaign="autumn",
        revision=1,
        names={"en": "Autumn", "az": "Payız"},
        opens=OPENS,
        closes=CLOSES,
        questionnaire="2026-1",
        k=THRESHOLDS,
        state="open",
        breakdowns=kept,
        classes={name: classes[name] for name in kept},
        strata=strata_of(register),
    )
    return World(campaign=campaign, sessions=sessions, cells=cells, everybody=everybody, schools=register)


def releases(world: World, minutes: int) -> Iterator[tuple[int, list[Batch], bool]]:
    """(minute, batches released in it, whether the campaign closed with it); sessions close one after the other in the
    last quarter, and what stayed below k comes with the end. A cell's steps are those of `aggregator.release`."""
    ends = {name: minutes * 3 // 4 + at % max(1, minutes // 4) for at, name in enumerate(sorted(world.sessions))}
    for minute in range(minutes):
        news: list[Batch] = []
        for cell in world.cells.values():
            if cell.arrived < 0:
                continue
            count = int(np.searchsorted(cell.minutes, minute, side="right"))
            news += _arrive(cell, count)
            if minute >= ends[cell.session.session]:
                news += _end(cell)
        yield minute, news, False
    rest = [cell for cell in world.cells.values() if cell.arrived == -1 and cell.steps.total]
    yield minutes, [cell.batch(0, cell.steps.total, "rest") for cell in rest], True


def at_once(world: World) -> list[Batch]:
    """Every cell as one batch, as if all were released at the close; cells below k come as their whole."""
    return [cell.batch(0, len(cell.taking_part), "1") for cell in world.cells.values() if len(cell.taking_part)]


def _arrive(cell: Cell, count: int) -> list[Batch]:
    terms = terms_of(cell.session).groups[cell.group]
    found = []
    new = count - cell.arrived
    points = seal_points(terms.rule, cell.steps, new)
    taken = 0
    for point in points:
        cell.steps = seal(grow(cell.steps, point - taken), 0)
        taken = point
        found += _out(cell)
    cell.steps = grow(cell.steps, new - taken)
    cell.arrived = count
    return found


def _end(cell: Cell) -> list[Batch]:
    terms = terms_of(cell.session).groups[cell.group]
    cell.steps, withheld = close(terms.rule, cell.steps, False, 0)
    cell.arrived = -1 if withheld else -2
    return _out(cell)


def _out(cell: Cell) -> list[Batch]:
    if cell.steps.released == cell.out:
        return []
    batch = cell.batch(cell.out, cell.steps.released, str(cell.steps.seq))
    cell.out = cell.steps.released
    return [batch]


def _items(
    items: Mapping[str, tuple[str, ...]] | None,
    level: str,
    group: str,
    school: School,
    optional: Mapping[str, str] | None,
) -> tuple[str, ...]:
    if items is None:
        return from_bank(level, group).items
    more = tuple(item for item, asked in (optional or {}).items() if asked == school.registry_id)
    return (*items[group], *more)
