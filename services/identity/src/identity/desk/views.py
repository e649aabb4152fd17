"""Sessions as those see them who may: a coordinator those of her school, the ministry every one."""

from dataclasses import dataclass

from contracts.messages import SchoolSession
from identity import codes
from identity.desk.desk import Desk
from identity.desk.endings import ancestors
from identity.reasons import Refused
from identity.staff import Person
from identity.store import participation, sessions
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

    @property
    def standing(self) -> int:
        """Slips that count."""
        return self.issued + self.reissued - self.revoked

    @property
    def left(self) -> int:
        """Slips that were not used."""
        return max(0, self.standing - self.used)


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A session as its coordinator sees it; `marked` once its close marker is on its way, `shared` while the ministry
    may open its report."""

    message: SchoolSession
    fingerprint: str
    marked: bool
    shared: bool
    groups: dict[str, GroupView]


def mine(desk: Desk, who: Person, session: str) -> Held:
    """The session, if this person may see it: a coordinator only those of her school."""
    held = sessions.get(desk.place, codes.normal(session))
    if held is None or (who.role == "coordinator" and held.message.school != who.school):
        raise Refused("unknown-session")
    return held


def view(desk: Desk, who: Person, session: str) -> View:
    """One session."""
    return view_of(desk, mine(desk, who, session))


def views(desk: Desk, who: Person) -> list[View]:
    """The sessions of the coordinator's school, the newest first."""
    return of_school(desk, who.school or "")


def of_school(desk: Desk, school: str) -> list[View]:
    """The sessions of a school, the newest first."""
    return [view_of(desk, held) for held in sessions.of_school(desk.place, school)]


def earlier(desk: Desk, who: Person) -> list[View]:
    """The closed sessions of the schools that the coordinator's school came from, the newest first: their reports may
    be read, and nothing else be done with them."""
    if who.school is None:
        return []
    held = sessions.of_schools(desk.place, ancestors(desk, who.school))
    return [view_of(desk, one) for one in held if one.marked]


def view_of(desk: Desk, held: Held) -> View:
    """The session with its slip counts."""
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
            cap=held.cap(group),
        )
    return View(
        message=held.message, fingerprint=held.fingerprint, marked=held.marked, shared=held.shared, groups=groups
    )
