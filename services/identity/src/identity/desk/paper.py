"""What goes on paper: slips of a group, the notice for the board."""

from dataclasses import replace

from identity.desk.desk import Desk
from identity.desk.issuing import Slips
from identity.desk.views import View
from identity.slips import Sheet
from identity.store import schools
from look.locale import datetime as moment


def sheet(desk: Desk, made: Slips, lang: str, each_page: int = 8) -> Sheet:
    """All that these slips say, in a language; 8 or 12 to a page."""
    return replace(notice(desk, made.view, made.order.group, lang), codes=made.codes, each_page=each_page)


def notice(desk: Desk, view: View, group: str, lang: str) -> Sheet:
    """The same without codes: for the board, or for a look at the promise."""
    message, settings = view.message, desk.settings
    bank = desk.bank(message.questionnaire)
    entry = schools.get(desk.place, message.school)
    return Sheet(
        collector_origin=settings.collector_origin,
        operator_codes=settings.operator_codes,
        operator_answers=settings.operator_answers,
        school_name=entry.name if entry else "",
        session=message.session,
        fingerprint=view.fingerprint,
        level=message.level,
        level_name=bank.level_name(message.level, lang),
        group=group,
        group_name=bank.group_name(group, lang),
        k=message.groups[group].k,
        until=moment(message.timetable.closes, lang, settings.timezone),
        lang=lang,
    )
