"""Tables for other programs: JSON documents and guarded CSV, written from the shown table and from editions alone."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from contracts.questionnaire import OwnItem, Questionnaire
from reporter import figures
from reporter.assembly import GroupState, SessionView
from reporter.figures import Mean
from reporter.school import Gap
from reporter.tables import Share, ShownGroup, ShownItem

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
SCHOOL_COLUMNS: Final = (
    *("area", "item", "group", "text", "answers", "rated", "answer_1", "answer_2", "answer_3", "answer_4", "answer_5"),
    *("agree_percent", "mean", "mean_low", "mean_high", "not_shown_because", "as_of"),
)


def guarded(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula; None is empty."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(FORMULA) and not _number(text) else text


def sheet(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 CSV with a byte order mark; the last line says how many rows there are, so that a cut file shows."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(column) for column in columns])
    count = 0
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
        count += 1
    writer.writerow(["rows", str(count)])
    return (BOM + out.getvalue()).encode()


def share_text(share: Share) -> str:
    """A share in whole per cent as a cell: "35", "≤5", "≥95", or "masked"."""
    if share.kind == "masked":
        return "masked"
    return {"share": "", "at-most": "≤", "at-least": "≥"}[share.kind] + str(share.percent)


def school_sheet(view: SessionView, questionnaire: Questionnaire, language: str) -> bytes:
    """The shown table of a session, a row an item and group; bands of three or four leaders a row an area."""
    return sheet(SCHOOL_COLUMNS, _school_rows(view, questionnaire, language))


def school_document(view: SessionView, questionnaire: Questionnaire, language: str) -> dict[str, Any]:
    """The whole report as JSON-ready values; percentages are whole, means have one decimal."""
    report = view.report
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
                        "agree_percent": _percent(report.figures[area, group].share),
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
            {"group": group, **_item(item, table, text(view, item.code, group, questionnaire, language))}
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
        "rows": sum(len(table.items) + len(table.own) for table in report.groups.values()),
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
        "response_percent": _percent(group.rate),
        "registry_too_low": group.over,
        "as_of": group.as_of,
        "slips": dict(group.slips) if group.slips else None,
    }


def gap_document(gap: Gap) -> dict[str, Any]:
    """A gap between two groups as JSON-ready values; the number only from 100 in both."""
    effect = gap.effect
    return {
        "code": gap.code,
        "groups": list(gap.groups),
        "agree_percent": [_percent(share) for share in gap.shares],
        "effect": effect.word if effect else None,
        "higher": gap.groups[effect.higher] if effect and effect.higher is not None else None,
        "probability": round(effect.probability, 1) if effect and gap.numbered else None,
    }


def text(view: SessionView, code: str, group: str, questionnaire: Questionnaire, language: str) -> str:
    """An item's words as this group reads it, the school's own ones included."""
    if code in view.own:
        return OwnItem(code=code, texts=view.own[code]).text(language)
    return questionnaire.text(code, group, view.level, language).text


def _school_rows(view: SessionView, questionnaire: Questionnaire, language: str) -> Iterable[list[Any]]:
    for group, table in view.report.groups.items():
        for area, band in (table.bands or {}).items():
            name = questionnaire.area_name(area, language)
            yield [area, None, group, name, table.n, *[None] * 6, f"band {band + 1} of 4", *[None] * 4, table.as_of]
        for item in (*table.items.values(), *table.own.values()):
            mean = figures.item_mean(item, table.n)
            shares = [share_text(share) for share in item.shares] if item.shares else [None] * 5
            agree = None if item.shares is None else _percent(figures.agree(figures.chances(item.shares)))
            yield [
                *(item.code[0], item.code, group, text(view, item.code, group, questionnaire, language)),
                *(table.n, item.rated, *shares, agree),
                *(_mean(mean)[name] for name in ("mean", "mean_low", "mean_high")),
                *(item.reason, table.as_of),
            ]


def _item(item: ShownItem, table: ShownGroup, words: str) -> dict[str, Any]:
    return {
        "code": item.code,
        "text": words,
        "answers": table.n,
        "rated": item.rated,
        "shares": None if item.shares is None else [_share(share) for share in item.shares],
        "agree_percent": None if item.shares is None else _percent(figures.agree(figures.chances(item.shares))),
        "reason": item.reason,
        **_mean(figures.item_mean(item, table.n)),
    }


def _share(share: Share) -> dict[str, Any]:
    return {"kind": share.kind, "percent": share.percent}


def _mean(mean: Mean | None) -> Mapping[str, float | None]:
    if mean is None:
        return {"mean": None, "mean_low": None, "mean_high": None}
    return {"mean": round(mean.value, 1), "mean_low": round(mean.low, 1), "mean_high": round(mean.high, 1)}


def _percent(share: float | None) -> int | None:
    return None if share is None else int(100 * share + 0.5)


def _number(text_: str) -> bool:
    try:
        float(text_)
    except ValueError:
        return False
    return text_[:1] in "+-"
