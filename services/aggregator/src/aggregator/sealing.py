"""What is not yet released, encrypted: one AES-GCM text per session, bound to the session's id."""

import os
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.errors import Fatal

NONCE_BYTES = 12


class Sealer:
    """Seals and opens blobs under the key from the settings (32 bytes)."""

    def __init__(self, key: bytes, random: Callable[[int], bytes] = os.urandom) -> None:
        if len(key) != 32:
            raise Fatal("BLOB_KEY must be 32 bytes as base64url")
        self._cipher = AESGCM(key)
        self._random = random

    def seal(self, session: str, parts: Mapping[str, bytes]) -> bytes:
        """The packed figures by group as one blob: nonce, ciphertext, tag."""
        plain = b"".join(len(data).to_bytes(4, "big") + data for _, data in sorted(parts.items()))
        nonce = self._random(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, session.encode())

    def open(self, session: str, blob: bytes, groups: list[str]) -> dict[str, bytes]:
        """The packed figures by group; Fatal if the blob is not this session's or the key is not this database's."""
        try:
            plain = self._cipher.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], session.encode())
        except (InvalidTag, ValueError) as error:
            raise Fatal(
                "a cell's blob does not open: is BLOB_KEY the key that this database was written with?"
            ) from error
        parts: dict[str, bytes] = {}
        at = 0
        for group in sorted(groups):
            size = int.from_bytes(plain[at : at + 4], "big")
            parts[group] = plain[at + 4 : at + 4 + size]
            at += 4 + size
        return parts
