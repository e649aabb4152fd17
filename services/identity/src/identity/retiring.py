"""Keys that were replaced: for as long as they are set, what was made under them still opens."""

import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.ballots import unb64

NONCE_BYTES = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Retiring:
    """What each secret was before its last change, and the public halves of signing keys that no longer sign."""

    pepper: bytes | None = field(repr=False, default=None)
    wrap_key: bytes | None = field(repr=False, default=None)
    cookie_key: bytes | None = field(repr=False, default=None)
    grant_keys: tuple[Ed25519PublicKey, ...] = ()
    manifest_keys: tuple[EllipticCurvePublicKey, ...] = ()


def mark(pepper: bytes) -> str:
    """Which pepper it is, without a word of what it is: 8 characters."""
    return hashlib.sha256(b"guzgu pepper" + pepper).hexdigest()[:8]


def pepper_of(marked: str | None, current: bytes, previous: bytes | None) -> bytes | None:
    """The pepper that a session's codes are hashed under; a session that bears no mark is older than the last change.
    None if it is neither of the two."""
    if marked is None:
        return previous or current
    return next((one for one in (current, previous) if one is not None and mark(one) == marked), None)


def opened(wrapped: bytes, about: bytes, keys: tuple[bytes | None, ...]) -> bytes:
    """What is wrapped under one of the keys, tried in turn; InvalidTag if under none."""
    for key in keys:
        if key is not None:
            try:
                return AESGCM(key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], about)
            except InvalidTag:
                continue
    raise InvalidTag


def grant_key(text: str) -> Ed25519PublicKey:
    """A retired grant key from its `x` in JWKS; ValueError if it is none."""
    return Ed25519PublicKey.from_public_bytes(unb64(text))


def manifest_key(text: str) -> EllipticCurvePublicKey:
    """A retired manifest key from its `x` and `y` in JWKS, a dot between; ValueError if it is none."""
    x, _, y = text.partition(".")
    numbers = EllipticCurvePublicNumbers(int.from_bytes(unb64(x)), int.from_bytes(unb64(y)), SECP256R1())
    return numbers.public_key()
