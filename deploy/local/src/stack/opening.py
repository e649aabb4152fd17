"""Brings the demo to the point where people can answer: ministry, registry, campaign, coordinators, sessions, slips."""

import json
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from country.campaign import Roster, roster
from country.client import Collector, Identity
from country.enrol import Account, Enrolled, enrol, open_campaign, open_session, register
from stack.script import RESERVED, SEED, Cue, Script
from stack.services import Services
from stack.site import Site

CAMPAIGN = "demo"
NAMES = {"en": "Demo campaign", "az": "Nümayiş kampaniyası"}
CAMPAIGN_DAYS, SESSION_DAYS = 30, 14
HANDS = 4
"""Schools that are set up at the same time."""

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ministry:
    """The ministry's officer, with an API key."""

    account: Account
    api_key: str = field(repr=False)
    identity: Identity


@dataclass(frozen=True, kw_only=True, slots=True)
class Staged:
    """A session with its people, and what the script has in mind for it."""

    cue: Cue
    roster: Roster


def ministry(services: Services, http: httpx.Client) -> Ministry:
    """Makes the officer by identity's own command, signs in, and asks for an API key."""
    printed = services.output("identity", "staff-add", "--user", "ministry", "--role", "officer", "--json")
    made = json.loads(printed)
    account = Account(user="ministry", password=made["password"], totp_secret=made["totp_secret"])
    identity = Identity(http, services.site.identity)
    identity.sign_in(account.user, account.password, account.totp_secret)
    key = str(identity.post("/v1/api-keys", {"name": "demo"})["api_key"])
    return Ministry(account=account, api_key=key, identity=identity.with_api_key(key))


def enrolled_schools(officer: Ministry, script: Script, http: httpx.Client, site: Site) -> list[Enrolled]:
    """Imports the registry, opens the campaign and signs up a coordinator for each school."""
    codes = register(officer.identity, script.schools)
    now = datetime.now(UTC)
    opens = now.replace(hour=0, minute=0, second=0, microsecond=0)
    open_campaign(officer.identity, CAMPAIGN, NAMES, opens, now + timedelta(days=CAMPAIGN_DAYS))

    def sign_up(number: int) -> Enrolled:
        school = script.schools[number]
        user = f"school{number + 1:02d}"
        code = codes[school.registry_id]
        return enrol(officer.identity, http, site.identity, school, code, user, _password)

    with ThreadPoolExecutor(HANDS) as hands:
        return list(hands.map(sign_up, range(len(script.schools))))


def staged_sessions(
    script: Script, enrolled: Sequence[Enrolled], http: httpx.Client, site: Site, progress: Callable[[int], None]
) -> list[Staged]:
    """Opens every session of the script and draws its slips."""
    schools = {one.school.registry_id: one for one in enrolled}
    collector = Collector(http, site.collector)
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


def _password() -> str:
    return secrets.token_urlsafe(12)
