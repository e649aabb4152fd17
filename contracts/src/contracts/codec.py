"""Messages to bytes and back: CloudEvents 1.0 in structured JSON, checked on the way in.

Writers put the fields in a fixed order and no time beside them. Readers ignore unknown fields and raise `Malformed`
with a reason for anything else. The hot reader of responses is written by hand; a test holds it to the schema.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from marshmallow import Schema, ValidationError

from contracts import schemas, values
from contracts.ballots import MESSAGE_BYTES, SIGNATURE_BYTES, b64, unb64
from contracts.messages import (
    BallotProof,
    Campaign,
    DeadLetter,
    Message,
    NationalEdition,
    Purged,
    ResponseSubmitted,
    SchoolSession,
    SessionClosed,
)

PREFIX = "guzgu."


class Malformed(Exception):
    """Bytes that are not the message they should be; `reason` is a short code fit for a label."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class _Kind:
    name: str
    version: int
    source: str
    schema: Schema
    identify: Callable[[Any], tuple[str, str]]

    @property
    def type(self) -> str:
        return f"{PREFIX}{self.name}.v{self.version}"


KINDS: Mapping[type, _Kind] = {
    ResponseSubmitted: _Kind(
        name="response-submitted",
        version=1,
        source="/guzgu/collector",
        schema=schemas.ResponseSubmittedSchema(),
        identify=lambda m: (m.response_id, m.session),
    ),
    SessionClosed: _Kind(
        name="session-closed",
        version=1,
        source="/guzgu/identity",
        schema=schemas.SessionClosedSchema(),
        identify=lambda m: (m.session, m.session),
    ),
    Purged: _Kind(
        name="purged",
        version=1,
        source="/guzgu/aggregator",
        schema=schemas.PurgedSchema(),
        identify=lambda m: (f"{m.day.isoformat()}-{m.offset}", m.day.isoformat()),
    ),
    SchoolSession: _Kind(
        name="school-session",
        version=1,
        source="/guzgu/identity",
        schema=schemas.SchoolSessionSchema(),
        identify=lambda m: (f"{m.session}-{m.timetable.revision}", m.session),
    ),
    Campaign: _Kind(
        name="campaign",
        version=1,
        source="/guzgu/identity",
        schema=schemas.CampaignSchema(),
        identify=lambda m: (f"{m.campaign}-{m.revision}", m.campaign),
    ),
    NationalEdition: _Kind(
        name="national-edition",
        version=1,
        source="/guzgu/aggregator",
        schema=schemas.NationalEditionSchema(),
        identify=lambda m: (f"{m.campaign}-{m.number}", m.campaign),
    ),
    DeadLetter: _Kind(
        name="dead-letter",
        version=1,
        source="/guzgu/aggregator",
        schema=schemas.DeadLetterSchema(),
        identify=lambda m: (f"{m.partition}-{m.offset}", m.reason),
    ),
}
_BY_TYPE = {kind.type: kind for kind in KINDS.values()}
RESPONSE_TYPE = KINDS[ResponseSubmitted].type


def encode(message: Message) -> bytes:
    """The message as the bytes that go on its topic."""
    kind = KINDS[type(message)]
    identifier, subject = kind.identify(message)
    data = response_data(message) if isinstance(message, ResponseSubmitted) else kind.schema.dump(message)
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": identifier,
            "source": kind.source,
            "type": kind.type,
            "subject": subject,
            "datacontenttype": "application/json",
            "data": data,
        }
    )


def response_data(response: ResponseSubmitted) -> dict[str, Any]:
    """The `data` member of a response, in its fixed order."""
    return {
        "session": response.session,
        "school": response.school,
        "level": response.level,
        "group": response.group,
        "questionnaire": response.questionnaire,
        "answers": dict(response.answers),
        "background": {
            question: list(answer) if isinstance(answer, tuple) else answer
            for question, answer in response.background.items()
        },
        "ballot": {
            "key_id": response.ballot.key_id,
            "message": b64(response.ballot.message),
            "signature": b64(response.ballot.signature),
        },
    }


def decode(value: bytes | None) -> Message:
    """The message that these bytes are; `Malformed` for anything else (reasons: empty, not-json, not-an-event,
    unknown-type, bad-data)."""
    event = _event(value)
    if event["type"] == RESPONSE_TYPE:
        return _response(event)
    kind = _BY_TYPE.get(event["type"])
    if kind is None:
        raise Malformed("unknown-type")
    try:
        message: Message = kind.schema.load(event["data"])
    except ValidationError as error:
        raise Malformed("bad-data", str(error.messages)) from error
    return message


def decode_response_by_schema(value: bytes) -> ResponseSubmitted:
    """The slow way through the marshmallow schema; what `decode` is compared with in tests."""
    event = _event(value)
    try:
        data = {**event["data"], "response_id": event["id"]}
        loaded: ResponseSubmitted = KINDS[ResponseSubmitted].schema.load(data)
    except (ValidationError, TypeError, KeyError) as error:
        raise Malformed("bad-data") from error
    return loaded


def _event(value: bytes | None) -> dict[str, Any]:
    if not value:
        raise Malformed("empty")
    try:
        event = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Malformed("not-json") from error
    if (
        type(event) is not dict
        or event.get("specversion") != "1.0"
        or type(event.get("type")) is not str
        or type(event.get("data")) is not dict
    ):
        raise Malformed("not-an-event")
    return event


_TEXT = ("session", "school", "level", "group", "questionnaire")


def _response(event: dict[str, Any]) -> ResponseSubmitted:
    data, identifier = event["data"], event.get("id")
    answers, background, ballot = data.get("answers"), data.get("background"), data.get("ballot")
    if type(identifier) is not str or len(identifier) != 32 or not values.HEX.issuperset(identifier):
        raise Malformed("bad-data", "id")
    if any(type(data.get(name)) is not str or not data[name] for name in _TEXT):
        raise Malformed("bad-data", "a text field")
    if type(answers) is not dict or type(background) is not dict or type(ballot) is not dict:
        raise Malformed("bad-data", "answers, background or ballot")
    try:
        if not values.ANSWERS.issuperset(answers.values()) or not {int, str}.issuperset(map(type, answers.values())):
            raise Malformed("bad-data", "answers")
        proof = BallotProof(
            key_id=ballot["key_id"], message=unb64(ballot["message"]), signature=unb64(ballot["signature"])
        )
    except (TypeError, KeyError, ValueError) as error:
        raise Malformed("bad-data", "answers or ballot") from error
    if type(proof.key_id) is not str or len(proof.key_id) != 16:
        raise Malformed("bad-data", "key_id")
    if len(proof.message) != MESSAGE_BYTES or len(proof.signature) != SIGNATURE_BYTES:
        raise Malformed("bad-data", "ballot")
    return ResponseSubmitted(
        response_id=identifier,
        session=data["session"],
        school=data["school"],
        level=data["level"],
        group=data["group"],
        questionnaire=data["questionnaire"],
        answers=answers,
        background=_background(background),
        ballot=proof,
    )


def _background(background: dict[str, Any]) -> dict[str, str | tuple[str, ...]]:
    found: dict[str, str | tuple[str, ...]] = {}
    for question, answer in background.items():
        if type(answer) is str and answer:
            found[question] = answer
        elif type(answer) is list and all(type(option) is str and option for option in answer):
            found[question] = tuple(answer)
        else:
            raise Malformed("bad-data", "background")
    return found
