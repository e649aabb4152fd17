"""Key ids, key cards, fingerprints and response ids: what every party derives alike from keys and ballots."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping

MESSAGE_BYTES = 64
SIGNATURE_BYTES = 256


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of unpadded base64url; ValueError if the text is not exactly that."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
    if b64(data) != text:
        raise ValueError("not canonical base64url")
    return data


def canonical(value: object) -> bytes:
    """Canonical JSON (RFC 8785) of a value built from strings, integers, booleans, None, lists and mappings.

    Floats are refused with TypeError: none of our canonical texts has one.
    """
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("canonical JSON here has no floats")
    if isinstance(value, Mapping):
        for member in value.values():
            _refuse_floats(member)
    elif isinstance(value, list | tuple):
        for member in value:
            _refuse_floats(member)


def key_id(spki: bytes) -> str:
    """First 16 base64url characters of SHA-256 over the key's SPKI (DER)."""
    return b64(hashlib.sha256(spki).digest())[:16]


def key_card(session: str, keys: Mapping[str, bytes]) -> str:
    """The canonical list of a session's keys, from SPKI (DER) by group; what a slip's fingerprint stands for."""
    rows = [{"group": group, "key_id": key_id(keys[group]), "spki": b64(keys[group])} for group in sorted(keys)]
    return canonical({"keys": rows, "session": session}).decode()


def fingerprint(card: str) -> str:
    """First 16 base64url characters of the key card's SHA-256."""
    return b64(hashlib.sha256(card.encode()).digest())[:16]


def response_id(ballot_key_id: str, message: bytes) -> str:
    """Hex of the first 16 bytes of SHA-256(UTF-8 of the key id, then the 64-byte prepared message)."""
    return hashlib.sha256(ballot_key_id.encode() + message).digest()[:16].hex()
