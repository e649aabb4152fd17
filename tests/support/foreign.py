"""A client that shares no code with the product: RFC 9474 and the wire details with integers, hashlib and HTTP."""

import base64
import hashlib
import hmac
import json
import secrets
import struct
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import httpx

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SALT_BYTES = 48
DIGEST_BYTES = 48
LANGUAGES = ("az", "en")


def to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def to_bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def turned(text: str) -> str:
    """The same base64url text with one character in its middle changed."""
    at = len(text) // 2
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def canonical(value: Any) -> bytes:
    """RFC 8785 for what key cards consist of: objects, lists and ASCII strings."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check_character(text: str) -> str:
    """The character that closes an id or code."""
    return ALPHABET[sum(place * ALPHABET.index(one) for place, one in enumerate(text, 1)) % 31]


def invented(length: int) -> str:
    """An id or code of that many characters and a right check character, which nobody was given."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(length))
    return text + check_character(text)


# ---- RSA blind signatures (RFC 9474, RSABSSA-SHA384-PSS-Randomized) ----


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """An RSA public key."""

    n: int
    e: int

    @property
    def size(self) -> int:
        return (self.n.bit_length() + 7) // 8


@lru_cache
def key_of(spki: bytes) -> Key:
    """Reads a DER SubjectPublicKeyInfo, of which only the two numbers matter."""
    outer, _ = _der(spki)
    _, rest = _der(outer)
    bits, _ = _der(rest)
    numbers, _ = _der(bits[1:])
    n, rest = _der(numbers)
    e, _ = _der(rest)
    return Key(n=int.from_bytes(n, "big"), e=int.from_bytes(e, "big"))


def _der(data: bytes) -> tuple[bytes, bytes]:
    """The content of the first element, and what follows it."""
    length, at = data[1], 2
    if length & 0x80:
        at += length & 0x7F
        length = int.from_bytes(data[2:at], "big")
    return data[at : at + length], data[at + length :]


def _sha(data: bytes) -> bytes:
    return hashlib.sha384(data).digest()


def _masked(plain: bytes, digest: bytes) -> bytes:
    """MGF1 over the digest, laid over the plain bytes; the top bit is cleared, as the key has a full top byte."""
    mask = b"".join(_sha(digest + n.to_bytes(4, "big")) for n in range(len(plain) // DIGEST_BYTES + 1))
    mixed = bytearray(a ^ b for a, b in zip(plain, mask, strict=False))
    mixed[0] &= 0x7F
    return bytes(mixed)


def _encoded(message: bytes, size: int) -> int:
    """EMSA-PSS for a modulus of `size` bytes whose top bit is set."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = _sha(bytes(8) + _sha(message) + salt)
    plain = bytes(size - SALT_BYTES - DIGEST_BYTES - 2) + b"\x01" + salt
    return int.from_bytes(_masked(plain, digest) + digest + b"\xbc", "big")


def verifies(key: Key, message: bytes, signature: bytes) -> bool:
    """Whether the signature is one of this message, by EMSA-PSS-VERIFY."""
    encoded = pow(int.from_bytes(signature, "big"), key.e, key.n).to_bytes(key.size, "big")
    masked, digest, end = encoded[: -DIGEST_BYTES - 1], encoded[-DIGEST_BYTES - 1 : -1], encoded[-1:]
    plain = _masked(masked, digest)
    salt = plain[-SALT_BYTES:]
    right_shape = plain[:-SALT_BYTES] == bytes(len(plain) - SALT_BYTES - 1) + b"\x01"
    return end == b"\xbc" and right_shape and digest == _sha(bytes(8) + _sha(message) + salt)


@dataclass(frozen=True, kw_only=True, slots=True)
class Blinded:
    """A prepared message (64 bytes) on its way: `blinded` travels, `factor` never leaves."""

    message: bytes
    blinded: str
    factor: int = field(repr=False)


def blind(key: Key) -> Blinded:
    """A new prepared message, blinded for this key."""
    message = secrets.token_bytes(32) + secrets.token_bytes(32)
    factor = secrets.randbelow(key.n - 2) + 2
    blinded = _encoded(message, key.size) * pow(factor, key.e, key.n) % key.n
    return Blinded(message=message, blinded=to_text(blinded.to_bytes(key.size, "big")), factor=factor)


def unblinded(key: Key, secret: Blinded, blind_signature: str) -> bytes:
    """The signature, checked under the key."""
    signed = int.from_bytes(to_bytes(blind_signature), "big") * pow(secret.factor, -1, key.n) % key.n
    signature = signed.to_bytes(key.size, "big")
    assert verifies(key, secret.message, signature), "identity signed something else"
    return signature


def receipt_of(key_id: str, ballot: str) -> str:
    """The receipt that a ballot must get."""
    return hashlib.sha256(key_id.encode() + to_bytes(ballot)).digest()[:16].hex()


# ---- somebody with a slip ----


@dataclass(frozen=True, kw_only=True)
class Respondent:
    """Somebody with a slip and no account."""

    http: httpx.Client = field(repr=False)
    identity: str
    collector: str
    session: str
    group: str
    code: str
    fingerprint: str

    def questionnaire(self, lang: str = "en") -> Any:
        found = self.http.get(f"{self.collector}/v1/sessions/{self.session}/questionnaire", params={"lang": lang})
        assert found.status_code == 200, found.text
        return found.json()

    def key(self) -> tuple[str, Key]:
        """Key id and public key of the group, from the key card whose fingerprint stands on the slip."""
        card = self.http.get(f"{self.identity}/v1/sessions/{self.session}/keys").content
        assert to_text(hashlib.sha256(card).digest())[:16] == self.fingerprint, "another card than the slip's"
        rows = json.loads(card)["keys"]
        row = next(row for row in rows if row["group"] == self.group)
        der = to_bytes(row["spki"])
        assert row["key_id"] == to_text(hashlib.sha256(der).digest())[:16]
        return row["key_id"], key_of(der)

    def trade(self, blinded: str, **changes: str) -> httpx.Response:
        """Asks identity for a blind signature; `changes` replace members of the request."""
        body = {"session": self.session, "group": self.group, "code": self.code, "blinded": blinded, **changes}
        return self.http.post(f"{self.identity}/v1/ballots", json=body)

    def ballot(self) -> dict[str, str]:
        """Trades the code for a ballot: the members of a submission that pay for it."""
        key_id, key = self.key()
        secret = blind(key)
        answer = self.trade(secret.blinded)
        assert answer.status_code == 200, answer.text
        assert answer.json()["key_id"] == key_id
        signature = unblinded(key, secret, answer.json()["blind_signature"])
        return {"key_id": key_id, "ballot": to_text(secret.message), "signature": to_text(signature)}

    def response(self, answers: Mapping[str, int | str], **changes: Any) -> dict[str, Any]:
        """A whole submission, ballot fetched; `changes` replace or add members."""
        return {
            "session": self.session,
            "group": self.group,
            **self.ballot(),
            "questionnaire": self.questionnaire()["version"],
            "language": "en",
            "answers": dict(answers),
            "background": {},
            "padding": "",
            **changes,
        }

    def submit(self, response: Mapping[str, Any]) -> httpx.Response:
        return self.submit_bytes(json.dumps(response).encode())

    def submit_bytes(self, body: bytes, kind: str = "application/json") -> httpx.Response:
        return self.http.post(f"{self.collector}/v1/responses", content=body, headers={"Content-Type": kind})


def answers_to(document: Mapping[str, Any], group: str, value: int | str) -> dict[str, int | str]:
    """The same answer to every item that a group is asked."""
    return {item["code"]: value for item in document["groups"][group]["items"]}


# ---- somebody with an account ----


def one_time_code(secret: str, at: float | None = None) -> str:
    """RFC 6238 with the usual thirty seconds and six digits."""
    step = int((time.time() if at is None else at) // 30)
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", step), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


@dataclass(frozen=True, kw_only=True)
class Office:
    """An account of identity that is signed in: the ministry's or a coordinator's."""

    http: httpx.Client = field(repr=False)
    url: str
    user: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    token: str = field(repr=False)

    @classmethod
    def signed_in(
        cls, http: httpx.Client, url: str, user: str, password: str, totp_secret: str, at: float | None = None
    ) -> "Office":
        """Signs in by `POST /v1/tokens`, with the one-time code of now or of another time (seconds since 1970)."""
        body = {"user": user, "password": password, "totp": one_time_code(totp_secret, at)}
        answer = http.post(f"{url}/v1/tokens", json=body)
        assert answer.status_code == 200, answer.text
        token = answer.json()["token"]
        return cls(http=http, url=url, user=user, password=password, totp_secret=totp_secret, token=token)

    @classmethod
    def invited(cls, http: httpx.Client, url: str, invitation: str, user: str) -> "Office":
        """Signs up with a printed invitation, then in."""
        password = secrets.token_urlsafe(12)
        body = {"invitation": invitation, "user": user, "password": password}
        answer = http.post(f"{url}/v1/invitations", json=body)
        assert answer.status_code == 201, answer.text
        return cls.signed_in(http, url, user, password, answer.json()["totp_secret"])

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", **options.pop("headers", {})}
        return self.http.request(method, f"{self.url}{path}", headers=headers, **options)

    def get(self, path: str) -> Any:
        return self._well(self.ask("GET", path))

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._well(self.ask("POST", path, json=dict(body or {})))

    def import_schools(self, rows: Iterable[str]) -> Any:
        header = "registry_id,name,region,settlement,language,type,level,leaders,teachers,students,trainers"
        content = "\n".join((header, *rows, "")).encode()
        return self._well(self.ask("POST", "/v1/schools/import", content=content, headers={"Content-Type": "text/csv"}))

    def school_code(self, registry_id: str) -> str:
        """The code of an imported school."""
        found = self.get(f"/v1/schools?q={registry_id}")["schools"]
        return str(next(row["school"] for row in found if row["registry_id"] == registry_id))

    def _well(self, answer: httpx.Response) -> Any:
        assert answer.status_code < 300, f"{answer.request.method} {answer.request.url}: {answer.text}"
        return answer.json() if answer.content else {}


def instant(moment: datetime) -> str:
    """A UTC instant as it travels."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_now(**ahead: float) -> str:
    """An instant so far ahead, as it travels."""
    return instant(datetime.now(UTC) + timedelta(**ahead))
