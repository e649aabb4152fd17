"""Marshmallow schemas of every message's `data`: unknown fields are ignored, missing or wrong ones named."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, validate

from contracts.ballots import MESSAGE_BYTES, SIGNATURE_BYTES
from contracts.messages import (
    BallotProof,
    Campaign,
    DeadLetter,
    GroupTerms,
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
from contracts.values import GROUPS, LEVELS, STATES, Answers, Background, Bytes, Day, Instant, Items


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
