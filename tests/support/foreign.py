"""A client that shares no code with the product: RFC 9474 and the wire details, with integers and hashlib alone."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import load_der_public_key


def to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def to_bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _sha(data: bytes) -> bytes:
    return hashlib.sha384(data).digest()


def _encoded(message: bytes, size: int) -> int:
    """EMSA-PSS for a modulus of `size` bytes whose top bit is set."""
    salt = secrets.token_bytes(48)
    digest = _sha(bytes(8) + _sha(message) + salt)
    plain = bytes(size - 98) + b"\x01" + salt
    mask = b"".join(_sha(digest + n.to_bytes(4, "big")) for n in range(len(plain) // 48 + 1))[: len(plain)]
    masked = int.from_bytes(plain, "big") ^ int.from_bytes(mask, "big")
    masked &= (1 << (8 * len(plain) - 1)) - 1
    return int.from_bytes(masked.to_bytes(len(plain), "big") + digest + b"\xbc", "big")


@dataclass(frozen=True, kw_only=True)
class Respondent:
    """Somebody with a slip and no account."""

    identity: str
    collector: str
    session: str
    group: str
    code: str

    def questionnaire(self) -> Any:
        found = httpx.get(f"{self.collector}/v1/sessions/{self.session}/questionnaire", params={"lang": "en"})
        assert found.status_code == 200, found.text
        return found.json()

    def key(self) -> tuple[str, RSAPublicKey]:
        """Key id and public key of the group, from the session's key card."""
        card = httpx.get(f"{self.identity}/v1/sessions/{self.session}/keys").json()
        row = next(row for row in card["keys"] if row["group"] == self.group)
        der = to_bytes(row["spki"])
        assert row["key_id"] == to_text(hashlib.sha256(der).digest())[:16]
        key = load_der_public_key(der)
        assert isinstance(key, RSAPublicKey)
        return row["key_id"], key

    def ballot(self) -> dict[str, str]:
        """Trades the code for a ballot: the members of a submission that pay for it."""
        key_id, key = self.key()
        numbers, size = key.public_numbers(), key.key_size // 8
        message = secrets.token_bytes(64)
        factor = secrets.randbelow(numbers.n - 2) + 2
        blinded = _encoded(message, size) * pow(factor, numbers.e, numbers.n) % numbers.n
        body = {"session": self.session, "group": self.group, "code": self.code}
        answer = httpx.post(
            f"{self.identity}/v1/ballots", json={**body, "blinded": to_text(blinded.to_bytes(size, "big"))}
        )
        assert answer.status_code == 200, answer.text
        signed = int.from_bytes(to_bytes(answer.json()["blind_signature"]), "big")
        signature = (signed * pow(factor, -1, numbers.n) % numbers.n).to_bytes(size, "big")
        key.verify(signature, message, padding.PSS(padding.MGF1(SHA384()), 48), SHA384())
        return {"key_id": key_id, "ballot": to_text(message), "signature": to_text(signature)}

    def response(self, answers: dict[str, int | str], **changes: Any) -> dict[str, Any]:
        """A whole submission, ballot fetched; `changes` replace or add members."""
        return {
            "session": self.session,
            "group": self.group,
            **self.ballot(),
            "questionnaire": self.questionnaire()["version"],
            "language": "en",
            "answers": answers,
            "background": {},
            "padding": "",
            **changes,
        }

    def submit(self, response: dict[str, Any]) -> httpx.Response:
        return self.submit_bytes(json.dumps(response).encode())

    def submit_bytes(self, body: bytes) -> httpx.Response:
        return httpx.post(
            f"{self.collector}/v1/responses", content=body, headers={"Content-Type": "application/json"}, timeout=30
        )
