"""For parents and for the school's wall: what is asked, what is kept, and that nobody must answer."""

from typing import Any

from flask import Response

from identity import codes
from identity.current import the_desk
from identity.desk import views
from identity.reasons import Refused
from identity.sessions import THRESHOLDS
from identity.slips import qr
from identity.store import schools, sessions
from identity.workspace.frame import LANGUAGES, blueprint, frame, me, needs, render
from look import locale


@blueprint.get("/parents/<session>")
def parents(session: str) -> Response:
    """Open to all; it names no school."""
    desk = the_desk()
    held = sessions.get(desk.place, codes.normal(session)[:20])
    if held is None or held.message.timetable.state == "cancelled":
        raise Refused("unknown-session")
    message = held.message
    return render(
        "parents.html",
        message=message,
        bank=desk.bank(message.questionnaire),
        k={group: terms.k for group, terms in message.groups.items()},
        operators=(desk.settings.operator_codes, desk.settings.operator_answers),
    )


@blueprint.get("/sessions/<session>/note")
@needs("sessions")
def note(session: str) -> Response:
    """A page to print, in both languages one after the other."""
    desk = the_desk()
    view = views.view(desk, me(), session)
    entry = schools.get(desk.place, view.message.school)
    address = f"{desk.settings.identity_origin}/parents/{view.message.session}"
    return render(
        "note.html",
        view=view,
        entry=entry,
        parts=[_part(view.message, language) for language in LANGUAGES],
        address=address,
        picture=qr(address),
        fewest=view.groups["student"].k if "student" in view.groups else THRESHOLDS["student"],
    )


def _part(message: Any, language: str) -> dict[str, Any]:
    desk = the_desk()
    bank = desk.bank(message.questionnaire)
    return {
        "lang": language,
        "say": frame().words.bind(language),
        "level": bank.level_name(message.level, language),
        "closes": locale.datetime(message.timetable.closes, language, desk.settings.timezone),
        "groups": ", ".join(bank.group_name(group, language) for group in message.groups),
        "areas": [bank.area_name(area, language) for area in bank.areas],
    }
