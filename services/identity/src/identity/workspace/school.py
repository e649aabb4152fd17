"""A coordinator's school: what comes next, its sessions, what the register says of it, and the log."""

from collections.abc import Sequence
from datetime import datetime

from flask import Response

from contracts.values import LEVELS
from identity.current import the_desk
from identity.desk import views
from identity.desk.desk import Desk
from identity.desk.endings import ancestors
from identity.desk.views import View
from identity.sessions import window
from identity.store import campaigns, invitations, records, schools
from identity.store.invitations import Invitation
from identity.workspace.frame import blueprint, lang, me, needs, page_asked, render

LOG_PAGE = 50


@blueprint.get("/school")
@needs("sessions")
def school() -> Response:
    desk, who = the_desk(), me()
    found = schools.school(desk.place, who.school or "")
    entry = found.entry if found else None
    held = views.views(desk, who)
    return render(
        "school.html",
        entry=entry,
        levels=[level for level in LEVELS if entry and level in entry.levels],
        views=held,
        names={campaign.campaign: campaign.names[lang()] for campaign in campaigns.every(desk.place)},
        bank=desk.bank(held[0].message.questionnaire) if held else None,
        step=("step.ended", "/report") if found and found.ended else _next_step(held, desk.clock()),
        ended=found.ended if found else None,
        after=schools.several(desk.place, found.successors) if found else [],
        before={one.code: one.entry.name for one in schools.several(desk.place, ancestors(desk, who.school or ""))},
        earlier=views.earlier(desk, who),
        watching=_watching(desk, found.successors if found else ()),
        invitation=invitations.of_school(desk.place, who.school or ""),
        handover=invitations.of_school(desk.place, who.school or "", "handover"),
    )


def _next_step(held: list[View], now: datetime) -> tuple[str, str | None]:
    """The key of the next step's words, and where it leads."""
    going = [view for view in held if window(view.message.timetable, now) in ("before", "open")]
    unprinted = [view for view in going if not any(one.issued for one in view.groups.values())]
    if unprinted:
        return "step.print", f"/sessions/{unprinted[0].message.session}"
    if going:
        return "step.answering", f"/sessions/{going[0].message.session}"
    if any(view.message.timetable.state != "cancelled" for view in held):
        return "step.report", "/report"
    return "step.first", "/sessions/new"


def _watching(desk: Desk, successors: Sequence[str]) -> list[Invitation]:
    """Unused invitations of the schools that came after: whoever uses one may read this school's reports."""
    return [one for one in (invitations.of_school(desk.place, code) for code in successors) if one is not None]


@blueprint.get("/log")
@needs("sessions")
def log() -> Response:
    """All that was ever done in this school's name or to it; nothing of it can be changed."""
    place, who = the_desk().place, me()
    about, number = {"school": who.school}, page_asked()
    return render(
        "log.html",
        notes=records.notes(place, about, LOG_PAGE, (number - 1) * LOG_PAGE),
        page=number,
        pages=max(1, -(-records.count_notes(place, about) // LOG_PAGE)),
    )
