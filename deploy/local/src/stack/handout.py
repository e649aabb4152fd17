"""The demo's hand-out: everything that anyone's client needs to join in, as one JSON file."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from country.campaign import Roster
from country.enrol import Account, Enrolled
from country.script import HANDED_OUT
from country.staging import Staged
from stack.opening import Ministry
from stack.site import Site


def handout(site: Site, officer: Ministry, enrolled: Sequence[Enrolled], staged: Sequence[Staged]) -> dict[str, Any]:
    """Addresses, accounts, and for each school its sessions with the codes that the demo never uses."""
    sessions: dict[str, list[dict[str, Any]]] = {}
    for one in staged:
        sessions.setdefault(one.cue.school.registry_id, []).append(_session(one))
    return {
        "identity_url": site.identity,
        "collector_url": site.collector,
        "reporter_url": site.reporter,
        "metrics_urls": list(site.metrics.values()),
        "kafka": site.kafka,
        "mongo": site.admin_uri.reveal(),
        "mongo_ro": site.mongo("reporter"),
        "ministry": {**_account(officer.account), "api_key": officer.api_key},
        "schools": [
            {
                "code": school.code,
                "coordinator": _account(school.coordinator),
                "sessions": sessions.get(school.school.registry_id, []),
            }
            for school in enrolled
        ],
    }


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Writes the file in one step, readable by its owner alone."""
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(content, out, indent=2)
    draft.replace(path)


def respondent_link(collector: str, roster: Roster) -> str:
    """The address on a student's slip that nobody else has; everything in the fragment, which no server sees."""
    session = roster.session
    code = roster.reserved["student"][-1]
    return f"{collector}/#s={session.id}&g=student&c={code}&f={session.fingerprint}"


def _session(one: Staged) -> dict[str, Any]:
    session = one.roster.session
    return {
        "id": session.id,
        "campaign": session.campaign,
        "level": session.level,
        "state": "closed" if one.cue.ends else "open",
        "groups": {
            group: {"key_id": place.key_id, "codes": list(one.roster.reserved[group][: HANDED_OUT[group]])}
            for group, place in session.places.items()
        },
    }


def _account(account: Account) -> dict[str, str]:
    return {"user": account.user, "password": account.password, "totp_secret": account.totp_secret}
