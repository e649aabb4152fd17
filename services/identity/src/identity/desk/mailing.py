"""Invitations of many schools at once: drawn, printed, and only then such that they work."""

from dataclasses import dataclass, field
from typing import Literal

from identity import codes
from identity.desk.desk import Desk
from identity.desk.endings import ancestors
from identity.desk.handover import REISSUED_WAITS
from identity.letters import Letter, Letters, in_order
from identity.staff import Person
from identity.store import invitations, schools, staff
from identity.store.invitations import Invitation
from identity.store.place import Txn
from identity.store.schools import School
from look.locale import datetime as moment

Which = Literal["new", "every"]
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailing:
    """Letters and what is to be kept of them once they are printed."""

    letters: Letters
    kept: tuple[Invitation, ...] = field(repr=False)


def addressees(desk: Desk, region: str, which: Which) -> list[School]:
    """Schools that go on and have no coordinator, of a region or of all (""): those without any letter (`new`), or all
    of them, whose unused letters then stop working."""
    place = desk.place
    found = set(schools.all_codes(place, region)) - staff.taken_schools(place)
    if which == "new":
        found -= invitations.waiting(place)
    return schools.several(place, found)


def draw(desk: Desk, to: list[School], lang: str) -> Mailing:
    """Letters with fresh codes; nothing is stored. Where a school came from one that has a coordinator, its letter
    waits as one that was printed again does."""
    now, taken = desk.clock(), staff.taken_schools(desk.place)
    letters, kept = [], []
    for school in to:
        code = codes.make(codes.INVITATION, desk.random_bytes)
        waits = bool(school.predecessors) and bool(taken & ancestors(desk, school.code))
        works_from = now + REISSUED_WAITS if waits else None
        entry = school.entry
        words = moment(works_from, lang, desk.settings.timezone) if works_from else ""
        letters.append(
            Letter(
                name=entry.name,
                region=entry.region,
                registry_id=entry.registry_id,
                code=codes.grouped(code),
                works_from=words,
            )
        )
        kept.append(
            Invitation(
                kind="invitation",
                school=school.code,
                code_hash=codes.invitation_hash(desk.pepper, code),
                works_from=works_from,
                printed=now,
            )
        )
    whole = Letters(origin=desk.settings.identity_origin, lang=lang, letters=in_order(letters))
    return Mailing(letters=whole, kept=tuple(kept))


def send(desk: Desk, who: Person, made: Mailing) -> None:
    """From now on all these letters work, or none: what is stored of them, and a line in each school's log."""

    def act(txn: Txn) -> None:
        for at in range(0, len(made.kept), _AT_ONCE):
            some = made.kept[at : at + _AT_ONCE]
            invitations.put_all(desk.place, some, txn)
            desk.note_all(who, [{"act": "invitation-printed", "school": one.school} for one in some], txn)

    desk.place.transaction(act)
