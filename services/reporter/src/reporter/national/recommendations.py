"""What the ministry could do next: each recommendation comes from a rule of a data file, with the figures it read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from contracts.questionnaire import AREAS
from reporter.national import findings, instrument, overview
from reporter.national.change import Shift
from reporter.national.findings import Apart
from reporter.national.instrument import Unanswered
from reporter.national.nation import EVERY, Figure, Nation

RULES: Final[dict[str, dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "recommendation_rules.yaml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recommendation:
    """A rule that holds, the area it speaks of ("" for none), and what it read: two figures apart, one low figure, a
    fall, regions below the nation's figure, the schools covered, or what was left unanswered."""

    rule: str
    area: str
    apart: Apart | None = None
    figure: Figure | None = None
    shift: Shift | None = None
    regions: tuple[Figure, ...] = ()
    unanswered: Unanswered | None = None


def recommendations(
    found: Nation, level: str, shifts: Sequence[Shift] = (), cls: str = EVERY
) -> tuple[Recommendation, ...]:
    """Those of each rule that holds, in the order of the rules; no more of one area by a rule than once."""
    every = (
        *_most("low", _low(found, level, cls)),
        *_most("gap", _gap(found, level, cls)),
        *_most("fell", _fell(shifts)),
        *(_most("region", _region(found, level)) if cls == EVERY else ()),
        *_most("coverage", _coverage(found, level, cls)),
        *(_most("unanswered", _unanswered(found, level)) if cls == EVERY else ()),
    )
    return every


def _most(rule: str, found: Iterator[Recommendation]) -> list[Recommendation]:
    kept: dict[str, Recommendation] = {}
    for one in found:
        kept.setdefault(one.area, one)
    return list(kept.values())[: RULES[rule]["most"]]


def _low(found: Nation, level: str, cls: str) -> Iterator[Recommendation]:
    for row in findings.low(found, level, RULES["low"]["share"], cls):
        yield Recommendation(rule="low", area=row.area, figure=row)


def _gap(found: Nation, level: str, cls: str) -> Iterator[Recommendation]:
    for gap in findings.group_gaps(found, level, cls):
        if gap.width >= RULES["gap"]["share"]:
            yield Recommendation(rule="gap", area=gap.lower.area, apart=gap)


def _fell(shifts: Sequence[Shift]) -> Iterator[Recommendation]:
    for shift in sorted((shift for shift in shifts if shift.word == "lower"), key=lambda shift: shift.difference):
        yield Recommendation(rule="fell", area=shift.area, shift=shift)


def _region(found: Nation, level: str) -> Iterator[Recommendation]:
    below: dict[tuple[str, str], list[Figure]] = {}
    for row, nation, standing in findings.away(found, level):
        if standing == "lower" and nation.share - row.share >= RULES["region"]["share"]:
            below.setdefault((row.group, row.area), []).append(row)
    for (group, area), rows in sorted(below.items(), key=lambda entry: (-len(entry[1]), AREAS.index(entry[0][1]))):
        nation = found.of(level, group)[area]
        regions = tuple(sorted(rows, key=lambda row: (row.share, row.cls)))
        yield Recommendation(rule="region", area=area, figure=nation, regions=regions)


def _coverage(found: Nation, level: str, cls: str) -> Iterator[Recommendation]:
    for group in overview.groups(found, level, cls):
        one = next(iter(found.of(level, group, cls).values()))
        shares = overview.covered(one)
        if shares is not None and shares[0] < RULES["coverage"]["share"]:
            yield Recommendation(rule="coverage", area="", figure=one)


def _unanswered(found: Nation, level: str) -> Iterator[Recommendation]:
    every = sorted(instrument.unanswered(found, level), key=lambda row: (-row.all, row.area))
    for row in every:
        if row.all > RULES["unanswered"]["share"]:
            yield Recommendation(rule="unanswered", area=row.area, unanswered=row)
