"""The form of the action plan: rows of fields in, steps or faults out, and the fields of its page."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reporter.report.assembly import SessionView
from reporter.report.plan import FIELDS, LONGEST_GOAL, MOST_STEPS, OWNERS, Faults, Plan
from reporter.told.plan_words import item
from reporter.told.words import Voice

BLANK: Final = 2
Row = Mapping[str, str]


def rows_sent(form: Mapping[str, str]) -> list[Row]:
    """Every row that somebody filled in and did not take out, in the order of the page."""
    found: list[Row] = []
    for place in range(MOST_STEPS):
        row = {field: form.get(f"{field}-{place}", "") for field in FIELDS}
        if any(value.strip() for value in row.values()) and not form.get(f"remove-{place}"):
            found.append(row)
    return found


def rows_of(plan: Plan) -> list[Row]:
    """A plan's steps as rows of the form."""
    return [{field: getattr(step, field) for field in FIELDS} for step in plan.steps]


def carried(plan: Plan) -> list[Row]:
    """The steps of an earlier plan as rows to begin with; each needs a new day."""
    return [{**row, "due": ""} for row in rows_of(plan)]


def page_rows(rows: Sequence[Row], faults: Mapping[tuple[int, str], str]) -> list[dict[str, Any]]:
    """The rows of the page with blank ones at the end; `faults` maps (place, field) to a sentence."""
    blank = dict.fromkeys(FIELDS, "")
    shown = [*rows, *[blank] * BLANK][:MOST_STEPS]
    return [
        {"place": place, "fields": row, "errors": {field: faults.get((place, field)) for field in FIELDS}}
        for place, row in enumerate(shown)
    ]


def told(voice: Voice, faults: Faults) -> dict[tuple[int, str], str]:
    """The faults as sentences by (place on the page, field)."""
    return {
        (min(at, MOST_STEPS - 1), field): voice.t(
            f"plan.fault_{field}_{code}", number=at + 1, most=LONGEST_GOAL, steps=MOST_STEPS
        )
        for at, field, code in faults.found
    }


def items(voice: Voice, view: SessionView) -> list[tuple[str, str]]:
    """(code, words) of every item that may be chosen, none first."""
    return [("", voice.t("plan.choose")), *((code, f"{code} · {item(voice, view, code)}") for code in view.items)]


def owners(voice: Voice) -> list[tuple[str, str]]:
    """(role, words) of everyone who may own a step, none first."""
    return [("", voice.t("plan.choose")), *((owner, voice.t(f"owner.{owner}")) for owner in OWNERS)]
