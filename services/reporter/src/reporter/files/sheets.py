"""A report as tables: the same rows under CSV, XLSX, JSON and the count of rows that closes each of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.questionnaire import Questionnaire
from reporter.report.assembly import SessionView
from reporter.report.cells import Cell, item_agree, left_in_box, mean_cells, percent, share_text, tenths, text
from reporter.report.school import Gap
from reporter.shown import figures

Row = tuple[Cell, ...]
Say = Callable[[str, Any, int], Cell]
"""Turns (kind, code, k) into what stands in a cell: the code itself for programs, words for people."""
SLIPS: Final = ("issued", "reissued", "revoked", "used")
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "overview": (
        *("area", "name", "group", "asked", "agree_percent", "mean", "mean_low", "mean_high", "rated", "band"),
        "as_of",
    ),
    "items": (
        *("area", "item", "group", "text", "answers", "rated"),
        *("answer_1", "answer_2", "answer_3", "answer_4", "answer_5", "agree_percent"),
        *("mean", "mean_low", "mean_high", "not_shown_because", "as_of"),
    ),
    "background": ("question", "group", "text", "answer", "share", "as_of"),
    "gaps": (
        *("area", "item", "first", "second", "agree_first", "agree_second", "difference", "higher", "probability"),
    ),
    "benchmark": (
        *("area", "name", "group", "mean", "mean_low", "mean_high"),
        *("similar_low", "similar_high", "similar_schools", "to_similar"),
        *("nation_low", "nation_high", "nation_schools", "to_nation"),
    ),
    "change": (
        *("area", "item", "group", "since", "rated_then", "rated", "agree_then", "agree_percent"),
        *("mean_then", "mean", "change"),
    ),
    "whole": ("area", "name", "group", "agree_percent", "answers", "levels", "levels_missing"),
    "advice": ("area", "item", "rule", "group", "second"),
    "plan": ("session", "item", "goal", "owner", "due", "group", "mean_then", "expected", "mean", "change"),
    "participation": (
        *("group", "state", "not_shown_because", "answers", "answers_exact", "registered", "expected_people"),
        *("response_percent", "registry_too_low", *SLIPS, "left", "as_of"),
    ),
    "withheld": ("group", "area", "item", "answer", "not_shown_because"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """One table: its name in COLUMNS, and its rows."""

    name: str
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns."""
        return COLUMNS[self.name]

    @property
    def documents(self) -> list[dict[str, Cell]]:
        """The rows by column names."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def as_code(kind: str, code: Any, k: int) -> Cell:
    """For programs: every code as it is."""
    return code  # type: ignore[no-any-return]  # a code of any kind


def sheets(view: SessionView, questionnaire: Questionnaire, language: str, say: Say = as_code) -> tuple[Sheet, ...]:
    """Every table of a report, in reading order, also the empty ones."""
    by_name: dict[str, Iterator[Row]] = {
        "overview": _overview(view, questionnaire, language, say),
        "items": _items(view, questionnaire, language, say),
        "background": _background(view, questionnaire, language, say),
        "gaps": _gaps(view, say),
        "benchmark": _benchmark(view, questionnaire, language, say),
        "change": _change(view, say),
        "whole": _whole(view, questionnaire, language, say),
        "advice": _advice(view, say),
        "plan": _plan(view, say),
        "participation": _participation(view, say),
        "withheld": _withheld(view, say),
    }
    return tuple(Sheet(name=name, rows=tuple(by_name[name])) for name in COLUMNS)


def count(found: Sequence[Sheet]) -> int:
    """How many rows there are in all tables together."""
    return sum(len(sheet.rows) for sheet in found)


def _overview(view: SessionView, questionnaire: Questionnaire, language: str, say: Say) -> Iterator[Row]:
    for area in view.report.areas:
        for group, table in view.report.groups.items():
            found = view.report.figures[area, group]
            yield (
                *(area, questionnaire.area_name(area, language), say("group", group, 0), say("asked", found.asked, 0)),
                *(percent(found.share), *mean_cells(found.mean), found.rated),
                *(None if found.band is None else say("band", found.band, 0), table.as_of),
            )


def _items(view: SessionView, questionnaire: Questionnaire, language: str, say: Say) -> Iterator[Row]:
    for group, table in view.report.groups.items():
        for item in (*table.items.values(), *table.own.values()):
            shares = item.shares and [share_text(share, say("reason", "masked", table.k)) for share in item.shares]
            yield (
                *(item.code[0], item.code, say("group", group, 0)),
                *(text(view, item.code, group, questionnaire, language), table.n, item.rated),
                *(shares or [None] * 5),
                *(item_agree(item), *mean_cells(figures.item_mean(item, table.n))),
                *(item.reason and say("reason", item.reason, table.k), table.as_of),
            )


def _background(view: SessionView, questionnaire: Questionnaire, language: str, say: Say) -> Iterator[Row]:
    for group, table in view.report.groups.items():
        for code, options in table.background.items():
            asked = questionnaire.question_text(code, group, language, view.level)
            for option in options:
                named = questionnaire.question(code).options
                told = (
                    questionnaire.option_text(code, option.option, language)
                    if option.option in named
                    else say("option", option.option or "other", 0)
                )
                yield code, say("group", group, 0), asked, told, share_text(option.share), table.as_of


def _gaps(view: SessionView, say: Say) -> Iterator[Row]:
    for gap in view.report.area_gaps:
        yield gap.code, None, *_gap(gap, say)
    for area, gaps in view.report.item_gaps.items():
        for gap in gaps:
            yield area, gap.code, *_gap(gap, say)


def _gap(gap: Gap, say: Say) -> Row:
    effect = gap.effect
    higher = None if effect is None or effect.higher is None else say("group", gap.groups[effect.higher], 0)
    return (
        *(say("group", group, 0) for group in gap.groups),
        *(percent(share) for share in gap.shares),
        *(say("effect", effect.word if effect else "none", 0), higher),
        round(effect.probability, 1) if effect and gap.numbered else None,
    )


def _benchmark(view: SessionView, questionnaire: Questionnaire, language: str, say: Say) -> Iterator[Row]:
    for row in view.benchmark.rows:
        bands = [
            (None, None, None) if band is None else (tenths(band.low), tenths(band.high), band.schools)
            for band in (row.similar, row.nation)
        ]
        places = [place and say("place", place, 0) for place in (row.to_similar, row.to_nation)]
        yield (
            *(row.area, questionnaire.area_name(row.area, language), say("group", row.group, 0), *mean_cells(row.own)),
            *(*bands[0], places[0], *bands[1], places[1]),
        )


def _change(view: SessionView, say: Say) -> Iterator[Row]:
    if view.change is None:
        return
    since = view.change.since
    for shift in (*view.change.areas, *view.change.items):
        item = None if shift in view.change.areas else shift.code
        means = (None, None) if shift.means is None else tuple(tenths(mean.value) for mean in shift.means)
        yield (
            *(since.questionnaire.items[shift.code].area if item else shift.code, item, say("group", shift.group, 0)),
            *(since.opened, *shift.people, *(percent(share) for share in shift.shares), *means),
            say("change", shift.word, 0),
        )


def _whole(view: SessionView, questionnaire: Questionnaire, language: str, say: Say) -> Iterator[Row]:
    for found in view.whole:
        levels = [", ".join(str(say("level", level, 0)) for level in part) for part in (found.levels, found.missing)]
        yield (
            *(found.area, questionnaire.area_name(found.area, language), say("group", found.group, 0)),
            *(percent(found.share), found.n, levels[0], levels[1] or None),
        )


def _advice(view: SessionView, say: Say) -> Iterator[Row]:
    for found in view.advice:
        groups = [say("group", group, 0) for group in found.groups]
        item = None if found.rule == "low" else found.code
        yield found.area, item, say("rule", found.rule, 0), groups[0], groups[1] if len(groups) > 1 else None


def _plan(view: SessionView, say: Say) -> Iterator[Row]:
    for step in view.plan.steps:
        yield view.session, step.item, step.goal, say("owner", step.owner, 0), step.due, *[None] * 5
    if view.followed is None:
        return
    for step, checks in zip(view.followed.plan.steps, view.followed.checks, strict=True):
        named = (view.followed.session, step.item, step.goal, say("owner", step.owner, 0), step.due)
        if not checks:
            yield *named, *[None] * 5
        for check in checks:
            then, now = (None if mean is None else tenths(mean.value) for mean in (check.then, check.now))
            yield (
                *(*named, say("group", check.group, 0), then, tenths(check.expected), now),
                say("change", check.word, 0),
            )


def _participation(view: SessionView, say: Say) -> Iterator[Row]:
    for group in view.groups:
        slips = group.slips or {}
        yield (
            *(say("group", group.group, 0), say("state", group.state, group.k)),
            group.reason and say("reason", group.reason, group.k),
            *(group.n if group.n is not None else group.answers, say("asked", group.n is not None, 0)),
            *(group.registered, group.expected, percent(group.rate), say("asked", group.over, 0)),
            *(*(slips.get(name) for name in SLIPS), left_in_box(group), group.as_of),
        )


def _withheld(view: SessionView, say: Say) -> Iterator[Row]:
    """Whatever is not shown, and why: groups, areas of a band, items, single classes of an item."""
    for group in view.groups:
        if group.state == "withheld":
            yield say("group", group.group, 0), None, None, None, say("reason", group.reason, group.k)
    for name, table in view.report.groups.items():
        group_name = say("group", name, 0)
        if table.bands is not None:
            yield group_name, None, None, None, say("reason", "bands-only", table.k)
        for item in (*table.items.values(), *table.own.values()):
            if item.shares is None:
                yield group_name, item.code[0], item.code, None, say("reason", item.reason, table.k)
            for answer, share in enumerate(item.shares or (), 1):
                if share.kind == "masked":
                    yield group_name, item.code[0], item.code, answer, say("reason", "masked", table.k)
