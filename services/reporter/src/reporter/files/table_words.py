"""The tables of a report in words: their names, the headings of their columns, and what their codes mean."""

from typing import Any

from reporter.files.sheets import Say
from reporter.report.cells import Cell
from reporter.told import words
from reporter.told.words import Voice


def name(voice: Voice, table: str) -> str:
    """A table's name."""
    return voice.t(f"sheet.name_{table}")


def heading(voice: Voice, column: str) -> str:
    """A column's heading; the five answers in the words of the scale."""
    if column.startswith("answer_"):
        return voice.questionnaire.scale("agree", voice.language)[int(column[-1]) - 1]
    return voice.t(f"sheet.column_{column}")


def saying(voice: Voice) -> Say:
    """Turns codes into words of a language."""

    def say(kind: str, code: Any, k: int) -> Cell:
        if kind == "group":
            return voice.group_name(code)
        if kind == "level":
            return voice.questionnaire.level_name(code, voice.language)
        if kind == "reason":
            return words.reason(voice, code, k)
        if kind == "change":
            return voice.t(f"change.word_{code}")
        if kind in ("effect", "band", "owner"):
            return voice.t(f"{kind}.{code}")
        if kind == "asked":
            return voice.t("sheet.yes" if code else "sheet.no")
        return voice.t(f"sheet.{kind}_{code}")

    return say
