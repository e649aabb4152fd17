"""The whole school in words: each area by group over the levels, in one language."""

from collections.abc import Mapping
from typing import Any

from contracts.questionnaire import LEVELS
from reporter.report.assembly import SessionView
from reporter.told.words import Voice


def section(voice: Voice, view: SessionView) -> Mapping[str, Any]:
    """The names of the section's template: `whole` is None where no two levels show the same area of a group."""
    found = view.whole
    if not found:
        return {"whole": None}
    groups = list(dict.fromkeys(figure.group for figure in found))
    cells = {(figure.area, figure.group): figure for figure in found}
    rows = []
    for area in dict.fromkeys(figure.area for figure in found):
        row: list[Any] = [voice.area(area)]
        for group in groups:
            figure = cells.get((area, group))
            row.append(
                {"none": voice.t("whole.too_few_levels" if _asked(voice, area, group) else "cell.not_asked")}
                if figure is None
                else {
                    "share": voice.percent(figure.share),
                    "note": voice.t("whole.note", n=figure.n, levels=_names(voice, figure.levels)),
                    "missing": voice.t("whole.missing", levels=_names(voice, figure.missing))
                    if figure.missing
                    else None,
                }
            )
        rows.append(row)
    return {"whole": {"groups": groups, "rows": rows}}


def _asked(voice: Voice, area: str, group: str) -> bool:
    """Whether any level asks this group about this area."""
    known = voice.questionnaire
    return any(area in known.area_items(level, group) for level in LEVELS if group in known.groups(level))


def _names(voice: Voice, levels: tuple[str, ...]) -> str:
    return ", ".join(voice.questionnaire.level_name(level, voice.language) for level in levels)
