"""Signing on: identity's one-time grant in, the reporter's own encrypted session out."""

import base64
import json
import os
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reporter.readers.access import ROLES, Sharers, Viewer

ISSUER: Final = "guzgu-identity"
AUDIENCE: Final = "reporter"
LONGEST_GRANT: Final = timedelta(seconds=60)
SKEW: Final = timedelta(seconds=10)
SESSION: Final = timedelta(hours=1)
PURPOSE: Final = b"guzgu-reporter session v1"
NONCE_BYTES: Final = 12
READ_SECONDS: Final = 3
REREAD_SECONDS: Final = 2


class Refused(Exception):
    """A grant or session that is not let in; `reason` is a short code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Grants(Protocol):
    """Where used grants are noted."""

    def use_grant(self, jti: str, expires: datetime) -> bool:
        """True the first time."""
        ...


class Keys:
    """Identity's public keys by key id; read when an unknown one is met, the last good copy kept."""

    def __init__(
        self,
        read: Callable[[], bytes],
        told: Callable[[str], None] = lambda outcome: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._told = told
        self._monotonic = monotonic
        self._tried = float("-inf")
        self._lock = threading.Lock()
        self._keys: dict[str | None, jwt.PyJWK] = {}

    def find(self, kid: str | None) -> jwt.PyJWK | None:
        """The Ed25519 key of this id, or None."""
        with self._lock:
            if kid not in self._keys and self._monotonic() - self._tried >= REREAD_SECONDS:
                self._tried = self._monotonic()
                self._reread()
            return self._keys.get(kid)

    def _reread(self) -> None:
        try:
            found = json.loads(self._read())["keys"]
            usable = [key for key in found if key.get("kty") == "OKP" and key.get("crv") == "Ed25519"]
            keys = {key.get("kid"): jwt.PyJWK.from_dict(key, algorithm="EdDSA") for key in usable}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError):
            self._told("failed")
            return
        if len(usable) == 1:  # a grant that names no key can only mean the one there is
            keys[None] = next(iter(keys.values()))
        self._keys = keys
        self._told("read")


def from_file(path: Path) -> Callable[[], bytes]:
    """Reads a JWKS file."""
    return path.read_bytes


def from_address(url: str) -> Callable[[], bytes]:
    """Reads a JWKS address; only http and https."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("not an http address")

    def read() -> bytes:
        with urllib.request.urlopen(url, timeout=READ_SECONDS) as answer:  # noqa: S310  # checked above
            return bytes(answer.read(1 << 20))

    return read


def accept(grant: str, keys: Keys, grants: Grants, now: datetime) -> Viewer:
    """Spends a grant; Refused(forged | expired | used | malformed | no-key)."""
    try:
        kid = jwt.get_unverified_header(grant).get("kid")
    except jwt.PyJWTError as error:
        raise Refused("malformed") from error
    key = keys.find(kid)
    if key is None:
        raise Refused("no-key")
    try:
        claims = jwt.decode(
            grant,
            key,
            algorithms=["EdDSA"],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"require": ["exp", "iat", "jti", "aud", "iss"], "verify_exp": False, "verify_iat": False},
        )
    except jwt.InvalidSignatureError as error:
        raise Refused("forged") from error
    except jwt.PyJWTError as error:
        raise Refused("malformed") from error
    issued, expires = _instant(claims["iat"]), _instant(claims["exp"])
    if not issued - SKEW <= now < expires or expires - issued > LONGEST_GRANT:
        raise Refused("expired")
    viewer = viewer_of(claims)
    if not isinstance(claims["jti"], str) or not 8 <= len(claims["jti"]) <= 128:
        raise Refused("malformed")
    if not grants.use_grant(claims["jti"], expires):
        raise Refused("used")
    return viewer


def viewer_of(claims: Mapping[str, Any]) -> Viewer:
    """The person that identity describes; Refused("malformed") for a role or field that is none."""
    scope = claims.get("scope") or {}
    shared = claims.get("shared") or []
    texts = [claims.get("school"), claims.get("school_name"), scope.get("level"), scope.get("region"), *shared]
    if claims.get("role") not in ROLES or not all(text is None or isinstance(text, str) for text in texts):
        raise Refused("malformed")
    return Viewer(
        role=claims["role"],
        school=claims.get("school"),
        school_name=claims.get("school_name"),
        level=scope.get("level"),
        region=scope.get("region"),
        shared=frozenset(shared),
        follower=claims.get("follower") is True,
        sharers=_sharers(claims.get("sharers") or {}),
    )


def _sharers(told: Any) -> Mapping[str, Sharers]:
    """What identity tells of who shares beside each session; Refused("malformed") if it is something else."""
    try:
        for groups in told.values():
            for breakdowns in groups.values():
                for of_level, of_all in breakdowns.values():
                    if not all(count is None or isinstance(count, int) for count in (of_level, of_all)):
                        raise Refused("malformed")
    except (AttributeError, TypeError, ValueError) as error:
        raise Refused("malformed") from error
    found: Mapping[str, Sharers] = told
    return found


def seal(viewer: Viewer, key: bytes, now: datetime, random: Callable[[int], bytes] = os.urandom) -> str:
    """An encrypted session, for a cookie or a bearer token."""
    body = {
        "role": viewer.role,
        "school": viewer.school,
        "school_name": viewer.school_name,
        "scope": {"level": viewer.level, "region": viewer.region},
        "shared": sorted(viewer.shared),
        "follower": viewer.follower,
        "exp": int((now + SESSION).timestamp()),
    }
    nonce = random(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, json.dumps(body, ensure_ascii=False).encode(), PURPOSE)
    return base64.urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()


def open_session(token: str, key: bytes, now: datetime) -> Viewer | None:
    """The viewer of a sealed session, or None if it is not ours or over."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        body = json.loads(AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], PURPOSE))
    except (ValueError, InvalidTag):
        return None
    return viewer_of(body) if now < _instant(body["exp"]) else None


def _instant(seconds: Any) -> datetime:
    if not isinstance(seconds, int | float):
        raise Refused("malformed")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise Refused("malformed") from error
