"""May this response enter? Every rule in its order, from values to a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import load_der_public_key

from collector.content import ItemError, answer_errors, background_errors, background_in_order, in_order
from contracts import ballots
from contracts.messages import BallotProof, ResponseSubmitted, SchoolSession, Timetable
from contracts.questionnaire import BackgroundQuestion, UnknownVersion, bank

KNOWN_FOR_SURE_SECONDS = 5.0
_PADDING = padding.PSS(padding.MGF1(SHA384()), salt_length=48)

Phase = Literal["planned", "open", "closed", "cancelled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why a response does not enter: status, code (reply, metric label and log field alike), a sentence, the errors
    by member, and after how many seconds the same request may succeed, if it may."""

    status: int
    reason: str
    detail: str
    errors: tuple[ItemError, ...] = ()
    retry_after: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """A response as it was sent, of the right shape; `ballot` and `signature` are base64url texts not yet opened."""

    session: str
    group: str
    key_id: str
    ballot: str
    signature: str
    questionnaire: str
    answers: Mapping[str, object]
    background: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupRules:
    """What a group's responses are checked against; items and background questions in the order of the terms."""

    key_id: str
    key: rsa.RSAPublicKey
    items: tuple[str, ...]
    background: tuple[BackgroundQuestion, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRules:
    """What a session's responses are checked against. `timestamp_ms` is 00:00 UTC of the campaign's opening day."""

    session: str
    school: str
    level: str
    questionnaire: str
    timetable: Timetable
    timestamp_ms: int
    groups: Mapping[str, GroupRules]


class Unusable(Exception):
    """A published session that this version of the collector cannot serve; `reason` is a short code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def rules(message: SchoolSession) -> SessionRules:
    """The rules of a session as published. Raises Unusable (reasons: questionnaire, key)."""
    try:
        questions = bank(message.questionnaire)
    except UnknownVersion as error:
        raise Unusable("questionnaire") from error
    groups = {}
    for group, terms in message.groups.items():
        try:
            key = load_der_public_key(terms.spki)
            asked = tuple(questions.question(code) for code in terms.background)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise Unusable("key") from error
        except KeyError as error:
            raise Unusable("questionnaire") from error
        if not isinstance(key, rsa.RSAPublicKey) or ballots.key_id(terms.spki) != terms.key_id:
            raise Unusable("key")
        items = tuple(item.code for item in terms.items)
        groups[group] = GroupRules(key_id=terms.key_id, key=key, items=items, background=asked)
    midnight = datetime.combine(message.day, time(), UTC)
    return SessionRules(
        session=message.session,
        school=message.school,
        level=message.level,
        questionnaire=message.questionnaire,
        timetable=message.timetable,
        timestamp_ms=int(midnight.timestamp()) * 1000,
        groups=groups,
    )


def phase(timetable: Timetable, now: datetime) -> Phase:
    """Where a session stands at `now` by its timetable; the grace after `closes` still counts as open."""
    if timetable.state == "cancelled":
        return "cancelled"
    if timetable.state == "closed" or now >= timetable.closes + timedelta(seconds=timetable.grace):
        return "closed"
    return "open" if now >= timetable.opens else "planned"


def unknown(confirmed_seconds_ago: float) -> Refusal:
    """The answer for a session that is not in the directory: it does not exist only if the directory is current."""
    if confirmed_seconds_ago <= KNOWN_FOR_SURE_SECONDS:
        return Refusal(status=404, reason="unknown-session", detail="There is no such session.")
    return stale()


def stale() -> Refusal:
    """The answer while the directory may be out of date."""
    detail = "Not possible at this moment; send the same request again."
    return Refusal(status=503, reason="directory", detail=detail, retry_after=5)


def decide(
    submission: Submission, session: SessionRules, *, now: datetime, confirmed_seconds_ago: float, staleness: float
) -> ResponseSubmitted | Refusal:
    """The response to publish, or why not; `staleness` is the age from which the directory is out of date (seconds)."""
    if confirmed_seconds_ago > staleness:
        return stale()
    if (closed := _by_time(session.timetable, now)) is not None:
        return closed
    group = session.groups.get(submission.group)
    if group is None or submission.key_id != group.key_id:
        return Refusal(status=401, reason="key", detail="This key does not belong to this session and group.")
    proof = _proof(submission)
    if proof is None or not signed(group.key, proof):
        return Refusal(status=401, reason="signature", detail="The ballot's signature is not valid.")
    errors = _errors(submission, session, group)
    if errors:
        return Refusal(status=422, reason="content", detail="Some members cannot be taken.", errors=errors)
    return ResponseSubmitted(
        response_id=ballots.response_id(group.key_id, proof.message),
        session=session.session,
        school=session.school,
        level=session.level,
        group=submission.group,
        questionnaire=session.questionnaire,
        answers=in_order(submission.answers, group.items),
        background=background_in_order(submission.background, group.background),
        ballot=proof,
    )


def signed(key: rsa.RSAPublicKey, proof: BallotProof) -> bool:
    """Whether the key signed the ballot (RSASSA-PSS, SHA-384, salt of 48 bytes)."""
    try:
        key.verify(proof.signature, proof.message, _PADDING, SHA384())
    except InvalidSignature:
        return False
    return True


def _by_time(timetable: Timetable, now: datetime) -> Refusal | None:
    stands = phase(timetable, now)
    if stands == "planned":
        wait = min(3600, max(1, int((timetable.opens - now).total_seconds()) + 1))
        return Refusal(status=425, reason="not-yet-open", detail="This session is not yet open.", retry_after=wait)
    if stands == "open":
        return None
    return Refusal(status=410, reason=stands, detail=f"This session is {stands}.")


def _proof(submission: Submission) -> BallotProof | None:
    try:
        message, signature = ballots.unb64(submission.ballot), ballots.unb64(submission.signature)
    except ValueError:
        return None
    if len(message) != ballots.MESSAGE_BYTES or len(signature) != ballots.SIGNATURE_BYTES:
        return None
    return BallotProof(key_id=submission.key_id, message=message, signature=signature)


def _errors(submission: Submission, session: SessionRules, group: GroupRules) -> tuple[ItemError, ...]:
    if submission.questionnaire != session.questionnaire:
        return (ItemError(pointer="/questionnaire", code="another-version"),)
    return (
        *answer_errors(submission.answers, group.items),
        *background_errors(submission.background, group.background),
    )
