"""The ministry's campaigns: looking at the classes that one would publish, starting it, and ending it."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from contracts.messages import Campaign
from contracts.questionnaire import CURRENT, LANGUAGES, UnknownVersion
from identity import registry, sessions
from identity.breakdowns import BREAKDOWNS, Planned, breakdown_classes, plan
from identity.desk.desk import Desk
from identity.reasons import Refused
from identity.staff import Person
from identity.store import campaigns as store
from identity.store import schools
from identity.store import sessions as session_store

LONGEST = timedelta(days=1100)
"""How far from now a campaign may begin or end."""
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


def classes_of(desk: Desk, breakdowns: Sequence[str]) -> tuple[Planned, ...]:
    """What would become of these breakdowns if a campaign were started now."""
    return plan(schools.all_entries(desk.place), tuple(breakdowns))


def check(
    desk: Desk,
    who: Person,
    *,
    campaign: str,
    names: Mapping[str, str],
    opens: datetime,
    closes: datetime,
    questionnaire: str | None = None,
    k: Mapping[str, int] | None = None,
    breakdowns: Sequence[str] | None = None,
) -> Campaign:
    """The campaign as it would be started; Refused for dates, thresholds, names or a version that cannot be, and for a
    name that is taken. Nothing is made."""
    if not _SLUG.fullmatch(campaign):
        raise Refused("bad-campaign-name")
    if set(names) != set(LANGUAGES) or not all(0 < len(n.strip()) <= 120 and n.isprintable() for n in names.values()):
        raise Refused("bad-campaign-name")
    now = desk.clock()
    if not (now - LONGEST < opens < closes < now + LONGEST and now < closes):
        raise Refused("bad-dates")
    version = questionnaire or CURRENT
    try:
        desk.bank(version)
    except UnknownVersion as error:
        raise Refused("unknown-questionnaire") from error
    thresholds = sessions.checked_thresholds(k or {})
    if store.get(desk.place, campaign) is not None:
        raise Refused("campaign-exists")
    entries = schools.all_entries(desk.place)
    classes = breakdown_classes(entries, BREAKDOWNS if breakdowns is None else tuple(breakdowns))
    return Campaign(
        campaign=campaign,
        revision=1,
        names={language: names[language].strip() for language in LANGUAGES},
        opens=opens,
        closes=closes,
        questionnaire=version,
        k=thresholds,
        state="planned",
        breakdowns=tuple(classes),
        classes=classes,
        strata=registry.totals(entries),
    )


def create(desk: Desk, who: Person, **wish: Any) -> Campaign:
    """A new campaign, with what `check` takes."""
    made = check(desk, who, **wish)
    store.add(desk.place, made)
    desk.note(who, "campaign-created", campaign=made.campaign)
    return made


def close(desk: Desk, who: Person, campaign: str) -> None:
    """Ends a campaign now: its planned sessions are cancelled, its open ones closed; the relay says `closed` after
    the last close marker."""
    if store.get(desk.place, campaign) is None:
        raise Refused("unknown-campaign")
    store.end(desk.place, campaign)
    now = desk.clock()
    for held in session_store.of_campaign(desk.place, campaign):
        begun = now >= held.message.timetable.opens
        if begun and held.message.timetable.closes <= now and held.message.timetable.grace == 0:
            continue  # closing already
        changed = sessions.closing(held.message, now) if begun else sessions.cancelled(held.message, now)
        desk.place.transaction(partial(session_store.change, desk.place, changed))
    desk.note(who, "campaign-closed", campaign=campaign)
