"""The auditors' list of key cards: one signed JSON line a session, each naming the hash of the line before."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from contracts.ballots import b64, canonical, unb64


def line(key: ec.EllipticCurvePrivateKey, *, session: str, fingerprint: str, sequence: int, line_before: str) -> str:
    """Line `sequence` (from 1) without its newline; `line_before` is "" for the first."""
    body: dict[str, object] = {
        "fingerprint": fingerprint,
        "previous": previous(line_before),
        "sequence": sequence,
        "session": session,
    }
    r, s = decode_dss_signature(key.sign(canonical(body), ec.ECDSA(hashes.SHA256())))
    return canonical({**body, "signature": b64(r.to_bytes(32) + s.to_bytes(32))}).decode()


def previous(line_before: str) -> str:
    """base64url SHA-256 of a line without its newline; "" where there is none."""
    return b64(hashlib.sha256(line_before.encode()).digest()) if line_before else ""


def signed(key: ec.EllipticCurvePublicKey, body: dict[str, object], signature: str) -> bool:
    """Whether `signature` (r‖s in base64url) is the key's over the other four fields."""
    try:
        raw = unb64(signature)
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key.verify(der, canonical(body), ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True
