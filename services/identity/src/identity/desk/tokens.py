"""Signed tokens: bearer tokens and page cookies of staff, form tokens, grants for the reporter, and public keys."""

import hmac
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts.ballots import b64, key_id
from identity.desk.desk import Desk
from identity.sharing import Sharers
from identity.staff import Person

BEARER_SECONDS = 900
COOKIE_SECONDS = 8 * 3600
GRANT_SECONDS = 60
AS_READERS = {"data-key": "analyst"}
"""How the reporter knows who is no person."""
ISSUER = "guzgu-identity"


def _key(desk: Desk, purpose: str) -> bytes:
    return _derived(desk.cookie_key, purpose)


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"guzgu identity {purpose}".encode()).derive(key)


def issue(desk: Desk, purpose: str, user: str, seconds: int) -> str:
    """A token for one purpose ("bearer", "cookie") that names a user; "" for a visitor."""
    now = int(desk.clock().timestamp())
    claims = {"sub": user, "iat": now, "exp": now + seconds, "jti": b64(desk.random_bytes(12))}
    return jwt.encode(claims, _key(desk, purpose), algorithm="HS256")


def read(desk: Desk, purpose: str, token: str) -> Mapping[str, Any] | None:
    """The claims (sub, jti, exp) of a token made for this purpose and not yet over, else None."""
    claims = _claims(_key(desk, purpose), token)
    if claims is None and desk.retiring.cookie_key is not None:
        claims = _claims(_derived(desk.retiring.cookie_key, purpose), token)
    return claims if claims is not None and claims["exp"] > desk.clock().timestamp() else None


def _claims(key: bytes, token: str) -> Mapping[str, Any] | None:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            options={"verify_exp": False, "verify_iat": False, "require": ["sub", "iat", "exp", "jti"]},
        )
    except jwt.InvalidTokenError:
        return None
    return claims


def form_token(desk: Desk, jti: str) -> str:
    """What a form must send back so that we know our own page made it, for the cookie of this id."""
    return b64(hmac.digest(_key(desk, "form"), jti.encode(), "sha256"))


def grant(
    desk: Desk,
    person: Person,
    *,
    school: str | None = None,
    school_name: str | None = None,
    shared: Mapping[str, Sharers | None] | None = None,
    follower: bool = False,
) -> str:
    """A grant with which the reporter lets this person in, once, within a minute. `shared`: the sessions of the school
    that the ministry may open, each with who shares beside it where that is asked; `follower`: somebody of a school
    that came after this one."""
    now = int(desk.clock().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": "reporter",
        "jti": b64(desk.random_bytes(16)),
        "iat": now,
        "exp": now + GRANT_SECONDS,
        "role": AS_READERS.get(person.role, person.role),
        "scope": dict(person.scope or {}),
        "school": school,
        "school_name": school_name,
        "shared": list(shared or {}),
        "sharers": {session: told for session, told in (shared or {}).items() if told is not None},
        "follower": follower,
    }
    spki = desk.grant_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return jwt.encode(claims, desk.grant_key, algorithm="EdDSA", headers={"kid": key_id(spki)})


def jwks(desk: Desk) -> dict[str, Any]:
    """The public keys: Ed25519 for grants, P-256 for the manifest; those that sign now first, then those retired."""
    grants = (desk.grant_key.public_key(), *desk.retiring.grant_keys)
    manifest = (desk.manifest_key.public_key(), *desk.retiring.manifest_keys)
    return {"keys": [*map(_grant_jwk, grants), *map(_manifest_jwk, manifest)]}


def _grant_jwk(key: Ed25519PublicKey) -> dict[str, str]:
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": b64(key.public_bytes(Encoding.Raw, PublicFormat.Raw)),
        "use": "sig",
        "alg": "EdDSA",
        "kid": key_id(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)),
    }


def _manifest_jwk(key: EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": b64(numbers.x.to_bytes(32)),
        "y": b64(numbers.y.to_bytes(32)),
        "use": "sig",
        "alg": "ES256",
        "kid": key_id(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)),
    }
