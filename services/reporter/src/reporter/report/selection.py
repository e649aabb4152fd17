"""What of a report its reader looks at: one area or all, some groups or all, items in which order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from contracts.questionnaire import GROUPS
from reporter.report.assembly import SessionView
from reporter.report.school import SchoolReport


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """`area` None: the whole report; `groups` None: every group; `by_gap`: items with the widest gap first."""

    area: str | None = None
    groups: tuple[str, ...] | None = None
    by_gap: bool = False

    def query(self) -> tuple[tuple[str, str], ...]:
        """The query of an address that shows the same."""
        found = []
        if self.area is not None:
            found.append(("area", self.area))
        if self.by_gap:
            found.append(("sort", "gap"))
        if self.groups is not None:
            found.append(("groups", ",".join(self.groups)))
        return tuple(found)

    def has(self, group: str) -> bool:
        """Whether a group is looked at."""
        return self.groups is None or group in self.groups


WHOLE: Final = Selection()


def read(asked: Mapping[str, Any]) -> Selection:
    """The selection of a checked query: `area`, `sort`, `groups` (with commas). Groups come in the usual order."""
    named = str(asked.get("groups", "")).split(",")
    return Selection(
        area=asked.get("area"),
        groups=tuple(group for group in GROUPS if group in named) or None,
        by_gap=asked.get("sort") == "gap",
    )


def fitting(selection: Selection, report: SchoolReport) -> Selection:
    """The selection as far as a report has what it names: nothing is left out if nothing would remain."""
    shown = tuple(group for group in report.groups if selection.has(group))
    return replace(
        selection,
        area=selection.area if selection.area in report.areas and report.groups else None,
        groups=shown if 0 < len(shown) < len(report.groups) else None,
    )


def narrowed(view: SessionView, selection: Selection) -> SessionView:
    """The view with the figures of the selected groups alone; who answered and what is withheld stays."""
    if selection.groups is None:
        return view
    report = view.report
    changed = view.change
    if changed is not None:
        changed = replace(
            changed,
            areas=tuple(shift for shift in changed.areas if selection.has(shift.group)),
            items=tuple(shift for shift in changed.items if selection.has(shift.group)),
            series={key: means for key, means in changed.series.items() if selection.has(key[1])},
        )
    return replace(
        view,
        change=changed,
        benchmark=replace(view.benchmark, rows=tuple(row for row in view.benchmark.rows if selection.has(row.group))),
        report=replace(
            report,
            groups={group: table for group, table in report.groups.items() if selection.has(group)},
            figures={key: found for key, found in report.figures.items() if selection.has(key[1])},
            area_gaps=tuple(gap for gap in report.area_gaps if all(map(selection.has, gap.groups))),
            item_gaps={
                area: tuple(gap for gap in gaps if all(map(selection.has, gap.groups)))
                for area, gaps in report.item_gaps.items()
            },
            outliers=tuple(found for found in report.outliers if selection.has(found.group)),
        ),
    )


def ordered(report: SchoolReport, area: str, codes: list[str], by_gap: bool) -> list[str]:
    """An area's items in the form's order, or those with the widest gap first and those without one last."""
    if not by_gap:
        return codes
    places: dict[str, int] = {}
    for place, gap in enumerate(report.item_gaps.get(area, ())):
        places.setdefault(gap.code, place)
    return sorted(codes, key=lambda code: places.get(code, len(places) + len(codes)))
