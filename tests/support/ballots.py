"""Sessions and ballots for tests of the collector: real RSA keys, real signatures, nothing pretended."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts import ballots
from contracts.messages import GroupTerms, ItemTerm, SchoolSession, Stratum, Timetable
from contracts.questionnaire import CURRENT, bank

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
THRESHOLDS = {"leader": 3, "teacher": 5, "student": 10, "trainer": 5}


def code(length: int) -> str:
    """A random code of `length` characters and its check character."""
    body = [secrets.randbelow(len(ALPHABET)) for _ in range(length)]
    check = sum(place * value for place, value in enumerate(body, 1)) % len(ALPHABET)
    return "".join(ALPHABET[value] for value in (*body, check))


@cache
def private_key(number: int) -> rsa.RSAPrivateKey:
    """One of a few key pairs that a test run shares."""
    return rsa.generate_private_key(65537, 2048)


def spki(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True, kw_only=True)
class Signer:
    """The private side of a session: signs ballots for each of its groups."""

    message: SchoolSession
    keys: Mapping[str, rsa.RSAPrivateKey] = field(repr=False)

    def ballot(self, group: str) -> tuple[str, str]:
        """A fresh ballot: prepared message and signature, base64url."""
        prepared = secrets.token_bytes(64)
        return ballots.b64(prepared), ballots.b64(sign(self.keys[group], prepared))

    def response(self, group: str = "teacher", **changes: Any) -> dict[str, Any]:
        """A response that the collector accepts, with `changes` made to it."""
        ballot, signature = self.ballot(group)
        terms = self.message.groups[group]
        body = {
            "session": self.message.session,
            "group": group,
            "key_id": terms.key_id,
            "ballot": ballot,
            "signature": signature,
            "questionnaire": self.message.questionnaire,
            "language": "az",
            "answers": {item.code: 1 + number % 5 for number, item in enumerate(terms.items)},
            "background": {},
            "padding": "",
        }
        return {**body, **changes}


def sign(key: rsa.RSAPrivateKey, prepared: bytes) -> bytes:
    """What unblinding a blind signature yields: a PSS signature over the prepared message."""
    return key.sign(prepared, padding.PSS(padding.MGF1(SHA384()), salt_length=48), SHA384())


def _chosen(level: str, group: str, optional: bool) -> tuple[str, ...]:
    questions = bank(CURRENT)
    asked = {*questions.core(level, group), *(questions.optional(level, group) if optional else ())}
    return tuple(code for code in questions.items if code in asked)


def a_session(
    *,
    groups: tuple[str, ...] = ("teacher",),
    level: str = "lower-secondary",
    now: datetime | None = None,
    opens: timedelta = timedelta(hours=-1),
    closes: timedelta = timedelta(hours=1),
    grace: int = 60,
    state: Any = "open",
    revision: int = 1,
    session: str | None = None,
    school: str | None = None,
    own: tuple[Mapping[str, str], ...] = (),
    optional: bool = False,
) -> Signer:
    """A session with its keys; `opens` and `closes` are given from now; `optional`: all optional items are asked."""
    moment = (now or datetime.now(UTC)).replace(microsecond=0)
    questions = bank(CURRENT)
    keys = {group: private_key(number) for number, group in enumerate(groups)}
    own_items = tuple(ItemTerm(code=f"X{number}", own=texts) for number, texts in enumerate(own, 1))
    terms = {
        group: GroupTerms(
            key_id=ballots.key_id(spki(key)),
            spki=spki(key),
            k=THRESHOLDS[group],
            registered=40,
            expected=40,
            items=(*(ItemTerm(code=item) for item in _chosen(level, group, optional)), *own_items),
            background=questions.background(level, group),
        )
        for group, key in keys.items()
    }
    message = SchoolSession(
        session=session or code(7),
        campaign="test",
        school=school or code(12),
        level=level,
        questionnaire=CURRENT,
        day=(moment + opens).date(),
        stratum=Stratum(region="baku", settlement="urban", size="50-199", language="az", type="general", level=level),
        groups=terms,
        timetable=Timetable(revision=revision, opens=moment + opens, closes=moment + closes, grace=grace, state=state),
    )
    return Signer(message=message, keys=keys)
