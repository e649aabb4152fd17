"""What one group is asked, as values: read from the collector's questionnaire or from the item bank."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.questionnaire import bank


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A background question with its closed list: `one` option, `many` (tick list) or `ten` ("1" to "10")."""

    code: str
    kind: str
    options: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """Item codes and background questions of one group, in the order of the form."""

    version: str
    items: tuple[str, ...]
    questions: tuple[Question, ...]


def from_bank(level: str, group: str) -> Form:
    """The core items and all background questions of a group at a level."""
    current = bank()
    found = [current.question(code) for code in current.background(level, group)]
    return Form(
        version=current.version,
        items=current.core(level, group),
        questions=tuple(Question(code=q.code, kind=q.kind, options=q.options) for q in found),
    )


def from_questionnaire(document: Mapping[str, Any]) -> dict[str, Form]:
    """The form of each group from what `GET /v1/sessions/{session}/questionnaire` answers."""
    return {
        group: Form(
            version=document["version"],
            items=tuple(item["code"] for item in asked["items"]),
            questions=tuple(_question(question) for question in asked["background"]),
        )
        for group, asked in document["groups"].items()
    }


def _question(raw: Mapping[str, Any]) -> Question:
    options = tuple(option["code"] if isinstance(option, Mapping) else option for option in raw["options"])
    return Question(code=raw["code"], kind=raw["kind"], options=options)
