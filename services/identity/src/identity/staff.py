"""Accounts of staff: roles and what each may do, names, passwords' rules, one-time codes, waiting after mistakes."""

import base64
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from contracts.values import LEVELS
from identity.reasons import Refused

ROLES = ("officer", "analyst", "auditor", "agency", "coordinator")
MINISTRY_ROLES = ("officer", "analyst", "auditor", "agency")
KEY_PURPOSES = ("registry", "data")
STEP_SECONDS = 30
_USER = re.compile(r"[a-z0-9._-]{3,60}")
_FREE_MISTAKES = 5

RIGHTS: Mapping[str, frozenset[str]] = {
    "officer": frozenset(
        {
            *("import", "schools", "invitations", "campaigns", "campaigns-read", "api-keys", "sessions-read"),
            *("grants", "caps", "people", "audit"),
        }
    ),
    "api-key": frozenset({"import", "schools", "invitations", "campaigns", "campaigns-read", "sessions-read"}),
    "data-key": frozenset({"grants"}),
    "analyst": frozenset({"campaigns-read", "grants"}),
    "auditor": frozenset({"campaigns-read", "schools", "grants", "audit"}),
    "agency": frozenset({"campaigns-read", "schools", "grants"}),
    "coordinator": frozenset({"campaigns-read", "sessions-read", "sessions", "slips", "grants"}),
}
"""No ministry role may print slips: nobody but the school holds participation codes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Who is signed in: a user (or an API key's name), the role, a coordinator's school, an agency's scope."""

    user: str
    role: str
    school: str | None = None
    scope: Mapping[str, str] | None = None

    def may(self, right: str) -> bool:
        return right in RIGHTS[self.role]


def check_user(user: str) -> str:
    """The name, if it can be one; Refused otherwise."""
    if not _USER.fullmatch(user):
        raise Refused("bad-user-name")
    return user


def check_password(password: str, user: str) -> str:
    """The password, if it is good enough; Refused otherwise."""
    if not 10 <= len(password) <= 200 or user in password.lower():
        raise Refused("weak-password")
    return password


def check_role(role: str, scope: str | None) -> Mapping[str, str] | None:
    """An agency's scope from `level=primary` or `region=Baku`; None for other roles; Refused if they do not fit."""
    if role not in ROLES or (role == "agency") != (scope is not None):
        raise Refused("bad-role")
    if scope is None:
        return None
    kind, _, value = scope.partition("=")
    if not value or kind not in ("level", "region") or (kind == "level" and value not in LEVELS):
        raise Refused("bad-role")
    return {kind: value}


def totp(secret: bytes, step: int) -> str:
    """The six digits of RFC 6238 (SHA-1, 30 s) for a time step."""
    digest = hmac.digest(secret, step.to_bytes(8), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The time step (this one or a neighbour) that a code belongs to, or None."""
    current = int(now.timestamp()) // STEP_SECONDS
    digits = "".join(code.split()).encode()
    found = [s for s in (current, current - 1, current + 1) if hmac.compare_digest(totp(secret, s).encode(), digits)]
    return found[0] if found else None


def totp_text(secret: bytes) -> str:
    """The secret as people type it into an authenticator."""
    return base64.b32encode(secret).decode().rstrip("=")


def otpauth(user: str, secret: bytes) -> str:
    """The address that an authenticator scans."""
    return f"otpauth://totp/{quote('Güzgü')}:{quote(user)}?secret={totp_text(secret)}&issuer={quote('Güzgü')}"


def wait_after(mistakes: int) -> int:
    """Seconds to wait after so many mistakes in a row: none for the first few, then doubling up to a minute."""
    return 0 if mistakes < _FREE_MISTAKES else min(60, 2 ** (mistakes - _FREE_MISTAKES + 1))
