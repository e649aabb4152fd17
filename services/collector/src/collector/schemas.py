"""The shape of a response on the wire: which members it has, and of what type; nothing about what they mean."""

from typing import Any, NoReturn

import orjson
from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate
from marshmallow.exceptions import SCHEMA

from collector.acceptance import Refusal, Submission
from collector.content import ItemError, pointer

GROUPS = ("leader", "teacher", "student", "trainer")
MISSING, UNKNOWN, TYPE, GROUP = "missing", "unknown-field", "wrong-type", "unknown-group"


def _text(at_most: int = 1000, **kwargs: Any) -> fields.String:
    messages: dict[str, Any] = {"required": MISSING, "null": TYPE, "invalid": TYPE, "invalid_utf8": TYPE}
    kwargs.setdefault("validate", validate.Length(max=at_most, error="too-long"))
    return fields.String(required=True, error_messages=messages, **kwargs)


class Members(fields.Field[dict[str, Any]]):
    """All answers as one field: an object by code. What its members may be depends on the session, so the acceptance
    rules look at them, at once when all is well and one by one only when something is not."""

    default_error_messages = {"required": MISSING, "null": TYPE, "invalid": TYPE}  # noqa: RUF012  # marshmallow's way

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise self.make_error("invalid")
        return value


class ResponseSchema(Schema):
    """The body of POST /v1/responses; unknown members are refused, `language` and `padding` are read and forgotten."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": UNKNOWN, "type": TYPE}  # noqa: RUF012  # marshmallow's way

    session = _text()
    group = _text(validate=validate.OneOf(GROUPS, error=GROUP))
    key_id = _text()
    ballot = _text()
    signature = _text()
    questionnaire = _text()
    language = _text(35)
    answers = Members(required=True)
    background = Members(required=True)
    padding = fields.String(load_default="", error_messages={"null": TYPE, "invalid": TYPE})

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Submission:
        del data["language"], data["padding"]
        return Submission(**data)


_RESPONSE = ResponseSchema()


def read(body: bytes) -> Submission | Refusal:
    """The submission that these bytes are, or a refusal: 400 if they are no JSON object, 422 if a member is amiss."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _not_an_object()
    if type(data) is not dict:
        return _not_an_object()
    try:
        submission: Submission = _RESPONSE.load(data)
    except ValidationError as error:
        return Refusal(status=422, reason="shape", detail="Some members cannot be taken.", errors=_named(error))
    return submission


def _not_an_object() -> Refusal:
    return Refusal(status=400, reason="not-json", detail="The body is not a JSON object.")


def _named(error: ValidationError) -> tuple[ItemError, ...]:
    messages = error.messages_dict
    if SCHEMA in messages:
        _impossible(messages)
    return tuple(ItemError(pointer=pointer(name), code=str(found[0])) for name, found in sorted(messages.items()))


def _impossible(messages: object) -> NoReturn:
    raise AssertionError(f"a JSON object was refused as a whole: {messages}")
