"""Campaigns and school sessions: their terms, and a life of planned, open, closed or cancelled, as pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from contracts.messages import Campaign, GroupTerms, ItemTerm, SchoolSession, Timetable
from contracts.questionnaire import LANGUAGES, OWN_CODES, Questionnaire
from identity.issuer import WrappedKey
from identity.reasons import Refused
from identity.registry import Entry, stratum, two_digits

THRESHOLDS: Mapping[str, int] = {"leader": 3, "teacher": 5, "student": 10, "trainer": 5}
LONGEST_OWN_ITEM = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupWish:
    """What a coordinator wants of one group's form; `own` are texts by language, `expected` people or None."""

    expected: int | None = None
    optional: tuple[str, ...] = ()
    own: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A session as a coordinator asks for it; `grace` in seconds, None for the usual one; `opens` None for now."""

    level: str
    closes: datetime
    groups: Mapping[str, GroupWish]
    opens: datetime | None = None
    grace: int | None = None


def whole(moment: datetime) -> datetime:
    """The second that a moment lies in: instants travel without fractions."""
    return moment.astimezone(UTC).replace(microsecond=0)


def checked_thresholds(wanted: Mapping[str, int]) -> dict[str, int]:
    """The k of every group; Refused if one would be below the default."""
    if any(group not in THRESHOLDS or k < THRESHOLDS[group] for group, k in wanted.items()):
        raise Refused("bad-threshold")
    return {**THRESHOLDS, **wanted}


MOST_SLIPS = 20_000
"""More slips than any group of a school needs."""


def cap(registered: int) -> int:
    """Slips that a group may have that still count: 1.1 times the registry's number, and two."""
    return registered * 11 // 10 + 2


def draft(
    *,
    session: str,
    school: str,
    entry: Entry,
    campaign: Campaign,
    wish: Wish,
    keys: Mapping[str, WrappedKey],
    bank: Questionnaire,
    usual_grace: int,
    now: datetime,
) -> SchoolSession:
    """The planned session, revision 1; `keys` by group. Refused if anything of the wish does not fit."""
    check(entry=entry, campaign=campaign, wish=wish, bank=bank, now=now)
    return SchoolSession(
        session=session,
        campaign=campaign.campaign,
        school=school,
        level=wish.level,
        questionnaire=campaign.questionnaire,
        day=campaign.opens.date(),
        stratum=stratum(entry, wish.level),
        groups={
            group: _terms(wish.groups[group], group, wish.level, entry, campaign, keys[group], bank)
            for group in bank.groups(wish.level)
            if group in wish.groups
        },
        timetable=Timetable(
            revision=1,
            opens=_opening(campaign, wish, now),
            closes=wish.closes,
            grace=usual_grace if wish.grace is None else wish.grace,
            state="planned",
        ),
    )


def check(*, entry: Entry, campaign: Campaign, wish: Wish, bank: Questionnaire, now: datetime) -> None:
    """Refuses a wish that no session can be made of, before any key is taken for it."""
    if campaign.state == "closed" or now >= campaign.closes:
        raise Refused("campaign-closed")
    if wish.level not in entry.levels:
        raise Refused("unknown-level")
    if not wish.groups or not set(wish.groups) <= set(bank.groups(wish.level)):
        raise Refused("unknown-group")
    opens = _opening(campaign, wish, now)
    if not (campaign.opens <= opens < wish.closes <= campaign.closes and now < wish.closes):
        raise Refused("bad-dates")
    for group, asked in wish.groups.items():
        if not set(asked.optional) <= set(bank.optional(wish.level, group)):
            raise Refused("unknown-item")
        _own_items(asked)


def _opening(campaign: Campaign, wish: Wish, now: datetime) -> datetime:
    return wish.opens if wish.opens is not None else max(campaign.opens, whole(now))


def _terms(
    asked: GroupWish,
    group: str,
    level: str,
    entry: Entry,
    campaign: Campaign,
    key: WrappedKey,
    bank: Questionnaire,
) -> GroupTerms:
    registered = two_digits(entry.levels[level].of(group))
    return GroupTerms(
        key_id=key.key_id,
        spki=key.spki,
        k=campaign.k.get(group, THRESHOLDS[group]),
        registered=registered,
        expected=registered if asked.expected is None else two_digits(asked.expected),
        items=items_of(asked, group, level, bank),
        background=bank.background(level, group),
    )


def items_of(asked: GroupWish, group: str, level: str, bank: Questionnaire) -> tuple[ItemTerm, ...]:
    """What a group is asked, in the order of its form: core items, chosen ones among them, own ones last. Refused
    where an own item has no text."""
    core, optional = set(bank.core(level, group)), set(asked.optional)
    items = [ItemTerm(code=code, optional=code in optional) for code in bank.items if code in core | optional]
    return (*items, *_own_items(asked))


def _own_items(asked: GroupWish) -> tuple[ItemTerm, ...]:
    if len(asked.own) > len(OWN_CODES):
        raise Refused("bad-own-item")
    found = []
    for code, texts in zip(OWN_CODES, asked.own, strict=False):
        lines = {language: texts.get(language, "").strip() for language in LANGUAGES}
        if set(texts) - set(LANGUAGES) or not all(
            0 < len(line) <= LONGEST_OWN_ITEM and line.isprintable() for line in lines.values()
        ):
            raise Refused("bad-own-item")
        found.append(ItemTerm(code=code, own=lines))
    return tuple(found)


def _changed(session: SchoolSession, **changes: object) -> SchoolSession:
    timetable = session.timetable
    return replace(session, timetable=replace(timetable, revision=timetable.revision + 1, **changes))  # type: ignore[arg-type]  # the fields are named by the callers below


def opened(session: SchoolSession) -> SchoolSession:
    """The session after its opening time has come."""
    return _changed(session, state="open")


def extended(session: SchoolSession, closes: datetime, campaign: Campaign, now: datetime) -> SchoolSession:
    """The session with another end, which may be earlier, but not before now; until the close marker only."""
    if session.timetable.state not in ("planned", "open"):
        raise Refused("already-closing")
    if not (max(now, session.timetable.opens) < closes <= campaign.closes):
        raise Refused("bad-dates")
    return _changed(session, closes=closes)


def closing(session: SchoolSession, now: datetime) -> SchoolSession:
    """The session ended now, without grace; a session that has ended already is not moved back."""
    timetable = session.timetable
    if timetable.state == "closed" or timetable.state == "cancelled":
        raise Refused("already-closing")
    if now < timetable.opens:
        raise Refused("not-open")
    if timetable.closes <= now and timetable.grace == 0:
        raise Refused("already-closing")
    return _changed(session, state="open", closes=min(timetable.closes, whole(now)), grace=0)


def cancelled(session: SchoolSession, now: datetime) -> SchoolSession:
    """The session that will never be; only before it opens."""
    if session.timetable.state != "planned" or now >= session.timetable.opens:
        raise Refused("not-planned")
    return _changed(session, state="cancelled")


def closed(session: SchoolSession) -> SchoolSession:
    """The session at its close marker."""
    return _changed(session, state="closed")


def marker_due(timetable: Timetable, acknowledged: datetime, settle: float) -> datetime:
    """When the close marker may be sent: `settle` seconds after the grace, counted from no earlier than the moment at
    which Kafka acknowledged this very timetable, since collectors cannot have read it before."""
    return max(timetable.closes + timedelta(seconds=timetable.grace), acknowledged) + timedelta(seconds=settle)


def settle_needed(delivery: float, staleness: float, skew: float) -> float:
    """Seconds that the settle time must at least have, so that no answer is acknowledged behind the marker."""
    return delivery + staleness + 2 * skew


def window(timetable: Timetable, now: datetime) -> str:
    """What a respondent finds at `now`: before | open | grace (an answer already given is given again) | over."""
    if timetable.state in ("cancelled", "closed"):
        return "over"
    if now < timetable.opens:
        return "before"
    if now < timetable.closes:
        return "open"
    return "grace" if now < timetable.closes + timedelta(seconds=timetable.grace) else "over"
