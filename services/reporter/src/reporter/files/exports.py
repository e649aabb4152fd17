"""Files for other programs: guarded CSV, and a report as JSON, written from the tables of a report alone."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from contracts.questionnaire import Questionnaire
from reporter.files import sheets
from reporter.files.sheets import COLUMNS, Sheet
from reporter.report import cells
from reporter.report.assembly import GroupState, SessionView
from reporter.report.cells import Cell, percent
from reporter.report.school import Gap
from reporter.shown import figures
from reporter.shown.figures import Mean
from reporter.shown.tables import Share, ShownGroup, ShownItem

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
AS_ROWS: Final = ("benchmark", "change", "whole", "advice", "plan", "withheld")
CSV_COLUMNS: Final = ("table", *dict.fromkeys(column for columns in COLUMNS.values() for column in columns))


def guarded(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula; None is empty."""
    text = "" if value is None else str(value)
    risky = text.startswith(FORMULA) or text.lstrip().startswith(FORMULA)
    return "'" + text if risky and not _number(text) else text


def sheet(columns: Sequence[str], rows: Iterable[Sequence[Any]], mark: bool = True, counted: bool = True) -> bytes:
    """UTF-8 CSV, with a byte order mark if asked for; the last line counts the rows, so that a cut file shows (unless
    they are `counted` elsewhere and every line shall be a row)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(column) for column in columns])
    count = 0
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
        count += 1
    if counted:
        writer.writerow(["rows", str(count)])
    return ((BOM if mark else "") + out.getvalue()).encode()


def school_sheet(view: SessionView, questionnaire: Questionnaire, language: str, mark: bool = True) -> bytes:
    """Every table of a report under one another; the first column names the table, a column of another one is empty."""
    found = sheets.sheets(view, questionnaire, language)
    return sheet(CSV_COLUMNS, (_spread(one, document) for one in found for document in one.documents), mark)


def school_document(view: SessionView, questionnaire: Questionnaire, language: str) -> dict[str, Any]:
    """The whole report as JSON-ready values; percentages are whole, means have one decimal."""
    report = view.report
    found = sheets.sheets(view, questionnaire, language)
    return {
        "session": view.session,
        "school": view.school,
        "campaign": view.campaign,
        "level": view.level,
        "questionnaire": view.questionnaire,
        "language": language,
        "state": view.state,
        "everything_received_is_counted": view.complete,
        "groups": [group_document(group) for group in view.groups],
        "areas": [
            {
                "area": area,
                "name": questionnaire.area_name(area, language),
                "figures": [
                    {
                        "group": group,
                        "asked": report.figures[area, group].asked,
                        "agree_percent": percent(report.figures[area, group].share),
                        "rated": report.figures[area, group].rated,
                        "band": report.figures[area, group].band,
                        **_mean(report.figures[area, group].mean),
                    }
                    for group in report.groups
                ],
            }
            for area in report.areas
        ],
        "area_gaps": [gap_document(gap) for gap in report.area_gaps],
        "item_gaps": [gap_document(gap) for gaps in report.item_gaps.values() for gap in gaps],
        "items": [
            {"group": group, **_item(item, table, cells.text(view, item.code, group, questionnaire, language))}
            for group, table in report.groups.items()
            for item in (*table.items.values(), *table.own.values())
        ],
        "background": [
            {
                "group": group,
                "question": code,
                "text": questionnaire.question_text(code, group, language, view.level),
                "answers": [{"option": option.option, **_share(option.share)} for option in options],
            }
            for group, table in report.groups.items()
            for code, options in table.background.items()
        ],
        **{one.name: one.documents for one in found if one.name in AS_ROWS},
        "rows_by_table": {one.name: len(one.rows) for one in found},
        "rows": sheets.count(found),
    }


def group_document(group: GroupState) -> dict[str, Any]:
    """One group's state as JSON-ready values."""
    return {
        "group": group.group,
        "state": group.state,
        "reason": group.reason,
        "k": group.k,
        "registered": group.registered,
        "expected": group.expected,
        "answers": group.n if group.n is not None else group.answers,
        "answers_exact": group.n is not None,
        "response_percent": percent(group.rate),
        "registry_too_low": group.over,
        "as_of": group.as_of,
        "slips": dict(group.slips) if group.slips else None,
        "left": cells.left_in_box(group),
    }


def gap_document(gap: Gap) -> dict[str, Any]:
    """A gap between two groups as JSON-ready values; the number only from 100 in both."""
    effect = gap.effect
    return {
        "code": gap.code,
        "groups": list(gap.groups),
        "agree_percent": [percent(share) for share in gap.shares],
        "effect": effect.word if effect else None,
        "higher": gap.groups[effect.higher] if effect and effect.higher is not None else None,
        "probability": round(effect.probability, 1) if effect and gap.numbered else None,
    }


def _spread(one: Sheet, document: Mapping[str, Cell]) -> list[Cell]:
    return [one.name, *(document.get(column) for column in CSV_COLUMNS[1:])]


def _item(item: ShownItem, table: ShownGroup, words: str) -> dict[str, Any]:
    return {
        "code": item.code,
        "text": words,
        "answers": table.n,
        "rated": item.rated,
        "shares": None if item.shares is None else [_share(share) for share in item.shares],
        "agree_percent": cells.item_agree(item),
        "reason": item.reason,
        **_mean(figures.item_mean(item, table.n)),
    }


def _share(share: Share) -> dict[str, Any]:
    return {"kind": share.kind, "percent": share.percent}


def _mean(mean: Mean | None) -> Mapping[str, float | None]:
    return dict(zip(("mean", "mean_low", "mean_high"), cells.mean_cells(mean), strict=True))


def _number(text_: str) -> bool:
    try:
        float(text_)
    except ValueError:
        return False
    return text_[:1] in "+-"
