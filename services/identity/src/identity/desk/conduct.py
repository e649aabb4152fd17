"""The coordinator's acts: opening sessions, moving their end, closing, cancelling, slips, and a look at them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from contracts.ballots import fingerprint, key_card
from contracts.messages import Campaign, SchoolSession
from contracts.questionnaire import UnknownVersion
from identity import codes, issuer, metrics
from identity import sessions as life
from identity.desk.desk import Desk
from identity.reasons import Refused
from identity.registry import Entry
from identity.staff import Person
from identity.store import campaigns, keys, participation, schools, sessions
from identity.store.place import Txn
from identity.store.sessions import Held


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupView:
    """One group of a session as its coordinator sees it; people registered are the registry's exact number."""

    key_id: str
    k: int
    registered: int
    expected: int
    issued: int
    reissued: int
    revoked: int
    used: int
    cap: int


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A session as its coordinator sees it; `marked` once its close marker is on its way."""

    message: SchoolSession
    fingerprint: str
    marked: bool
    groups: dict[str, GroupView]


@dataclass(frozen=True, kw_only=True, slots=True)
class Slips:
    """Fresh participation codes of one group in random order; they exist nowhere else."""

    view: View
    group: str
    codes: list[str] = field(repr=False)


def create(desk: Desk, who: Person, campaign: str, wish: life.Wish) -> View:
    """A planned session of the coordinator's school, its keys made and its message on the way."""
    school, entry = _school(desk, who)
    found = campaigns.get(desk.place, campaign)
    if found is None:
        raise Refused("unknown-campaign")
    try:
        bank = desk.bank(found.questionnaire)
    except UnknownVersion as error:
        raise Refused("unknown-questionnaire") from error
    now = desk.clock()
    life.check(entry=entry, campaign=found, wish=wish, bank=bank, now=now)
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
    sessions.add(desk.place, message, wrapped, card, fingerprint(card), roll)
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


def issue(desk: Desk, who: Person, session: str, group: str, count: int, replace_unused: bool = False) -> Slips:
    """`count` fresh slips of a group; with `replace_unused` all unused ones are taken back first, and these are
    re-issued ones. Refused above the cap."""
    held = mine(desk, who, session)
    if group not in held.message.groups:
        raise Refused("unknown-group")
    if life.window(held.message.timetable, desk.clock()) in ("grace", "over"):
        raise Refused("session-closed")
    most = life.cap(held.roll[group])
    if count > most:
        raise Refused("too-many-slips")
    fresh = {codes.make(codes.PARTICIPATION, desk.random_bytes) for _ in range(count)}
    while len(fresh) < count:
        fresh.add(codes.make(codes.PARTICIPATION, desk.random_bytes))
    shuffled = sorted(fresh, key=lambda _: desk.random_bytes(16))
    hashes = desk.signers.hashes(held.session, group, shuffled)
    kind = "reissued" if replace_unused else "issued"

    def act(txn: Txn) -> int:
        revoked = participation.revoke_unused(desk.place, held.session, group, txn) if replace_unused else 0
        sessions.count_slips(desk.place, held.session, group, most, {kind: count, "revoked": revoked}, txn)
        participation.add(desk.place, held.session, group, hashes, txn)
        return revoked

    revoked = desk.place.transaction(act)
    metrics.SLIPS.labels(group, kind).inc(count)
    metrics.SLIPS.labels(group, "revoked").inc(revoked)
    desk.note(who, f"slips-{kind}", session=held.session, group=group, count=count, revoked=revoked)
    return Slips(view=view(desk, who, session), group=group, codes=shuffled)


def mine(desk: Desk, who: Person, session: str) -> Held:
    """The session, if this person may see it: a coordinator only those of her school."""
    held = sessions.get(desk.place, codes.normal(session))
    if held is None or (who.role == "coordinator" and held.message.school != who.school):
        raise Refused("unknown-session")
    return held


def view(desk: Desk, who: Person, session: str) -> View:
    """One session."""
    return _view(desk, mine(desk, who, session))


def views(desk: Desk, who: Person) -> list[View]:
    """The sessions of the coordinator's school, the newest first."""
    return [_view(desk, held) for held in sessions.of_school(desk.place, who.school or "")]


def _view(desk: Desk, held: Held) -> View:
    used = {} if held.marked else participation.used(desk.place, held.session)
    groups = {}
    for group, terms in held.message.groups.items():
        slips = held.slips[group]
        groups[group] = GroupView(
            key_id=terms.key_id,
            k=terms.k,
            registered=held.roll[group],
            expected=terms.expected,
            issued=slips["issued"],
            reissued=slips["reissued"],
            revoked=slips["revoked"],
            used=held.final[group].used if held.marked else used.get(group, 0),
            cap=life.cap(held.roll[group]),
        )
    return View(message=held.message, fingerprint=held.fingerprint, marked=held.marked, groups=groups)


def _school(desk: Desk, who: Person) -> tuple[str, Entry]:
    entry = schools.get(desk.place, who.school) if who.school else None
    if who.school is None or entry is None:
        raise Refused("unknown-school")
    return who.school, entry


def _campaign(desk: Desk, held: Held) -> Campaign:
    found = campaigns.get(desk.place, held.message.campaign)
    if found is None:
        raise Refused("unknown-campaign")
    return found
