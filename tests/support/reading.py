"""What each output of a school report says of an item's five answers, read back from the output alone."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser

import openpyxl
from werkzeug.test import TestResponse

from contracts.questionnaire import GROUPS, bank
from reporter.pages.rendering import TEXTS

Cell = int | str | None
Cells = dict[tuple[str, str], tuple[Cell, ...]]
"""(item, group) to five cells: 35, "≤5", "≥95", "masked"; five times None where nothing is shown."""
LANGUAGE = "en"
NAMES = {bank().group_name(group, LANGUAGE): group for group in GROUPS}
ANSWERS = bank().scale("agree", LANGUAGE)
NOTHING: tuple[Cell, ...] = (None,) * 5
MASKED = TEXTS.get("cell.masked", LANGUAGE)


class Tables(HTMLParser):
    """The rows of every table of a page by the table's id, and the blocks of chart definitions."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self.charts: list[dict[str, object]] = []
        self._table = self._text = ""
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self._table = given.get("id") or ""
            self.rows[self._table] = []
        elif tag == "tr" and self._table:
            self.rows[self._table].append([])
        elif tag in ("td", "th") or (tag == "script" and given.get("class") == "chart-definition"):
            self._text, self._inside = "", True

    def handle_data(self, data: str) -> None:
        if self._inside:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._table:
            self.rows[self._table][-1].append(" ".join(self._text.split()))
        elif tag == "script" and self._inside:
            self.charts.append(json.loads(self._text))
        elif tag == "table":
            self._table = ""
        if tag in ("td", "th", "script"):
            self._inside = False


def of_json(answer: TestResponse) -> Cells:
    """The JSON document."""
    found: Cells = {}
    assert answer.json is not None
    for item in answer.json["items"]:
        shares = [share_cell(share["kind"], share["percent"]) for share in item["shares"] or ()]
        found[item["code"], item["group"]] = tuple(shares) or NOTHING
    return found


def of_csv(answer: TestResponse) -> Cells:
    """The rows of the table of items."""
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    return {
        (row["item"], row["group"]): tuple(_cell(row[f"answer_{answer_}"]) for answer_ in range(1, 6))
        for row in rows
        if row["table"] == "items"
    }


def of_workbook(answer: TestResponse) -> Cells:
    """The sheet of items."""
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    rows = list(book[TEXTS.get("sheet.name_items", LANGUAGE)].iter_rows(values_only=True))
    first = list(rows[0]).index(bank().scale("agree", LANGUAGE)[0])
    found: Cells = {}
    for row in rows[1:-1]:
        cells = tuple(_cell(value) for value in row[first : first + 5])
        found[str(row[1]), NAMES[str(row[2])]] = cells
    return found


def of_page(answer: TestResponse) -> Cells:
    """The tables of a page or of its print."""
    found: Cells = {}
    for name, rows in Tables(answer.text).rows.items():
        if not name.startswith("items-"):
            continue
        for row in rows[1:]:
            code, group = row[0].split(" · ")[0], NAMES[row[1].lstrip("◆●▲■ ")]
            found[code, group] = NOTHING if row[5] == "" else tuple(_cell(text) for text in row[4:9])
    return found


def of_charts(answer: TestResponse) -> Cells:
    """The words of every part of every bar of a page; None for a masked part that has no width."""
    found: Cells = {}
    for block in Tables(answer.text).charts:
        for screen in ("wide", "narrow"):
            sets = block[screen]["datasets"]  # type: ignore[index]  # what the page's script reads
            if "parts" in sets:
                found |= _bars(sets["parts"], sets["items"])
    return found


def _bars(parts: list[dict[str, object]], items: list[dict[str, object]]) -> Cells:
    starts = [(row["y"], re.match(r"([A-H]\d+|X\d+) · ", str(row["text"]))) for row in items]
    found: dict[tuple[str, str], list[Cell]] = {}
    for part in parts:
        code = [match[1] for y, match in starts if match and y < part["top"]][-1]  # type: ignore[operator]  # numbers
        who, said = str(part["words"]).split(": ", 1)
        answer = max((label for label in ANSWERS if said.startswith(label)), key=len)
        found.setdefault((code, NAMES[who]), [None] * 5)[ANSWERS.index(answer)] = _spoken(said)
    return {place: tuple(cells) for place, cells in found.items()}


def _spoken(words: str) -> Cell:
    """A part's tooltip, "Agree, 45%" or "Agree, 5% or less (not shown exactly)"."""
    number = re.search(r", (\d+)%( or less| or more)?", words)
    if number is None:
        assert "masked" in words
        return "masked"
    share: dict[str | None, Cell] = {None: int(number[1]), " or less": f"≤{number[1]}", " or more": f"≥{number[1]}"}
    return share[number[2]]


def share_cell(kind: str, percent: int | None) -> Cell:
    """A share of the JSON document."""
    return {"share": percent, "at-most": f"≤{percent}", "at-least": f"≥{percent}", "masked": "masked"}[kind]


def _cell(value: object) -> Cell:
    text = str(value if value is not None else "").replace(" ", "").removesuffix("%")
    if text in ("", "None"):
        return None
    return int(text) if text.isdecimal() else "masked" if text == MASKED else text


READERS: Mapping[str, tuple[Callable[[TestResponse], Cells], ...]] = {
    "report": (of_page,),
    "report_json": (of_json,),
    "report_csv": (of_csv,),
    "report_xlsx": (of_workbook,),
    "report_pdf": (of_page,),
    "participation": (),
    "plan": (),
    "guide": (),
}
"""How the distributions that a route prints are read back; () for one that prints none."""
