"""What is not yet released, encrypted: one AES-GCM text per session, bound to the session's id."""

import os
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.errors import Fatal

NONCE_BYTES = 12


class Sealer:
    """Seals under the key from the settings (32 bytes) and opens what it sealed, or what the key `before` it did."""

    def __init__(self, key: bytes, random: Callable[[int], bytes] = os.urandom, *, before: bytes | None = None) -> None:
        if len(key) != 32 or (before is not None and len(before) != 32):
            raise Fatal("BLOB_KEY and BLOB_KEY_PREVIOUS must be 32 bytes as base64url")
        self._cipher = AESGCM(key)
        self._before = None if before is None else AESGCM(before)
        self._random = random

    def seal(self, session: str, parts: Mapping[str, bytes]) -> bytes:
        """The packed figures by group as one blob: nonce, ciphertext, tag."""
        plain = b"".join(len(data).to_bytes(4, "big") + data for _, data in sorted(parts.items()))
        return self._sealed(session, plain)

    def resealed(self, session: str, blob: bytes) -> bytes | None:
        """The same figures under the key of now; None if they are already. Fatal as in `open`."""
        try:
            self._cipher.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], session.encode())
        except (InvalidTag, ValueError):
            return self._sealed(session, self._plain(session, blob))
        return None

    def open(self, session: str, blob: bytes, groups: list[str]) -> dict[str, bytes]:
        """The packed figures by group; Fatal if the blob is not this session's or the key is not this database's."""
        plain = self._plain(session, blob)
        parts: dict[str, bytes] = {}
        at = 0
        for group in sorted(groups):
            size = int.from_bytes(plain[at : at + 4], "big")
            parts[group] = plain[at + 4 : at + 4 + size]
            at += 4 + size
        return parts

    def _sealed(self, session: str, plain: bytes) -> bytes:
        nonce = self._random(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, session.encode())

    def _plain(self, session: str, blob: bytes) -> bytes:
        for cipher in (self._cipher, self._before):
            if cipher is not None:
                try:
                    return cipher.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], session.encode())
                except (InvalidTag, ValueError):
                    continue
        raise Fatal(
            "a cell's blob does not open: is BLOB_KEY the key that this database was written with? While a change of "
            "keys goes on, BLOB_KEY_PREVIOUS must be the one before"
        )
