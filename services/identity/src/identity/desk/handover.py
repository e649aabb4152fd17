"""Invitations: the ministry's to a school, and the one with which a coordinator hands over to the next."""

from datetime import timedelta

from identity import codes
from identity.desk.desk import Desk
from identity.desk.endings import watched
from identity.reasons import Refused
from identity.staff import Person
from identity.store import invitations, schools
from identity.store.invitations import Invitation, Kind
from identity.store.place import Txn

REISSUED_WAITS = timedelta(hours=72)


def invite(desk: Desk, who: Person, school: str) -> str:
    """A new invitation of a school, in place of an unused one; where the school, or one that it came from, has a
    coordinator it works only after 72 hours, and the coordinator sees it at once."""
    check_open(desk, school)
    taken = watched(desk, school)
    code = _made(desk, school, "invitation", REISSUED_WAITS if taken else None)
    desk.note(who, "invitation-reissued" if taken else "invitation-printed", school=school)
    return code


def check_open(desk: Desk, school: str) -> None:
    """Refused for a school that does not exist or has ended."""
    found = schools.school(desk.place, school)
    if found is None:
        raise Refused("unknown-school")
    if found.ended is not None:
        raise Refused("school-ended")


def revoke(desk: Desk, who: Person, school: str) -> None:
    """Takes back a school's invitation that was not used yet."""

    def act(txn: Txn) -> None:
        if invitations.withdraw(desk.place, school, "invitation", txn):
            desk.note(who, "invitation-withdrawn", txn, school=school)

    desk.place.transaction(act)


def hand_over(desk: Desk, who: Person) -> str:
    """A coordinator's invitation for the next one, in place of an unused one; it works at once, and the account of who
    made it ends when it is used."""
    code = _made(desk, _school(who), "handover", None)
    desk.note(who, "handover-printed")
    return code


def withdraw(desk: Desk, who: Person) -> None:
    """Takes back a hand-over that was not used yet."""

    def act(txn: Txn) -> None:
        if invitations.withdraw(desk.place, _school(who), "handover", txn):
            desk.note(who, "handover-withdrawn", txn)

    desk.place.transaction(act)


def _school(who: Person) -> str:
    if who.school is None:
        raise Refused("unknown-school")
    return who.school


def _made(desk: Desk, school: str, kind: Kind, waits: timedelta | None) -> str:
    code, now = codes.make(codes.INVITATION, desk.random_bytes), desk.clock()
    invitations.put(
        desk.place,
        Invitation(
            kind=kind,
            school=school,
            code_hash=codes.invitation_hash(desk.pepper, code),
            works_from=None if waits is None else now + waits,
            printed=now,
        ),
    )
    return code
