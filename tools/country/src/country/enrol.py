"""Brings schools into the product as people do: registry, campaign, invitations, coordinators, sessions, slips."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from contracts.ballots import fingerprint, unb64
from country.client import Collector, Identity
from country.forms import Form, from_questionnaire
from country.journey import Place
from country.people import School, registry_csv

Password = Callable[[], str]


class Contradiction(Exception):
    """The product told two things that cannot both be true; the message says which."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """What somebody signs in with."""

    user: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Enrolled:
    """A school with its code and its coordinator, who is signed in."""

    school: School
    code: str
    coordinator: Account
    identity: Identity


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """An open session: where its groups answer, what they are asked, and the threshold k of each."""

    id: str
    campaign: str
    level: str
    enrolled: Enrolled
    fingerprint: str
    places: Mapping[str, Place]
    forms: Mapping[str, Form]
    thresholds: Mapping[str, int]


def register(ministry: Identity, schools: Sequence[School]) -> dict[str, str]:
    """Imports the registry; each school's code by its registry id. Contradiction if a row was refused."""
    answer = ministry.import_schools(registry_csv(schools))
    if answer["refused"]:
        raise Contradiction(f"the import refused rows: {answer['refused'][:3]}")
    codes: dict[str, str] = {}
    page: Any = None
    while True:
        found = ministry.get("/v1/schools" if page is None else f"/v1/schools?page={page}")
        codes.update({row["registry_id"]: row["school"] for row in found["schools"]})
        page = found.get("next")
        if not page:
            return {school.registry_id: codes[school.registry_id] for school in schools}


def open_campaign(
    ministry: Identity, slug: str, names: Mapping[str, str], opens: datetime, closes: datetime
) -> dict[str, Any]:
    """Makes a campaign; the breakdowns are left to what the registry allows."""
    body = {"campaign": slug, "names": dict(names), "opens": instant(opens), "closes": instant(closes)}
    answer: dict[str, Any] = ministry.post("/v1/campaigns", body)
    return answer


def enrol(
    ministry: Identity, http: httpx.Client, url: str, school: School, code: str, user: str, password: Password
) -> Enrolled:
    """Invites the school's coordinator, who signs up with the invitation and signs in."""
    invitation = ministry.post(f"/v1/schools/{code}/invitations")["invitation"]
    identity = Identity(http, url)
    secret = password()
    totp_secret = identity.accept_invitation(invitation, user, secret)
    identity.sign_in(user, secret, totp_secret)
    account = Account(user=user, password=secret, totp_secret=totp_secret)
    return Enrolled(school=school, code=code, coordinator=account, identity=identity)


def open_session(
    enrolled: Enrolled,
    collector: Collector,
    campaign: str,
    level: str,
    closes: datetime,
    language: str,
    only: Sequence[str] = ("leader", "teacher", "student", "trainer"),
) -> Session:
    """Opens a session for every group of `only` that has people; the key card is checked as the page does."""
    registered = enrolled.school.levels[level]
    groups: dict[str, dict[str, list[str]]] = {
        group: {"optional": [], "own": []} for group in only if registered.of(group) > 0
    }
    body = {"campaign": campaign, "level": level, "closes": instant(closes), "groups": groups}
    made = enrolled.identity.post("/v1/sessions", body)
    document = collector.questionnaire(made["session"], language)
    card = document["key_card"]
    if fingerprint(card) != made["fingerprint"]:
        raise Contradiction(f"session {made['session']}: collector and identity show different keys")
    forms = from_questionnaire(document)
    places = {
        row["group"]: Place(
            session=made["session"],
            group=row["group"],
            key_id=row["key_id"],
            spki=unb64(row["spki"]),
            version=forms[row["group"]].version,
        )
        for row in json.loads(card)["keys"]
    }
    return Session(
        id=made["session"],
        campaign=campaign,
        level=level,
        enrolled=enrolled,
        fingerprint=made["fingerprint"],
        places=places,
        forms=forms,
        thresholds={group: asked["k"] for group, asked in document["groups"].items()},
    )


def draw_slips(session: Session, group: str, count: int) -> list[str]:
    """The participation codes of `count` new slips, in the order in which they lie in the box."""
    body = {"group": group, "count": count}
    codes: list[str] = session.enrolled.identity.post(f"/v1/sessions/{session.id}/slips", body)["codes"]
    return codes


def instant(when: datetime) -> str:
    """A UTC instant as it travels."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
