"""The reporter's signature under open data: Ed25519, its public keys as JWKS and PEM."""

import base64
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts.ballots import b64, key_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """Signs with the key of now; `retired` signed before and are named on, so that kept signatures can be checked."""

    key: Ed25519PrivateKey = field(repr=False)
    retired: tuple[Ed25519PublicKey, ...] = ()

    def under(self, body: bytes) -> bytes:
        """64 bytes, the same for the same body and key."""
        return self.key.sign(body)

    def jwks(self) -> dict[str, Any]:
        """The public keys; the one that signs now first."""
        return {"keys": [_jwk(key) for key in (self.key.public_key(), *self.retired)]}

    def pem(self) -> bytes:
        """The public key that signs now, as openssl reads it."""
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def signature(seed: bytes, retired: tuple[str, ...]) -> Signature:
    """From the key's 32 bytes and `x` of each retired key; ValueError for anything else."""
    return Signature(key=Ed25519PrivateKey.from_private_bytes(seed), retired=tuple(map(retired_key, retired)))


def retired_key(x: str) -> Ed25519PublicKey:
    """A public key from its `x` in JWKS; ValueError if it is none."""
    raw = base64.b64decode(x + "=" * (-len(x) % 4), altchars=b"-_", validate=True)
    return Ed25519PublicKey.from_public_bytes(raw)


def _jwk(key: Ed25519PublicKey) -> dict[str, str]:
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": b64(key.public_bytes(Encoding.Raw, PublicFormat.Raw)),
        "use": "sig",
        "alg": "EdDSA",
        "kid": key_id(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)),
    }
