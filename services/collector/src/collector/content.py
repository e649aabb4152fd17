"""What stands in a response: every answer against the session's terms, and the order in which answers travel on."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.messages import Answer, BackgroundAnswer
from contracts.questionnaire import BackgroundQuestion

ON_SCALE = frozenset({1, 2, 3, 4, 5, "na", "pn"})
PREFER_NOT = "pn"


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemError:
    """What is wrong with one member of a response: a JSON pointer and a short code."""

    pointer: str
    code: str


def answer_errors(answers: Mapping[str, object], items: tuple[str, ...]) -> tuple[ItemError, ...]:
    """What is wrong with the answers, item by item (codes: unknown-item, not-on-scale); empty if nothing is."""
    known = frozenset(items)
    if known.issuperset(answers) and _all_on_scale(answers):
        return ()
    errors = []
    for item, answer in answers.items():
        if item not in known:
            errors.append(ItemError(pointer=pointer("answers", item), code="unknown-item"))
        elif type(answer) not in (int, str) or answer not in ON_SCALE:
            errors.append(ItemError(pointer=pointer("answers", item), code="not-on-scale"))
    return tuple(errors)


def _all_on_scale(answers: Mapping[str, object]) -> bool:
    values = answers.values()
    # True and 1.0 equal 1, so the types are compared too; it comes first, since a list cannot be looked up in a set.
    return {int, str}.issuperset(map(type, values)) and ON_SCALE.issuperset(values)


def background_errors(
    background: Mapping[str, object], questions: tuple[BackgroundQuestion, ...]
) -> tuple[ItemError, ...]:
    """What is wrong with the background answers (codes: unknown-question, unknown-option, repeated-option)."""
    asked = {question.code: question for question in questions}
    errors = []
    for code, answer in background.items():
        fault = _background_fault(answer, asked[code]) if code in asked else "unknown-question"
        if fault is not None:
            errors.append(ItemError(pointer=pointer("background", code), code=fault))
    return tuple(errors)


def _background_fault(answer: object, question: BackgroundQuestion) -> str | None:
    if answer == PREFER_NOT:
        return None
    allowed = question.options
    if question.kind != "many":
        return None if type(answer) is str and answer in allowed else "unknown-option"
    if type(answer) is not list or not all(type(option) is str and option in allowed for option in answer):
        return "unknown-option"
    return None if len(set(answer)) == len(answer) else "repeated-option"


def in_order(answers: Mapping[str, object], items: tuple[str, ...]) -> dict[str, Answer]:
    """The checked answers in the order of the terms."""
    # The order in which a page sends answers could tell one device from another: the terms' order replaces it.
    return {item: answers[item] for item in items if item in answers}  # type: ignore[misc]  # checked to be on the scale


def background_in_order(
    background: Mapping[str, object], questions: tuple[BackgroundQuestion, ...]
) -> dict[str, BackgroundAnswer]:
    """The checked background answers in the order of the terms, ticked options in that of the bank."""
    found: dict[str, BackgroundAnswer] = {}
    for question in questions:
        answer = background.get(question.code)
        if isinstance(answer, str):
            found[question.code] = answer
        elif isinstance(answer, list):
            found[question.code] = tuple(option for option in question.options if option in answer)
    return found


def pointer(*parts: str) -> str:
    """A JSON pointer (RFC 6901) to a member."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
