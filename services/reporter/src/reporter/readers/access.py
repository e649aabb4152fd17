"""Who is looking, and whether this school's session may be opened for them; everything else looks the same: nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Sharers = Mapping[str, Mapping[str, Sequence[int | None]]]
"""As identity tells it of a session, by group and breakdown: schools that share in the class of the session's own level
and in that of all levels; None where no figure can come of the class."""
Role = Literal["coordinator", "officer", "analyst", "auditor", "agency"]
ROLES: Final = ("coordinator", "officer", "analyst", "auditor", "agency")


@dataclass(frozen=True, kw_only=True, slots=True)
class Viewer:
    """A signed-on person as identity described them: role, an agency's one `level` or `region`, the school that is
    the coordinator's own or was opened, its name, and the sessions that this school shares with the ministry;
    at sign-on with the `sharers` beside each, which no session carries on.
    `follower`: the coordinator of a school that came after this one, who reads what it left and changes nothing."""

    role: Role
    school: str | None = None
    school_name: str | None = None
    level: str | None = None
    region: str | None = None
    shared: frozenset[str] = frozenset()
    follower: bool = False
    sharers: Mapping[str, Sharers] = field(default_factory=dict, repr=False)

    @property
    def may_write(self) -> bool:
        """Whether this is the school's own coordinator."""
        return self.role == "coordinator" and not self.follower

    @property
    def ministry(self) -> bool:
        """Whether this is any role of the ministry."""
        return self.role != "coordinator"


def may_open(viewer: Viewer, school: str, terms: Mapping[str, Any]) -> bool:
    """Whether `viewer` may open the session whose `sessions` message is `terms` under this school's address."""
    if terms["school"] != school or viewer.school != school:
        return False
    if not viewer.ministry:
        return True
    return terms["session"] in viewer.shared and in_scope(viewer, terms)


def in_scope(viewer: Viewer, terms: Mapping[str, Any]) -> bool:
    """Whether a session lies within an agency's one level or region; other roles see all."""
    if viewer.role == "agency" and viewer.level is None and viewer.region is None:
        return False
    if viewer.level is not None and terms["level"] != viewer.level:
        return False
    return viewer.region is None or terms["stratum"]["region"] == viewer.region
