"""The respondent's half of RFC 9474 (RSABSSA-SHA384-PSS-Randomized): prepare, blind, finalize, verify."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import load_der_public_key

HASH_BYTES = 48
SALT_BYTES = 48
RANDOMIZER_BYTES = 32
NONCE_BYTES = 32

RandomBytes = Callable[[int], bytes]


class BadBallot(Exception):
    """What came back is no signature of this ballot under this key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ballot:
    """What pays for one response: the prepared message (64 bytes) and its unblinded signature."""

    message: bytes
    signature: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Blinded:
    """A prepared message on its way to the issuer: `blinded` travels, `inverse` never leaves."""

    message: bytes
    blinded: bytes
    inverse: int = field(repr=False)


@lru_cache(maxsize=1024)
def public_key(spki: bytes) -> RSAPublicKey:
    """The RSA key in a DER SubjectPublicKeyInfo; ValueError for any other kind of key."""
    key = load_der_public_key(spki)
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA key")
    return key


def prepare(random: RandomBytes) -> bytes:
    """A new prepared message: 32 random bytes (the RFC's randomizer), then a nonce of 32."""
    return random(RANDOMIZER_BYTES) + random(NONCE_BYTES)


def blind(key: RSAPublicKey, message: bytes, random: RandomBytes) -> Blinded:
    """Blinds a prepared message with a salt and a factor drawn from `random`."""
    size = (key.key_size + 7) // 8
    modulus = key.public_numbers().n
    while True:
        factor = int.from_bytes(random(size), "big") % modulus
        if factor > 1:
            return blind_with(key, message, salt=random(SALT_BYTES), factor=factor)


def blind_with(key: RSAPublicKey, message: bytes, *, salt: bytes, factor: int) -> Blinded:
    """Blinds with the given salt (48 bytes) and factor r; the same inputs always give the same bytes."""
    numbers = key.public_numbers()
    encoded = int.from_bytes(_pss_encode(message, key.key_size - 1, salt), "big")
    inverse = pow(factor, -1, numbers.n)
    blinded = encoded * pow(factor, numbers.e, numbers.n) % numbers.n
    return Blinded(message=message, blinded=blinded.to_bytes((key.key_size + 7) // 8, "big"), inverse=inverse)


def finalize(key: RSAPublicKey, secret: Blinded, blind_signature: bytes) -> Ballot:
    """The ballot, checked under the key; BadBallot if the issuer signed something else."""
    size = (key.key_size + 7) // 8
    if len(blind_signature) != size:
        raise BadBallot("the blind signature has another length than the key")
    modulus = key.public_numbers().n
    signature = (int.from_bytes(blind_signature, "big") * secret.inverse % modulus).to_bytes(size, "big")
    ballot = Ballot(message=secret.message, signature=signature)
    verify(key, ballot)
    return ballot


def verify(key: RSAPublicKey, ballot: Ballot) -> None:
    """Returns if the signature is good under the key; BadBallot otherwise."""
    try:
        key.verify(
            ballot.signature, ballot.message, padding.PSS(mgf=padding.MGF1(SHA384()), salt_length=SALT_BYTES), SHA384()
        )
    except InvalidSignature as error:
        raise BadBallot("the signature does not fit the ballot") from error


def _pss_encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE of RFC 8017, 9.1.1, with SHA-384 throughout; `bits` is the encoded length in bits."""
    size = (bits + 7) // 8
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(size - len(salt) - HASH_BYTES - 2) + b"\x01" + salt
    masked = bytearray(a ^ b for a, b in zip(block, _mgf1(digest, len(block)), strict=True))
    masked[0] &= 0xFF >> (8 * size - bits)
    return bytes(masked) + digest + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    blocks = -(-length // HASH_BYTES)
    mask = b"".join(hashlib.sha384(seed + number.to_bytes(4, "big")).digest() for number in range(blocks))
    return mask[:length]
