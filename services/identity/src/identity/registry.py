"""The register of schools: its CSV, the strata and size classes, and how many schools and people there are in each."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from contracts.messages import Stratum, StratumTotals
from contracts.values import LEVELS
from identity.reasons import Refused

COLUMNS = (
    *("registry_id", "name", "region", "settlement", "language", "type", "level"),
    *("leaders", "teachers", "students", "trainers"),
)
SETTLEMENTS = ("urban", "rural")
NUMBER_OF = {"leader": "leaders", "teacher": "teachers", "student": "students", "trainer": "trainers"}
_ABOUT_SCHOOL = ("name", "region", "settlement", "language", "type")
_LONGEST = {"registry_id": 40, "name": 200, "region": 80, "language": 40, "type": 80}
_MOST_PEOPLE = 100_000
_MOST_DIGITS = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """People registered at one level of one school."""

    leaders: int
    teachers: int
    students: int
    trainers: int

    def of(self, group: str) -> int:
        """People of a group (leader, teacher, student, trainer)."""
        return int(getattr(self, NUMBER_OF[group]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One school as the registry describes it, with its numbers by level."""

    registry_id: str
    name: str
    region: str
    settlement: str
    language: str
    type: str
    levels: Mapping[str, Numbers]


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedRow:
    """A row (line of the file, the header being 1) that was not taken, and why."""

    row: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """What a file holds: whole schools that can be taken with their lines by register's id, and refused rows in
    order."""

    entries: tuple[Entry, ...]
    rows_taken: int
    refused: tuple[RefusedRow, ...]
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def without(self, registry_ids: Iterable[str], reason: str) -> "Import":
        """The same with these schools' rows refused."""
        out = set(registry_ids) & set(self.lines)
        more = [RefusedRow(row=line, reason=reason) for one in out for line in self.lines[one]]
        return Import(
            entries=tuple(entry for entry in self.entries if entry.registry_id not in out),
            rows_taken=self.rows_taken - len(more),
            refused=_in_order([*self.refused, *more]),
            lines={one: lines for one, lines in self.lines.items() if one not in out},
        )


ROW_REASONS = (
    *("wrong-number-of-columns", "empty-field", "too-long", "control-character", "bad-settlement", "bad-level"),
    *("bad-number", "trainers-outside-vocational", "same-level-twice", "contradicts-other-rows", "school-ended"),
)


def parse(text: str) -> Import:
    """Reads the registry's CSV (header exactly COLUMNS); Refused for another header or text that is no CSV."""
    rows = _rows(text)
    header = next(rows, (1, []))[1]
    if [name.strip() for name in header] != list(COLUMNS):
        raise Refused("bad-header")
    refused: list[RefusedRow] = []
    by_school: dict[str, list[tuple[int, dict[str, str]]]] = defaultdict(list)
    for line, cells in rows:
        row = dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=False))
        reason = "wrong-number-of-columns" if len(cells) != len(COLUMNS) else _fault(row)
        if reason:
            refused.append(RefusedRow(row=line, reason=reason))
        else:
            by_school[row["registry_id"]].append((line, row))
    entries, lines = [], {}
    for rows_of_school in by_school.values():
        found, faults = _school(rows_of_school)
        refused += faults
        if found is not None:
            entries.append(found)
            bad = {fault.row for fault in faults}
            lines[found.registry_id] = tuple(line for line, _ in rows_of_school if line not in bad)
    return Import(
        entries=tuple(entries),
        rows_taken=sum(len(entry.levels) for entry in entries),
        refused=_in_order(refused),
        lines=lines,
    )


def entry_of_rows(rows: Sequence[Mapping[str, str]]) -> Entry | str:
    """A school from its rows as somebody typed them, by column; or the reason for which it cannot be one."""
    typed = [{name: row.get(name, "").strip() for name in COLUMNS} for row in rows]
    for row in typed:
        if (reason := _fault(row)) is not None:
            return reason
    found, faults = _school(list(enumerate(typed)))
    return faults[0].reason if faults or found is None else found


def _in_order(refused: Iterable[RefusedRow]) -> tuple[RefusedRow, ...]:
    return tuple(sorted(refused, key=lambda fault: fault.row))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as error:
        raise Refused("not-csv") from error


def _fault(row: Mapping[str, str]) -> str | None:
    if not all(row.values()):
        return "empty-field"
    if any(len(row[name]) > longest for name, longest in _LONGEST.items()):
        return "too-long"
    if not all(value.isprintable() for value in row.values()):
        return "control-character"
    if row["settlement"] not in SETTLEMENTS:
        return "bad-settlement"
    if row["level"] not in LEVELS:
        return "bad-level"
    for name in NUMBER_OF.values():
        if (number := whole_number(row[name], _MOST_DIGITS)) is None or number > _MOST_PEOPLE:
            return "bad-number"
    if row["level"] != "vocational" and int(row["trainers"]):
        return "trainers-outside-vocational"
    return None


def whole_number(text: str, digits: int) -> int | None:
    """The number that at most so many of the digits 0 to 9 write; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def _school(rows: Sequence[tuple[int, Mapping[str, str]]]) -> tuple[Entry | None, list[RefusedRow]]:
    if len({tuple(row[name] for name in _ABOUT_SCHOOL) for _, row in rows}) > 1:
        return None, [RefusedRow(row=line, reason="contradicts-other-rows") for line, _ in rows]
    twice = {level for level, times in Counter(row["level"] for _, row in rows).items() if times > 1}
    faults = [RefusedRow(row=line, reason="same-level-twice") for line, row in rows if row["level"] in twice]
    kept = [row for _, row in rows if row["level"] not in twice]
    if not kept:
        return None, faults
    about = {name: kept[0][name] for name in _ABOUT_SCHOOL}
    levels = {row["level"]: Numbers(**{name: int(row[name]) for name in NUMBER_OF.values()}) for row in kept}
    return Entry(registry_id=kept[0]["registry_id"], levels=levels, **about), faults


def two_digits(number: int) -> int:
    """`number` rounded to two significant digits, halves up: how registered numbers travel."""
    step = int(10 ** max(0, len(str(number)) - 2))
    return (number + step // 2) // step * step


def size_class(students: int) -> str:
    """The size class by a level's registered students."""
    return "under-50" if students < 50 else "50-199" if students < 200 else "200-up"


def stratum(entry: Entry, level: str) -> Stratum:
    """The classes a school belongs to at one of its levels; KeyError if it has no such level."""
    return Stratum(
        region=entry.region,
        settlement=entry.settlement,
        size=size_class(entry.levels[level].students),
        language=entry.language,
        type=entry.type,
        level=level,
    )


def totals(entries: Iterable[Entry]) -> tuple[StratumTotals, ...]:
    """Schools and people by stratum, sorted; people as sums of the rounded numbers that sessions carry."""
    sums: dict[Stratum, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for entry in entries:
        for level, numbers in entry.levels.items():
            people = (two_digits(numbers.of(group)) for group in ("leader", "teacher", "student"))
            for at, more in enumerate((1, *people)):
                sums[stratum(entry, level)][at] += more
    return tuple(
        StratumTotals(stratum=key, schools=found[0], leaders=found[1], teachers=found[2], students=found[3])
        for key, found in sorted(sums.items(), key=lambda pair: _order(pair[0]))
    )


def _order(key: Stratum) -> tuple[str, ...]:
    return key.level, key.region, key.settlement, key.size, key.language, key.type
