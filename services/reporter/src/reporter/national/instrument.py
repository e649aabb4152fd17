"""How well the questionnaire measured and who is missing: quality figures of an edition, answers left out, rates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.questionnaire import AREAS, GROUPS
from reporter.national.nation import EVERY, Nation

RATED: Final = 5
LEFT_OUT: Final = {"na": 5, "pn": 6, "skipped": 7}
"""Places of the eight counts of an item that are no rating."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One area of one group at one level: `people` who rated all its items in `schools`; alpha and the share of
    variance between schools (None where too few), the share of people who gave one answer throughout."""

    level: str
    group: str
    area: str
    people: int
    schools: int
    alpha: float | None
    icc: float | None
    straight: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unanswered:
    """Shares (0 to 1) of all answers to an area's items that were no rating, and the item with the most of them."""

    level: str
    group: str
    area: str
    na: float
    pn: float
    skipped: float
    worst: str
    worst_share: float

    @property
    def all(self) -> float:
        """The three together."""
        return self.na + self.pn + self.skipped


@dataclass(frozen=True, kw_only=True, slots=True)
class Turnout:
    """Of a class and group, as shares: schools and registered people in the figures, the registered people of those
    schools who answered (None where nothing is registered; above 1 where the register is too low), and the answers to
    core items that were no rating, over all areas together."""

    level: str
    group: str
    cls: str
    n: int
    schools: float | None
    people: float | None
    response: float | None
    unanswered: float | None


def measures(cells: Sequence[Mapping[str, Any]], level: str, cls: str = EVERY) -> tuple[Measure, ...]:
    """The quality figures of a level, of the nation or of one region, by group and area."""
    found = [
        Measure(
            level=level,
            group=str(cell["group"]),
            area=str(area),
            people=int(row["m"]),
            schools=int(row["schools"]),
            alpha=row.get("alpha"),
            icc=row.get("icc"),
            straight=row.get("straightlining"),
        )
        for cell in cells
        if cell["level"] == level
        for area, row in (_quality(cell, cls)).items()
    ]
    return tuple(sorted(found, key=lambda row: (GROUPS.index(row.group), AREAS.index(row.area))))


def _quality(cell: Mapping[str, Any], cls: str) -> Mapping[str, Any]:
    if cls == EVERY:
        return cell.get("quality") or {}
    return (cell.get("quality_by_class") or {}).get(cls) or {}


def turnout(cells: Sequence[Mapping[str, Any]], level: str, kind: str | None = None) -> tuple[Turnout, ...]:
    """Who is in the figures of a level: the nation, or each class of a breakdown, the lowest response first."""
    found = [
        _turnout(cell, cls, figures)
        for cell in cells
        if cell["level"] == level
        for cls, figures in cell["classes"].items()
        if (cls == EVERY if kind is None else cls.startswith(f"{kind}:"))
    ]
    order = {group: place for place, group in enumerate(GROUPS)}
    return tuple(sorted(found, key=lambda row: (order[row.group], _lowest(row.response), row.cls)))


def _lowest(share: float | None) -> float:
    return 2.0 if share is None else share


def _turnout(cell: Mapping[str, Any], cls: str, figures: Mapping[str, Any]) -> Turnout:
    rates = figures.get("rates") or {}
    left_out = [sum(area.values()) for area in (figures.get("nonresponse") or {}).values()]
    counted = rates.get("people") is not None  # the register does not count trainers, nor say which schools have any
    return Turnout(
        level=str(cell["level"]),
        group=str(cell["group"]),
        cls=str(cls),
        n=int(figures["n"]),
        schools=rates.get("schools") if counted else None,
        people=rates.get("people"),
        response=rates.get("response"),
        unanswered=sum(left_out) / len(left_out) if left_out else None,
    )


def unanswered(found: Nation, level: str) -> Iterator[Unanswered]:
    """What was left out, by group and area, over all classes of a level."""
    for group in GROUPS:
        items = found.items.get((level, group), {})
        for area in AREAS:
            counts = {code: row for code, row in items.items() if code[0] == area and any(row)}
            if counts:
                yield _unanswered(level, group, area, counts)


def _unanswered(level: str, group: str, area: str, counts: Mapping[str, Sequence[int]]) -> Unanswered:
    total = sum(sum(row) for row in counts.values())
    shares = {kind: sum(row[place] for row in counts.values()) / total for kind, place in LEFT_OUT.items()}
    gone = {code: sum(row[RATED:]) / sum(row) for code, row in counts.items()}
    worst = max(gone, key=lambda code: (gone[code], code))
    return Unanswered(level=level, group=group, area=area, worst=worst, worst_share=gone[worst], **shares)
