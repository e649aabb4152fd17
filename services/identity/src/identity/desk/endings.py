"""Schools that end: closed for good, merged into another, or split; and those that come after them."""

from collections.abc import Iterable, Mapping
from functools import partial

from identity import codes, reconciling
from identity.desk import national
from identity.desk.desk import Desk
from identity.reasons import Refused
from identity.reconciling import Ending
from identity.staff import Person
from identity.store import invitations, schools, sessions, staff
from identity.store.place import Txn
from identity.store.schools import School

_GENERATIONS = 5


def end(desk: Desk, who: Person, ending: Ending, again: bool = False) -> list[School]:
    """Some schools have ended; the schools that come after them. Refused where that cannot be; with `again` schools
    that have ended already are no mistake, since the same is being done a second time.

    Who comes after has a new code, so that two histories never stand under one: a school of the register that has
    sessions or a coordinator ends too, and its number leads to the new code from now on.
    """
    found: list[str] = []

    def act(txn: Txn) -> None:
        found[:] = _end(desk, who, ending, again, txn)

    desk.place.transaction(act)
    national.refresh(desk)
    return schools.several(desk.place, found)


def _end(desk: Desk, who: Person, ending: Ending, again: bool, txn: Txn) -> list[str]:
    held = schools.codes_of(desk.place, [*ending.ended, *ending.into], txn)
    known = {one.code: one for one in schools.several(desk.place, held.values(), txn)}
    going = {registry_id: code for registry_id, code in held.items() if code in known and known[code].ended is None}
    if again and not set(ending.ended) <= set(going):
        return []
    reason = reconciling.fault(ending, going)
    if reason is not None:
        raise Refused(reason)
    over = [going[registry_id] for registry_id in ending.ended]
    new = {
        registry_id: codes.make(codes.SCHOOL, desk.random_bytes)
        for registry_id in ending.into
        if going[registry_id] in over or not _untouched(desk, going[registry_id], txn)
    }
    after = [new.get(registry_id, going[registry_id]) for registry_id in ending.into]
    replaced = {going[registry_id]: code for registry_id, code in new.items()}
    successors = {**{old: [code] for old, code in replaced.items()}, **dict.fromkeys(over, after)}
    for old, codes_after in successors.items():
        schools.end(desk.place, old, desk.clock(), codes_after, keeps_id=old not in replaced, txn=txn)
    lines: list[Mapping[str, object]] = [
        {"act": "school-ended", "school": old, "successors": list(codes_after)}
        for old, codes_after in successors.items()
    ]
    for registry_id, code in zip(ending.into, after, strict=True):
        before = sorted({*over, going[registry_id]} - {code})
        if registry_id in new:
            schools.add(desk.place, code, known[going[registry_id]].entry, txn)
            schools.renew(desk.place, registry_id, code, txn)
        schools.follow(desk.place, code, before, txn)
        lines.append({"act": "school-follows", "school": code, "predecessors": before})
    for code in {*successors, *after}:
        invitations.withdraw(desk.place, code, "invitation", txn)
        invitations.withdraw(desk.place, code, "handover", txn)
    desk.note_all(who, lines, txn)
    return after


def _untouched(desk: Desk, code: str, txn: Txn) -> bool:
    """Whether nothing was done under this code yet, so that it may come after another."""
    return not sessions.of_schools(desk.place, [code], txn) and not staff.coordinators(desk.place, code, txn)


def reopen(desk: Desk, who: Person, code: str) -> None:
    """A school that was closed by mistake goes on; Refused if it did not close, or others came after it."""

    def act(txn: Txn) -> None:
        if not schools.reopen(desk.place, code, txn):
            raise Refused("unknown-school")
        desk.note_all(who, [{"act": "school-reopened", "school": code}], txn)

    desk.place.transaction(act)
    national.refresh(desk)


def ancestors(desk: Desk, code: str) -> frozenset[str]:
    """The codes of all schools that this one came from, and those came from."""
    found: set[str] = set()
    now: Iterable[str] = [code]
    for _ in range(_GENERATIONS):
        now = {one for school in schools.several(desk.place, now) for one in school.predecessors} - found - {code}
        if not now:
            break
        found |= set(now)
    return frozenset(found)


def watched(desk: Desk, code: str) -> bool:
    """Whether somebody acts for this school, or for one that it came from: an invitation then waits, and is seen."""
    look = partial(staff.coordinators, desk.place)
    return any(look(one) for one in (code, *ancestors(desk, code)))
