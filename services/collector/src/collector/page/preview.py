"""The preview: what each group at each level is asked, for everybody to read before anybody answers."""

from dataclasses import dataclass

from contracts.questionnaire import GROUPS, LEVELS, Questionnaire


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One question: its words, the line that explains it, its options, and whether the school chooses to ask it."""

    text: str
    hint: str
    options: tuple[str, ...]
    optional: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """An area of a form: its name, what it asks, and the questions."""

    name: str
    question: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """A group's form: its parts in the order of the screens, and the questions about the person."""

    group: str
    name: str
    parts: tuple[Part, ...]
    background: tuple[Asked, ...]


def levels(questionnaire: Questionnaire, language: str) -> list[tuple[str, str]]:
    """Codes and names of all levels."""
    return [(level, questionnaire.level_name(level, language)) for level in LEVELS]


def previews(questionnaire: Questionnaire, level: str, language: str) -> list[Preview]:
    """The forms of all groups at a level; ValueError for a level that is none."""
    asked = questionnaire.groups(level)
    return [_preview(questionnaire, level, group, language) for group in GROUPS if group in asked]


def _preview(questionnaire: Questionnaire, level: str, group: str, language: str) -> Preview:
    optional = set(questionnaire.optional(level, group))
    chosen = {*questionnaire.core(level, group), *optional}
    parts = []
    for area in questionnaire.areas:
        codes = [code for code, item in questionnaire.items.items() if item.area == area and code in chosen]
        if not codes:
            continue
        rows = tuple(_item(questionnaire, code, group, level, language, code in optional) for code in codes)
        name, question = questionnaire.area_name(area, language), questionnaire.area_question(area, language)
        parts.append(Part(name=name, question=question, asked=rows))
    background = tuple(
        _background(questionnaire, code, group, level, language) for code in questionnaire.background(level, group)
    )
    name = questionnaire.group_name(group, language)
    return Preview(group=group, name=name, parts=tuple(parts), background=background)


def _item(questionnaire: Questionnaire, code: str, group: str, level: str, language: str, optional: bool) -> Asked:
    words, kind = questionnaire.text(code, group, level, language), questionnaire.items[code].scale
    # The common scale stands once at the top of the page.
    options = questionnaire.scale(kind, language) if kind != "agree" else ()
    return Asked(text=words.text, hint=words.hint, options=options, optional=optional)


def _background(questionnaire: Questionnaire, code: str, group: str, level: str, language: str) -> Asked:
    question = questionnaire.question(code)
    options = tuple(questionnaire.option_text(code, option, language) for option in question.options)
    text = questionnaire.question_text(code, group, language, level)
    return Asked(text=text, hint="", options=options, optional=False)
