"""Sets the script's stage: registry, campaign, coordinators, open sessions, slips; and closes what the script ends."""

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from country.campaign import Roster, roster
from country.client import Collector, Identity
from country.enrol import Enrolled, enrol, open_campaign, open_session, register
from country.script import RESERVED, SEED, Cue, Script

CAMPAIGN = "demo"
NAMES = {"en": "Demo campaign", "az": "Nümayiş kampaniyası"}
CAMPAIGN_DAYS, SESSION_DAYS = 30, 14
HANDS = 4
"""Schools that are set up at the same time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Staged:
    """A session with its people, and what the script has in mind for it."""

    cue: Cue
    roster: Roster


def enrolled_schools(ministry: Identity, script: Script, http: httpx.Client, identity: str) -> list[Enrolled]:
    """Imports the registry, opens the campaign and signs up a coordinator a school; `identity` is its address."""
    codes = register(ministry, script.schools)
    now = datetime.now(UTC)
    opens = now.replace(hour=0, minute=0, second=0, microsecond=0)
    open_campaign(ministry, CAMPAIGN, NAMES, opens, now + timedelta(days=CAMPAIGN_DAYS))

    def sign_up(number: int) -> Enrolled:
        school = script.schools[number]
        user = f"school{number + 1:02d}"
        return enrol(ministry, http, identity, school, codes[school.registry_id], user, _password)

    with ThreadPoolExecutor(HANDS) as hands:
        return list(hands.map(sign_up, range(len(script.schools))))


def staged_sessions(
    script: Script, enrolled: Sequence[Enrolled], http: httpx.Client, address: str, progress: Callable[[int], None]
) -> list[Staged]:
    """Opens every session of the script and draws its slips; `address` is the collector's."""
    schools = {one.school.registry_id: one for one in enrolled}
    collector = Collector(http, address)
    closes = datetime.now(UTC) + timedelta(days=SESSION_DAYS)

    def stage(cue: Cue) -> Staged:
        session = open_session(schools[cue.school.registry_id], collector, CAMPAIGN, cue.level, closes, "az")
        return Staged(cue=cue, roster=roster(session, SEED, RESERVED, script.turnout))

    found: list[Staged] = []
    with ThreadPoolExecutor(HANDS) as hands:
        for one in hands.map(stage, script.cues):
            found.append(one)
            progress(len(found))
    return found


def close(one: Staged) -> None:
    """The coordinator closes the session now."""
    one.roster.session.enrolled.identity.post(f"/v1/sessions/{one.roster.session.id}/close")


def state(one: Staged) -> str:
    """What identity says about the session."""
    document = one.roster.session.enrolled.identity.get(f"/v1/sessions/{one.roster.session.id}")
    return str(document["state"])


def _password() -> str:
    return secrets.token_urlsafe(12)
