"""Letting staff into the reporter: who may see what goes into a signed grant."""

from identity import codes
from identity.desk import sharing, tokens
from identity.desk.desk import Desk
from identity.desk.views import earlier, mine
from identity.reasons import Refused
from identity.sharing import Sharers
from identity.staff import Person
from identity.store import schools, sessions
from identity.store.sessions import Held


def grant(desk: Desk, who: Person, session: str | None = None) -> str:
    """A one-time grant: a coordinator's for her own school, or, with `session`, for the school before hers whose closed
    session that is; a ministry role's for the nation, or, with `session`, for the one school that shares it. Refused
    otherwise."""
    school = who.school
    if session is not None and (before := _predecessor(desk, who, session)) is not None:
        desk.note(who, "earlier-report-opened", school=before, session=codes.normal(session))
        entry = schools.get(desk.place, before)
        return tokens.grant(desk, who, school=before, school_name=entry.name if entry else None, follower=True)
    if who.role != "coordinator" and session is not None:
        held = mine(desk, who, session)
        if who.role != "officer" or not held.shared:
            raise Refused("not-allowed")
        school = held.message.school
        desk.note(who, "report-opened", school=school, session=held.session)
    elif session is not None:
        mine(desk, who, session)
    if school is None:
        return tokens.grant(desk, who)
    entry = schools.get(desk.place, school)
    shared = {held.session: _sharers(desk, who, held) for held in sessions.of_school(desk.place, school) if held.shared}
    return tokens.grant(desk, who, school=school, school_name=entry.name if entry else None, shared=shared)


def _sharers(desk: Desk, who: Person, held: Held) -> Sharers | None:
    """For the ministry, which must not subtract: who shares beside this session."""
    return None if who.role == "coordinator" else sharing.beside(desk, held)


def _predecessor(desk: Desk, who: Person, session: str) -> str | None:
    """The school before the coordinator's whose closed session this is."""
    if who.role != "coordinator":
        return None
    return next(
        (one.message.school for one in earlier(desk, who) if one.message.session == codes.normal(session)), None
    )
