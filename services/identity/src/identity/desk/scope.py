"""How far a role sees into the register: an agency its one level or region, the others all of it."""

from dataclasses import replace

from identity.desk.desk import Desk
from identity.reasons import Refused
from identity.staff import Person
from identity.store import schools
from identity.store.schools import School, Wanted


def within(who: Person, wanted: Wanted) -> Wanted:
    """The same wish, within what this person may see."""
    scope = who.scope or {}
    return replace(wanted, region=scope.get("region", wanted.region), level=scope.get("level", wanted.level))


def visible(desk: Desk, who: Person, code: str) -> School:
    """The school of this code; Refused where there is none that this person may see."""
    found, scope = schools.school(desk.place, code), who.scope or {}
    if found is None or scope.get("region", found.entry.region) != found.entry.region:
        raise Refused("unknown-school")
    if "level" in scope and scope["level"] not in found.entry.levels:
        raise Refused("unknown-school")
    return found
