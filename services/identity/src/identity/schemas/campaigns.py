"""Campaigns."""

from marshmallow import Schema, fields, validate

from contracts.values import GROUPS
from identity.schemas.values import InstantField, text


class CampaignRequestSchema(Schema):
    campaign = text(60, "autumn-2026")
    names = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"example": {"en": "Autumn 2026", "az": "Payız 2026"}},
    )
    opens = InstantField(required=True)
    closes = InstantField(required=True)
    questionnaire = fields.String(validate=validate.Length(min=1, max=40))
    k = fields.Dict(
        keys=fields.String(validate=validate.OneOf(GROUPS)),
        values=fields.Integer(strict=True, validate=validate.Range(min=1, max=1000)),
    )
    breakdowns = fields.List(
        fields.String(validate=validate.OneOf(("region", "settlement", "language"))), validate=validate.Length(max=3)
    )


class CampaignViewSchema(Schema):
    campaign = fields.String(required=True)
    revision = fields.Integer(required=True)
    names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    opens = InstantField(required=True)
    closes = InstantField(required=True)
    questionnaire = fields.String(required=True)
    k = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    state = fields.String(required=True)
    breakdowns = fields.List(fields.String(), required=True)
    classes = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.String()), required=True
    )


class CampaignsSchema(Schema):
    campaigns = fields.List(fields.Nested(CampaignViewSchema), required=True)
