"""Blind RSA signatures after RFC 9474 (RSABSSA-SHA384-PSS-Randomized), and the wrapping of their private keys."""

from collections.abc import Callable
from dataclasses import dataclass, field

import gmpy2  # type: ignore[import-untyped]  # it has no types
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.ballots import key_id
from identity.reasons import Refused
from identity.retiring import opened

MODULUS_BYTES = 256
_NONCE = 12


class SigningFault(Exception):
    """A computed signature did not verify: the machine made a mistake, and nothing of it may leave."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivateKey:
    """The numbers of an RSA private key; none of them is ever shown."""

    n: int
    e: int
    p: int = field(repr=False)
    q: int = field(repr=False)
    d_p: int = field(repr=False)
    d_q: int = field(repr=False)
    q_inverse: int = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class WrappedKey:
    """A key pair as it is stored: id, public part (SPKI, DER) and the private part under AES-GCM."""

    key_id: str
    spki: bytes
    wrapped: bytes = field(repr=False)


def new_key(wrap_key: bytes, random_bytes: Callable[[int], bytes]) -> WrappedKey:
    """A fresh RSA-2048 pair, its private part wrapped at once under the 32-byte `wrap_key`."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=8 * MODULUS_BYTES)
    spki = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    plain = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    nonce, name = random_bytes(_NONCE), key_id(spki)
    return WrappedKey(key_id=name, spki=spki, wrapped=nonce + AESGCM(wrap_key).encrypt(nonce, plain, name.encode()))


def unwrap(key: WrappedKey, *wrap_keys: bytes | None) -> PrivateKey:
    """The private numbers; cryptography.exceptions.InvalidTag if id and wrapping belong to none of the keys."""
    plain = opened(key.wrapped, key.key_id.encode(), wrap_keys)
    # The bytes are our own and authenticated, so the slow check of a foreign key is left out.
    loaded = serialization.load_der_private_key(plain, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(loaded, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    numbers = loaded.private_numbers()
    return PrivateKey(
        n=numbers.public_numbers.n,
        e=numbers.public_numbers.e,
        p=numbers.p,
        q=numbers.q,
        d_p=numbers.dmp1,
        d_q=numbers.dmq1,
        q_inverse=numbers.iqmp,
    )


def rewrapped(
    key: WrappedKey, wrap_key: bytes, previous: bytes | None, random_bytes: Callable[[int], bytes]
) -> WrappedKey:
    """The same pair under `wrap_key`; InvalidTag if it opens with neither."""
    plain, nonce = opened(key.wrapped, key.key_id.encode(), (wrap_key, previous)), random_bytes(_NONCE)
    wrapped = nonce + AESGCM(wrap_key).encrypt(nonce, plain, key.key_id.encode())
    return WrappedKey(key_id=key.key_id, spki=key.spki, wrapped=wrapped)


def opens_with(key: WrappedKey, *wrap_keys: bytes | None) -> bool:
    """Whether the pair was wrapped with one of these keys."""
    try:
        unwrap(key, *wrap_keys)
    except InvalidTag:
        return False
    return True


def acceptable(blinded: bytes, spki: bytes) -> bool:
    """Whether `blinded` is a number from 1 to n - 1 of exactly the modulus' length."""
    public = serialization.load_der_public_key(spki)
    if not isinstance(public, rsa.RSAPublicKey):
        raise TypeError("not an RSA key")
    return len(blinded) == (public.key_size + 7) // 8 and 0 < int.from_bytes(blinded) < public.public_numbers().n


def blind_sign(key: PrivateKey, blinded: bytes, randbelow: Callable[[int], int]) -> bytes:
    """The blind signature of a blinded message, both as long as the modulus.

    The base is blinded once more against timing, the halves are computed in constant time, and the result is checked
    before it leaves (a faulty half would give the key away). Refused for a number out of range; SigningFault.
    """
    message = int.from_bytes(blinded)
    length = (key.n.bit_length() + 7) // 8
    if len(blinded) != length or not 0 < message < key.n:
        raise Refused("bad-blinded-message")
    mask, unmask = _mask(key.n, randbelow)
    base = message * pow(mask, key.e, key.n) % key.n
    by_p = int(gmpy2.powmod_sec(base % key.p, key.d_p, key.p))
    by_q = int(gmpy2.powmod_sec(base % key.q, key.d_q, key.q))
    signature = (by_q + key.q * (key.q_inverse * (by_p - by_q) % key.p)) * unmask % key.n
    if pow(signature, key.e, key.n) != message:
        raise SigningFault("a blind signature did not verify")
    return signature.to_bytes(length)


def _mask(n: int, randbelow: Callable[[int], int]) -> tuple[int, int]:
    while True:
        mask = randbelow(n - 2) + 2
        try:
            return mask, pow(mask, -1, n)
        except ValueError:
            continue  # shares a factor with n: cannot be inverted, and does not happen
