"""A report as an XLSX workbook: a sheet a table, in words, every text behind the same guard as in CSV."""

import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import xlsxwriter

from reporter.files import sheets, table_words
from reporter.files.exports import guarded
from reporter.report.assembly import SessionView
from reporter.report.cells import Cell
from reporter.told.words import Voice

LONGEST_NAME: Final = 31
FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
WIDTHS: Final[Mapping[str, int]] = {"text": 70, "name": 40, "goal": 60, "answer": 30, "not_shown_because": 40}
WIDTH: Final = 16


def workbook(view: SessionView, voice: Voice, about: Sequence[tuple[str, str]]) -> bytes:
    """The whole report; `about` is what its first sheet says, as pairs of a name and a text."""
    found = sheets.sheets(view, voice.questionnaire, voice.language, table_words.saying(voice))
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": guarded(about[0][1]), "created": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)}
    )
    styles = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "text": book.add_format({"valign": "top", "text_wrap": True}),
    }
    first = book.add_worksheet(sheet_name(voice.t("sheet.name_about")))
    first.set_column(0, 1, 50)
    for place, pair in enumerate(about):
        _write(first, place, pair, styles["text"])
    _write(first, len(about), (voice.t("sheet.rows"), sheets.count(found)), styles["text"])
    for table in found:
        page = book.add_worksheet(sheet_name(table_words.name(voice, table.name)))
        page.freeze_panes(1, 0)
        for column, key in enumerate(table.columns):
            page.set_column(column, column, WIDTHS.get(key, WIDTH))
        _write(page, 0, [table_words.heading(voice, column) for column in table.columns], styles["head"])
        for place, row in enumerate(table.rows, 1):
            _write(page, place, row, styles["text"])
        _write(page, len(table.rows) + 1, (voice.t("sheet.rows"), len(table.rows)), styles["text"])
    book.close()
    return out.getvalue()


def sheet_name(text: str) -> str:
    """A name that every program takes for a sheet: no forbidden signs, no quote at an end, at most 31 letters."""
    return FORBIDDEN.sub(" ", guarded(text)).strip("' ")[:LONGEST_NAME].strip("' ") or "–"


def _write(page: Any, row: int, cells: Sequence[Cell], style: Any) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, int | float):
            page.write_number(row, column, cell, style)
        elif cell is not None:
            page.write_string(row, column, guarded(cell), style)
