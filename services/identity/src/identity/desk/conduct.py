"""The coordinator's acts on sessions: opening, moving their end, closing, cancelling."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from contracts.ballots import fingerprint, key_card
from contracts.messages import Campaign, SchoolSession
from contracts.questionnaire import Questionnaire, UnknownVersion
from identity import codes, issuer, metrics
from identity import sessions as life
from identity.desk.desk import Desk
from identity.desk.endings import ancestors
from identity.desk.views import View, mine, view
from identity.reasons import Refused
from identity.registry import Entry
from identity.retiring import mark
from identity.staff import Person
from identity.store import campaigns, keys, schools, sessions
from identity.store.sessions import Held


def check(desk: Desk, who: Person, campaign: str, wish: life.Wish) -> tuple[Campaign, Questionnaire]:
    """Campaign and questionnaire of a session that can be opened; Refused where it cannot. Nothing is made."""
    school, entry = _school(desk, who)
    found = campaigns.get(desk.place, campaign)
    if found is None:
        raise Refused("unknown-campaign")
    try:
        bank = desk.bank(found.questionnaire)
    except UnknownVersion as error:
        raise Refused("unknown-questionnaire") from error
    life.check(entry=entry, campaign=found, wish=wish, bank=bank, now=desk.clock())
    if campaigns.ending(desk.place, campaign):
        raise Refused("campaign-closed")
    ours = [one.message for one in sessions.of_school(desk.place, school)]
    taken = [(one.campaign, one.level) for one in ours if one.timetable.state != "cancelled"]
    if (campaign, wish.level) in taken:
        raise Refused("session-exists")
    earlier = [one.message for one in sessions.of_schools(desk.place, ancestors(desk, school))]
    if (campaign, wish.level) in [(one.campaign, one.level) for one in earlier if one.timetable.state != "cancelled"]:
        raise Refused("predecessor-took-part")
    return found, bank


def create(desk: Desk, who: Person, campaign: str, wish: life.Wish) -> View:
    """A planned session of the coordinator's school, its keys made and its message on the way."""
    school, entry = _school(desk, who)
    found, bank = check(desk, who, campaign, wish)
    now = desk.clock()
    pairs = keys.take(desk.place, len(wish.groups), lambda: issuer.new_key(desk.wrap_key, desk.random_bytes))
    wrapped = dict(zip(sorted(wish.groups), pairs, strict=True))
    message = life.draft(
        session=codes.make(codes.SESSION, desk.random_bytes),
        school=school,
        entry=entry,
        campaign=found,
        wish=wish,
        keys=wrapped,
        bank=bank,
        usual_grace=desk.settings.grace_seconds,
        now=now,
    )
    card = key_card(message.session, {group: terms.spki for group, terms in message.groups.items()})
    roll = {group: entry.levels[wish.level].of(group) for group in message.groups}
    sessions.add(desk.place, message, wrapped, card, fingerprint(card), roll, mark(desk.pepper))
    metrics.SESSIONS.labels("created").inc()
    desk.note(who, "session-created", session=message.session, campaign=campaign, level=wish.level)
    return view(desk, who, message.session)


def extend(desk: Desk, who: Person, session: str, closes: datetime) -> View:
    """Moves the end of a session."""
    held = mine(desk, who, session)
    campaign = _campaign(desk, held)
    return _changed(desk, who, session, "extended", lambda now, one: life.extended(one, closes, campaign, now))


def close(desk: Desk, who: Person, session: str) -> View:
    """Ends a session now, without grace."""
    return _changed(desk, who, session, "closed", lambda now, one: life.closing(one, now))


def cancel(desk: Desk, who: Person, session: str) -> View:
    """Cancels a planned session."""
    return _changed(desk, who, session, "cancelled", lambda now, one: life.cancelled(one, now))


def _changed(
    desk: Desk,
    who: Person,
    session: str,
    act: str,
    change: Callable[[datetime, SchoolSession], SchoolSession],
) -> View:
    held = mine(desk, who, session)
    if held.marked:
        raise Refused("already-closing")
    changed = change(desk.clock(), held.message)
    desk.place.transaction(partial(sessions.change, desk.place, changed))
    metrics.SESSIONS.labels(act).inc()
    desk.note(who, f"session-{act}", session=held.session, closes=changed.timetable.closes)
    return view(desk, who, session)


def _school(desk: Desk, who: Person) -> tuple[str, Entry]:
    found = schools.school(desk.place, who.school) if who.school else None
    if found is None:
        raise Refused("unknown-school")
    if found.ended is not None:
        raise Refused("school-ended")
    return found.code, found.entry


def _campaign(desk: Desk, held: Held) -> Campaign:
    found = campaigns.get(desk.place, held.message.campaign)
    if found is None:
        raise Refused("unknown-campaign")
    return found
