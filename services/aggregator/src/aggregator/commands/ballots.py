"""`verify --ballots`: every ballot proof in the log checked against the keys of its session."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chassis.kafka import Record
from contracts.ballots import key_id, response_id
from contracts.codec import Malformed, decode
from contracts.messages import ResponseSubmitted, SchoolSession

SALT_BYTES = 48
_CHUNK = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Proofs:
    """How many proofs were checked, and (partition, offset) of the first that is false, None if all hold."""

    checked: int
    bad: int
    first_bad: tuple[int, int] | None

    def __str__(self) -> str:
        if self.first_bad is None:
            return f"{self.checked} ballot proofs hold"
        partition, offset = self.first_bad
        return (
            f"{self.bad} of {self.checked} ballot proofs are false, "
            f"the first in partition {partition} at offset {offset}"
        )


def check_ballots(records: Iterable[Record], sessions: Mapping[str, SchoolSession]) -> Proofs:
    """Checks every response of a known session; others are buried anyway. Two threads: the check lets go of the
    interpreter's lock."""
    keys = _Keys(sessions)
    checked, bad, first = 0, 0, None
    rest = iter(records)
    with ThreadPoolExecutor(2) as pool:
        while chunk := list(islice(rest, _CHUNK)):
            for record, holds in zip(chunk, pool.map(keys.hold, chunk), strict=True):
                if holds is None:
                    continue
                checked += 1
                if not holds:
                    bad += 1
                    first = first or (record.partition, record.offset)
    return Proofs(checked=checked, bad=bad, first_bad=first)


class _Keys:
    def __init__(self, sessions: Mapping[str, SchoolSession]) -> None:
        self._sessions = sessions
        self._keys: dict[bytes, RSAPublicKey] = {}

    def hold(self, record: Record) -> bool | None:
        """Whether a record's proof holds; None where it is no response to a known session."""
        try:
            message = decode(record.value)
        except Malformed:
            return None
        if not isinstance(message, ResponseSubmitted):
            return None
        session = self._sessions.get(message.session)
        terms = session.groups.get(message.group) if session else None
        if terms is None:
            return None
        proof = message.ballot
        if proof.key_id != terms.key_id or key_id(terms.spki) != proof.key_id:
            return False
        if message.response_id != response_id(proof.key_id, proof.message):
            return False
        try:
            self._key(terms.spki).verify(
                proof.signature, proof.message, PSS(MGF1(SHA384()), salt_length=SALT_BYTES), SHA384()
            )
        except InvalidSignature:
            return False
        return True

    def _key(self, spki: bytes) -> RSAPublicKey:
        found = self._keys.get(spki)
        if found is None:
            loaded = load_der_public_key(spki)
            assert isinstance(loaded, RSAPublicKey)
            found = self._keys[spki] = loaded
        return found
