"""Marshmallow schemas of every message's `data`: unknown fields are ignored, missing or wrong ones named."""

import re
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from contracts.ballots import MESSAGE_BYTES, SIGNATURE_BYTES, b64, unb64
from contracts.messages import (
    BallotProof,
    Campaign,
    DeadLetter,
    GroupTerms,
    ItemTerm,
    NationalEdition,
    Purged,
    ResponseSubmitted,
    SchoolSession,
    SessionClosed,
    SlipCounts,
    Stratum,
    StratumTotals,
    Timetable,
)

ANSWERS = frozenset({1, 2, 3, 4, 5, "na", "pn"})
HEX = frozenset("0123456789abcdef")
GROUPS = ("leader", "teacher", "student", "trainer")
LEVELS = ("primary", "lower-secondary", "upper-secondary", "vocational")
STATES = ("planned", "open", "closed", "cancelled")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Bytes(fields.Field[bytes]):
    """Bytes as unpadded base64url, of an exact length if given."""

    def __init__(self, length: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.length = length

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return b64(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        try:
            raw = unb64(value)
        except (ValueError, TypeError) as error:
            raise ValidationError("Not base64url.") from error
        if self.length is not None and len(raw) != self.length:
            raise ValidationError(f"Not {self.length} bytes.")
        return raw


class Instant(fields.Field[datetime]):
    """A UTC instant to the second, `2026-10-01T08:00:00Z`."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            raise ValidationError("Not a UTC instant like 2026-10-01T08:00:00Z.")
        try:
            return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError as error:
            raise ValidationError("Not a UTC instant like 2026-10-01T08:00:00Z.") from error


class Day(fields.Field[date]):
    """A UTC day, `2026-10-01`."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value.isoformat()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            if not isinstance(value, str) or len(value) != 10:
                raise ValueError
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError("Not a day like 2026-10-01.") from error


class Answers(fields.Field[dict[str, int | str]]):
    """Answers by item code: 1..5, "na" or "pn"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, int | str]:
        if type(value) is not dict or not all(
            type(answer) in (int, str) and answer in ANSWERS for answer in value.values()
        ):
            raise ValidationError("Answers are 1 to 5, na or pn, by item code.")
        return value


class Background(fields.Field[dict[str, str | tuple[str, ...]]]):
    """Background answers by question code: an option, "pn", or a list of options."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str | tuple[str, ...]]:
        if type(value) is not dict:
            raise ValidationError("Not a mapping.")
        found: dict[str, str | tuple[str, ...]] = {}
        for question, answer in value.items():
            if isinstance(answer, str) and answer:
                found[question] = answer
            elif isinstance(answer, list) and all(isinstance(option, str) and option for option in answer):
                found[question] = tuple(answer)
            else:
                raise ValidationError("An option code or a list of them.")
        return found


def _text(**kwargs: Any) -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=1, max=200), **kwargs)


def _count(minimum: int = 0) -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(min=minimum))


class MessageSchema(Schema):
    """Loads into the frozen value named by `makes`."""

    makes: type = object

    class Meta:
        unknown = EXCLUDE

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Any:
        return self.makes(**data)


class BallotProofSchema(MessageSchema):
    makes = BallotProof
    key_id = fields.String(required=True, validate=validate.Length(equal=16))
    message = Bytes(MESSAGE_BYTES, required=True)
    signature = Bytes(SIGNATURE_BYTES, required=True)


class ResponseSubmittedSchema(MessageSchema):
    makes = ResponseSubmitted
    response_id = fields.String(required=True, validate=validate.Regexp("^[0-9a-f]{32}\\Z"))
    session = fields.String(required=True, validate=validate.Length(min=1))
    school = fields.String(required=True, validate=validate.Length(min=1))
    level = fields.String(required=True, validate=validate.Length(min=1))
    group = fields.String(required=True, validate=validate.Length(min=1))
    questionnaire = fields.String(required=True, validate=validate.Length(min=1))
    answers = Answers(required=True)
    background = Background(required=True)
    ballot = fields.Nested(BallotProofSchema, required=True)


class SlipCountsSchema(MessageSchema):
    makes = SlipCounts
    registered = _count()
    issued = _count()
    reissued = _count()
    revoked = _count()
    used = _count()


def _groups(schema: type[Schema]) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.OneOf(GROUPS)),
        values=fields.Nested(schema),
        required=True,
        validate=validate.Length(min=1),
    )


class SessionClosedSchema(MessageSchema):
    makes = SessionClosed
    session = _text()
    school = _text()
    groups = _groups(SlipCountsSchema)


class PurgedSchema(MessageSchema):
    makes = Purged
    day = Day(required=True)
    offset = _count()


class DeadLetterSchema(MessageSchema):
    makes = DeadLetter
    reason = _text()
    partition = _count()
    offset = _count()
    key = Bytes(required=True)
    value = Bytes(required=True)


_ITEM = re.compile(r"[A-HX][0-9]{1,2}")


class Items(fields.Field[tuple[ItemTerm, ...]]):
    """The items of a group's form, at least one: `{code, optional, own}`. By hand, since a country's sessions hold
    millions of them and every reader of the topic loads them all when it starts."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return [
            {"code": item.code, "optional": item.optional, "own": None if item.own is None else dict(item.own)}
            for item in value
        ]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[ItemTerm, ...]:
        if type(value) is not list or not value:
            raise ValidationError("A list of at least one item.")
        return tuple(map(_item, value))


def _item(raw: Any) -> ItemTerm:
    if type(raw) is not dict:
        raise ValidationError("Not an item.")
    code, optional, own = raw.get("code"), raw.get("optional", False), raw.get("own")
    if type(code) is not str or not _ITEM.fullmatch(code) or type(optional) is not bool:
        raise ValidationError("An item has a code like A1, and is optional or not.")
    if own is not None and (type(own) is not dict or not all(type(text) is str for text in own.values())):
        raise ValidationError("An own item has its text by language.")
    return ItemTerm(code=code, optional=optional, own=own)


class GroupTermsSchema(MessageSchema):
    makes = GroupTerms
    key_id = fields.String(required=True, validate=validate.Length(equal=16))
    spki = Bytes(required=True)
    k = _count(3)
    registered = _count()
    expected = _count()
    items = Items(required=True)
    background = fields.List(fields.String(), required=True)

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> GroupTerms:
        return GroupTerms(**{**data, "background": tuple(data["background"])})


class StratumSchema(MessageSchema):
    makes = Stratum
    region = _text()
    settlement = fields.String(required=True, validate=validate.OneOf(("urban", "rural")))
    size = fields.String(required=True, validate=validate.OneOf(("under-50", "50-199", "200-up")))
    language = _text()
    type = _text()
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))


class TimetableSchema(MessageSchema):
    makes = Timetable
    revision = _count(1)
    opens = Instant(required=True)
    closes = Instant(required=True)
    grace = _count()
    state = fields.String(required=True, validate=validate.OneOf(STATES))


class SchoolSessionSchema(MessageSchema):
    makes = SchoolSession
    session = _text()
    campaign = _text()
    school = _text()
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    questionnaire = _text()
    day = Day(required=True)
    stratum = fields.Nested(StratumSchema, required=True)
    groups = _groups(GroupTermsSchema)
    timetable = fields.Nested(TimetableSchema, required=True)


class StratumTotalsSchema(MessageSchema):
    makes = StratumTotals
    stratum = fields.Nested(StratumSchema, required=True)
    schools = _count()
    leaders = _count()
    teachers = _count()
    students = _count()


class CampaignSchema(MessageSchema):
    makes = Campaign
    campaign = _text()
    revision = _count(1)
    names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    opens = Instant(required=True)
    closes = Instant(required=True)
    questionnaire = _text()
    k = fields.Dict(
        keys=fields.String(validate=validate.OneOf(GROUPS)),
        values=fields.Integer(strict=True, validate=validate.Range(min=3)),
        required=True,
    )
    state = fields.String(required=True, validate=validate.OneOf(("planned", "open", "closed")))
    breakdowns = fields.List(
        fields.String(validate=validate.OneOf(("region", "settlement", "language"))), required=True
    )
    classes = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.String()), load_default=dict
    )
    strata = fields.List(fields.Nested(StratumTotalsSchema), required=True)

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Campaign:
        return Campaign(**{**data, "breakdowns": tuple(data["breakdowns"]), "strata": tuple(data["strata"])})


class NationalEditionSchema(MessageSchema):
    makes = NationalEdition
    campaign = _text()
    number = _count(1)
    day = Day(required=True)
    final = fields.Boolean(required=True)
    digest = _text()
    figures = fields.Dict(required=True)
    open_data = fields.String(required=True)
