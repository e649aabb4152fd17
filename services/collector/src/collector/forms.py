"""What the page needs to ask a session's questions: every group's form, in one language, as one document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from contracts import ballots
from contracts.messages import GroupTerms, ItemTerm, SchoolSession
from contracts.questionnaire import OwnItem, Questionnaire

Translate = Callable[..., str]
OWN_AREA = "X"
SCALES: tuple[Literal["agree", "useful"], ...] = ("agree", "useful")


@dataclass(frozen=True, kw_only=True, slots=True)
class Operators:
    """Who runs the two services, by the names that respondents read."""

    codes: str
    answers: str


def document(
    message: SchoolSession,
    questionnaire: Questionnaire,
    *,
    language: str,
    state: str,
    operators: Operators,
    page_hash: str,
    t: Translate,
    moment: Callable[[datetime], str],
) -> dict[str, Any]:
    """The body of GET /v1/sessions/{session}/questionnaire; `state` is planned, open, closed or cancelled by the
    server's clock, `page_hash` names the page that serves it; `t` and `moment` speak
    `language`."""
    table = message.timetable
    return {
        "session": message.session,
        "version": message.questionnaire,
        "language": language,
        "level": message.level,
        "state": state,
        "opens": _instant(table.opens),
        "closes": _instant(table.closes),
        "grace": table.grace,
        "key_card": ballots.key_card(message.session, {name: terms.spki for name, terms in message.groups.items()}),
        "operators": {"codes": operators.codes, "answers": operators.answers},
        "groups": {
            group: _group(terms, questionnaire, group, message.level, language)
            for group, terms in message.groups.items()
        },
        "scale": {kind: _scale(questionnaire, kind, language) for kind in SCALES},
        "texts": {
            "opens": moment(table.opens),
            "closes": moment(table.closes),
            "level": questionnaire.level_name(message.level, language),
            "areas": _areas(questionnaire, language, t),
            "groups": {group: questionnaire.member_name(group, language) for group in message.groups},
            "promise": {
                group: promise(terms.k, operators, page_hash, child=is_child(group, message.level), t=t)
                for group, terms in message.groups.items()
            },
        },
    }


def is_child(group: str, level: str) -> bool:
    """Whether the reader is a primary student, who is spoken to in simpler words."""
    return group == "student" and level == "primary"


def promise(k: int | None, operators: Operators, page_hash: str, *, child: bool, t: Translate) -> list[str]:
    """What is promised to a respondent, in paragraphs; `k` None names the thresholds of all groups."""
    form = "child" if child else "adult"
    same = operators.codes == operators.answers
    who = t(
        f"promise.{form}.one_operator" if same else f"promise.{form}.operators", a=operators.codes, b=operators.answers
    )
    school = t("promise.any.school") if k is None else t(f"promise.{form}.school", k=str(k))
    return [
        t(f"promise.{form}.exchange") + " " + who,
        t(f"promise.{form}.led_back", hash=page_hash),
        school,
        t(f"promise.{form}.slip"),
    ]


def _group(terms: GroupTerms, questionnaire: Questionnaire, group: str, level: str, language: str) -> dict[str, Any]:
    return {
        "k": terms.k,
        "items": [_item(item, questionnaire, group, level, language) for item in terms.items],
        "background": [
            {
                "code": code,
                "kind": questionnaire.question(code).kind,
                "text": questionnaire.question_text(code, group, language, level),
                "options": [
                    {"code": option, "text": questionnaire.option_text(code, option, language)}
                    for option in questionnaire.question(code).options
                ],
            }
            for code in terms.background
        ],
    }


def _item(item: ItemTerm, questionnaire: Questionnaire, group: str, level: str, language: str) -> dict[str, Any]:
    if item.own is not None:
        own = OwnItem(code=item.code, texts=item.own)
        words = {"text": own.text(language), "language": own.spoken(language)}
        return {"code": item.code, "area": OWN_AREA, **words, "hint": "", "scale": "agree"}
    asked, text = questionnaire.items[item.code], questionnaire.text(item.code, group, level, language)
    words = {"text": text.text, "language": language, "hint": text.hint}
    return {"code": item.code, "area": asked.area, **words, "scale": asked.scale}


def _scale(questionnaire: Questionnaire, kind: Literal["agree", "useful"], language: str) -> dict[str, str]:
    labels = {str(step): label for step, label in enumerate(questionnaire.scale(kind, language), start=1)}
    return {**labels, **questionnaire.special(language, kind)}


def _areas(questionnaire: Questionnaire, language: str, t: Translate) -> Mapping[str, Mapping[str, str]]:
    areas = {
        area: {
            "name": questionnaire.area_name(area, language),
            "question": questionnaire.area_question(area, language),
        }
        for area in questionnaire.areas
    }
    return {**areas, OWN_AREA: {"name": t("own.name"), "question": t("own.question")}}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
