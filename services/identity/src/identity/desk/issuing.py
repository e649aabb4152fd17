"""Slips of a group: fresh codes in random order, counted in the moment in which their paper is ready."""

from dataclasses import dataclass, field

from identity import codes, metrics
from identity import sessions as life
from identity.desk.desk import Desk
from identity.desk.views import View, mine, view
from identity.reasons import Refused
from identity.retiring import pepper_of
from identity.staff import Person
from identity.store import counter, participation, sessions
from identity.store.place import Txn


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """So many slips of a group; with `replace_unused` all unused ones are taken back, and these are re-issued ones."""

    session: str
    group: str
    count: int
    replace_unused: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Slips:
    """Fresh participation codes of one group in random order; they exist nowhere else. Not yet any that work: their
    hashes are stored by `count_in`."""

    view: View
    order: Order
    codes: tuple[str, ...] = field(repr=False)
    hashes: tuple[bytes, ...] = field(repr=False)


def check(desk: Desk, who: Person, order: Order) -> View:
    """The session, if such slips can be made now; Refused otherwise."""
    held = mine(desk, who, order.session)
    if order.group not in held.message.groups:
        raise Refused("unknown-group")
    if life.window(held.message.timetable, desk.clock()) in ("grace", "over"):
        raise Refused("session-closed")
    found = view(desk, who, order.session)
    group = found.groups[order.group]
    kept = group.used if order.replace_unused else group.standing
    if kept + order.count > group.cap:
        raise Refused("too-many-slips")
    return found


def draw(desk: Desk, found: View, order: Order) -> Slips:
    """Fresh codes and what will be kept of them; nothing is stored."""
    fresh: set[str] = set()
    while len(fresh) < order.count:
        fresh.add(codes.make(codes.PARTICIPATION, desk.random_bytes))
    shuffled = sorted(fresh, key=lambda _: desk.random_bytes(16))
    session = found.message.session
    known = counter.counter(desk.place, session, order.group)
    if known is None or pepper_of(known.pepper, desk.pepper, desk.retiring.pepper) is None:
        raise Refused("session-closed")  # its pepper is gone: no slip of it works any more
    hashes = desk.signers.hashes(session, order.group, shuffled, known.pepper)
    return Slips(view=found, order=order, codes=tuple(shuffled), hashes=tuple(hashes))


def count_in(desk: Desk, who: Person, made: Slips) -> None:
    """From now on these codes work and count; Refused, and nothing is stored, where others were quicker."""
    order, session = made.order, made.view.message.session
    kind = "reissued" if order.replace_unused else "issued"

    def act(txn: Txn) -> int:
        revoked = participation.revoke_unused(desk.place, session, order.group, txn) if order.replace_unused else 0
        changes = {kind: order.count, "revoked": revoked}
        sessions.count_slips(desk.place, session, order.group, made.view.groups[order.group].cap, changes, txn)
        participation.add(desk.place, session, order.group, made.hashes, txn)
        desk.note(who, f"slips-{kind}", txn, session=session, group=order.group, count=order.count, revoked=revoked)
        return revoked

    revoked = desk.place.transaction(act)
    metrics.SLIPS.labels(order.group, kind).inc(order.count)
    metrics.SLIPS.labels(order.group, "revoked").inc(revoked)


def issue(desk: Desk, who: Person, order: Order) -> Slips:
    """Fresh slips that work at once."""
    made = draw(desk, check(desk, who, order), order)
    count_in(desk, who, made)
    return made


def raise_cap(desk: Desk, who: Person, session: str, group: str, cap: int) -> View:
    """The ministry lets a group have more slips than the register's number allows; Refused where it would be fewer."""
    held = mine(desk, who, session)
    if group not in held.message.groups:
        raise Refused("unknown-group")
    if held.marked or held.message.timetable.state == "cancelled":
        raise Refused("session-closed")
    if not held.cap(group) < cap <= life.MOST_SLIPS:
        raise Refused("bad-slip-cap")

    def act(txn: Txn) -> None:
        sessions.raise_cap(desk.place, held.session, group, cap, txn)
        desk.note(who, "slip-cap-raised", txn, school=held.message.school, session=held.session, group=group, count=cap)

    desk.place.transaction(act)
    return view(desk, who, session)
