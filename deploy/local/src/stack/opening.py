"""Brings the ministry's officer into the demo, by identity's own command."""

import json
from dataclasses import dataclass, field

import httpx

from country.client import Identity
from country.enrol import Account
from stack.services import Services


@dataclass(frozen=True, kw_only=True, slots=True)
class Ministry:
    """The ministry's officer, with an API key."""

    account: Account
    api_key: str = field(repr=False)
    identity: Identity


def ministry(services: Services, http: httpx.Client) -> Ministry:
    """Makes the officer by identity's own command, signs in, and asks for an API key."""
    printed = services.output("identity", "staff-add", "--user", "ministry", "--role", "officer", "--json")
    made = json.loads(printed)
    account = Account(user="ministry", password=made["password"], totp_secret=made["totp_secret"])
    identity = Identity(http, services.site.identity)
    identity.sign_in(account.user, account.password, account.totp_secret)
    key = str(identity.post("/v1/api-keys", {"name": "demo"})["api_key"])
    return Ministry(account=account, api_key=key, identity=identity.with_api_key(key))
