"""The questionnaire: who is asked which item at which level, and in which words."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from contracts import bank as files
from contracts.bank import LANGUAGES, BankFault, Texts
from contracts.data import folder
from contracts.forms import (
    AREAS,
    GROUPS,
    LEVELS,
    BackgroundQuestion,
    Item,
    Scale,
    form,
    groups_at,
    read_background,
    read_items,
)

__all__ = [
    "AREAS",
    "CURRENT",
    "GROUPS",
    "LANGUAGES",
    "LEVELS",
    "OWN_CODES",
    "BackgroundQuestion",
    "BankFault",
    "Item",
    "ItemText",
    "OwnItem",
    "Questionnaire",
    "UnknownVersion",
    "bank",
    "versions",
]

CURRENT = "2026-1"
"""The version that new campaigns take."""
OWN_CODES = tuple(f"X{number}" for number in range(1, 11))


class UnknownVersion(LookupError):
    """There is no questionnaire of this version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemText:
    """An item as one group reads it: the statement, and one line that explains it."""

    text: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnItem:
    """A school's own item, "X1" to "X10", on the common scale; `texts` by language (at least one)."""

    code: str
    texts: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.code not in OWN_CODES:
            raise ValueError(f"no code of an own item: {self.code!r}")
        if not any(text.strip() for text in self.texts.values()):
            raise ValueError(f"own item {self.code} has no text")

    def spoken(self, language: str) -> str:
        """This language if the school wrote the item in it, else the first in which it did."""
        written = [each for each, text in self.texts.items() if text.strip()]
        return language if language in written else written[0]

    def text(self, language: str) -> str:
        """The text in this language, or else in the first one that the school wrote."""
        return self.texts[self.spoken(language)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Questionnaire:
    """One version of the item bank, complete in every language. Arguments that are none of ours (a level, a group, a
    language) raise ValueError or KeyError; so does a text that this group does not read."""

    version: str
    areas: tuple[str, ...]
    items: Mapping[str, Item]
    questions: Mapping[str, BackgroundQuestion]
    _item_texts: Mapping[tuple[str, str, str], ItemText]
    _texts: Mapping[tuple[str, ...], str]

    def groups(self, level: str) -> tuple[str, ...]:
        """The groups that answer at this level."""
        return groups_at(level)

    def core(self, level: str, group: str) -> tuple[str, ...]:
        """Codes of the items that this group is always asked, in the order of the form."""
        return form(self.items.values(), level, group, "core")

    def optional(self, level: str, group: str) -> tuple[str, ...]:
        """Codes of the items that a school may switch on for this group, in the order of the form."""
        return form(self.items.values(), level, group, "optional")

    def area_items(self, level: str, group: str) -> dict[str, tuple[str, ...]]:
        """Core items on the common scale by area; areas in which the group has none are left out."""
        core = [self.items[code] for code in self.core(level, group)]
        found = {area: tuple(i.code for i in core if i.area == area and i.scale == "agree") for area in self.areas}
        return {area: codes for area, codes in found.items() if codes}

    def background(self, level: str, group: str) -> tuple[str, ...]:
        """Codes of the background questions of this group, in the order of the form."""
        asked = group in groups_at(level)
        return tuple(question.code for question in self.questions.values() if asked and group in question.groups)

    def question(self, code: str) -> BackgroundQuestion:
        """The background question of this code."""
        return self.questions[code]

    def text(self, code: str, group: str, level: str, language: str) -> ItemText:
        """An item as this group reads it at this level; KeyError if the group is not asked it there."""
        if not self.items[code].asked(level, group):
            raise KeyError(f"{code} is not asked of {group} at {level}")
        return self._item_texts[code, wording(group, level), language]

    def area_name(self, area: str, language: str) -> str:
        """The area: "Leadership"."""
        return self._texts[language, "names", "areas", area, "name"]

    def area_question(self, area: str, language: str) -> str:
        """What the area asks, in one plain question."""
        return self._texts[language, "names", "areas", area, "question"]

    def group_name(self, group: str, language: str) -> str:
        """The group in the plural: "Teachers"."""
        return self._texts[language, "names", "groups", group, "name"]

    def member_name(self, group: str, language: str) -> str:
        """One of the group: "Teacher"."""
        return self._texts[language, "names", "groups", group, "member"]

    def level_name(self, level: str, language: str) -> str:
        """The level: "Primary education"."""
        return self._texts[language, "names", "levels", level]

    def scale(self, kind: Scale, language: str) -> tuple[str, ...]:
        """The five labels from 1 to 5 of the scale "agree" or "useful"."""
        return tuple(self._texts[language, "names", "scales", kind, str(step)] for step in range(1, 6))

    def special(self, language: str, kind: Scale = "agree") -> dict[str, str]:
        """Labels beside the scale: {"na": not applicable, "pn": prefer not to say}."""
        return {code: self._texts[language, "names", "scales", kind, code] for code in ("na", "pn")}

    def question_text(self, code: str, group: str, language: str, level: str | None = None) -> str:
        """A background question as this group reads it; `level` "primary" gives the words for primary students."""
        return self._texts[language, "background", code, wording(group, level)]

    def option_text(self, code: str, option: str, language: str) -> str:
        """The label of a background question's option."""
        question = self.questions[code]
        if question.kind == "ten" and option in question.options[1:-1]:
            return option
        return self._texts[language, "background", code, "options", option]


def wording(group: str, level: str | None) -> str:
    """The key of the words that a group reads: the group's name, or "primary" for primary students."""
    return "primary" if group == "student" and level == "primary" else group


def versions() -> tuple[str, ...]:
    """All versions, oldest first."""
    return tuple(sorted(files.seals()))


@cache
def bank(version: str = CURRENT) -> Questionnaire:
    """The questionnaire of this version, read once; UnknownVersion, or BankFault if a text is missing or left over."""
    if version not in files.seals():
        raise UnknownVersion(version)
    return assemble(version, *files.read(folder("questionnaire") / version))


def assemble(version: str, structure: Mapping[str, Any], texts: Mapping[str, Texts]) -> Questionnaire:
    """The questionnaire made of what was read; BankFault names all that is missing, left over or not understood."""
    faults: list[str] = []
    items = read_items(structure["items"], faults)
    questions = read_background(structure["background"], faults)
    item_texts: dict[tuple[str, str, str], ItemText] = {}
    plain: dict[tuple[str, ...], str] = {}
    for language, shelf in texts.items():
        for item in items.values():
            for words in _wordings(item.groups, item.levels, item.primary):
                hint = f"{words}_hint" if words in ("student", "primary") else "hint"
                item_texts[item.code, words, language] = ItemText(
                    text=shelf.text("items", item.code, words), hint=shelf.text("items", item.code, hint)
                )
        for path in (*_name_paths(), *_background_paths(questions)):
            plain[(language, *path)] = shelf.text(*path)
        faults += shelf.faults()
    if faults:
        raise BankFault(version, faults)
    return Questionnaire(
        version=version,
        areas=AREAS,
        items=items,
        questions=questions,
        _item_texts=MappingProxyType(item_texts),
        _texts=MappingProxyType(plain),
    )


def _wordings(groups: tuple[str, ...], levels: tuple[str, ...], primary: bool) -> list[str]:
    return [*groups, *(["primary"] if primary and "student" in groups and "primary" in levels else [])]


def _name_paths() -> list[tuple[str, ...]]:
    return [
        *(("names", "areas", area, part) for area in AREAS for part in ("name", "question")),
        *(("names", "groups", group, part) for group in GROUPS for part in ("name", "member")),
        *(("names", "levels", level) for level in LEVELS),
        *(("names", "scales", kind, step) for kind in ("agree", "useful") for step in (*"12345", "na", "pn")),
    ]


def _background_paths(questions: Mapping[str, BackgroundQuestion]) -> list[tuple[str, ...]]:
    paths: list[tuple[str, ...]] = []
    for code, question in questions.items():
        paths += [("background", code, words) for words in _wordings(question.groups, LEVELS, primary=True)]
        written = (question.options[0], question.options[-1]) if question.kind == "ten" else question.options
        paths += [("background", code, "options", option) for option in written]
    return paths
