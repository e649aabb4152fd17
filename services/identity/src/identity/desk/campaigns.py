"""The ministry's acts: taking the register in, starting campaigns and ending them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from contracts.messages import Campaign
from contracts.questionnaire import CURRENT, LANGUAGES, UnknownVersion
from identity import codes, metrics, registry, sessions
from identity.desk.desk import Desk
from identity.reasons import Refused
from identity.staff import Person
from identity.store import campaigns as store
from identity.store import schools
from identity.store import sessions as session_store

BREAKDOWNS = ("region", "settlement", "language")
LONGEST = timedelta(days=1100)
"""How far from now a campaign may begin or end."""
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


def take_register(desk: Desk, who: Person, text: str) -> registry.Import:
    """Takes what is right in the register's CSV and says what is not; campaigns not yet closed get the new totals."""
    found = registry.parse(text)
    schools.take(desk.place, found.entries, lambda: codes.make(codes.SCHOOL, desk.random_bytes))
    metrics.ROWS.labels("taken").inc(found.rows_taken)
    metrics.ROWS.labels("refused").inc(len(found.refused))
    desk.note(who, "register-taken", rows=found.rows_taken, refused=len(found.refused))
    totals = registry.totals(schools.all_entries(desk.place))
    for campaign in store.every(desk.place):
        if campaign.state != "closed" and campaign.strata != totals:
            changed = replace(campaign, revision=campaign.revision + 1, strata=totals)
            desk.place.transaction(partial(store.change, desk.place, changed))
    return found


def create(
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
    """A new campaign; Refused for dates, thresholds, names or a version that cannot be."""
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
    entries = schools.all_entries(desk.place)
    classes = registry.breakdown_classes(entries, BREAKDOWNS if breakdowns is None else tuple(breakdowns))
    made = Campaign(
        campaign=campaign,
        revision=1,
        names={language: names[language].strip() for language in LANGUAGES},
        opens=opens,
        closes=closes,
        questionnaire=version,
        k=sessions.checked_thresholds(k or {}),
        state="planned",
        breakdowns=tuple(classes),
        classes=classes,
        strata=registry.totals(entries),
    )
    store.add(desk.place, made)
    desk.note(who, "campaign-created", campaign=campaign)
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
