"""What goes on paper: slips of a group, the notice for the board."""

from identity.desk.conduct import Slips, View
from identity.desk.desk import Desk
from identity.slips import Sheet
from identity.store import schools
from look.locale import datetime as moment


def sheet(desk: Desk, made: Slips, lang: str) -> Sheet:
    """All that these slips say, in a language."""
    return _sheet(desk, made.view, made.group, lang, tuple(made.codes))


def notice(desk: Desk, view: View, group: str, lang: str) -> Sheet:
    """The same without codes: for the board, or for a look at the promise."""
    return _sheet(desk, view, group, lang, ())


def _sheet(desk: Desk, view: View, group: str, lang: str, codes: tuple[str, ...]) -> Sheet:
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
        codes=codes,
    )
