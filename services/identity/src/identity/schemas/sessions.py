"""School sessions and their slips."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from contracts.values import GROUPS, LEVELS, STATES
from identity.schemas.values import InstantField, count, text
from identity.sessions import MOST_SLIPS, GroupWish, Wish


class GroupWishSchema(Schema):
    expected = count(load_default=None, allow_none=True)
    optional = fields.List(fields.String(validate=validate.Length(max=4)), load_default=list)
    own = fields.List(
        fields.Dict(keys=fields.String(validate=validate.Length(max=10)), values=fields.String()), load_default=list
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> GroupWish:
        return GroupWish(expected=data["expected"], optional=tuple(data["optional"]), own=tuple(data["own"]))


class SessionRequestSchema(Schema):
    campaign = text(60, "autumn-2026")
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    opens = InstantField(load_default=None, allow_none=True)
    closes = InstantField(required=True)
    grace = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(min=0, max=86_400))
    groups = fields.Dict(
        keys=fields.String(validate=validate.OneOf(GROUPS)),
        values=fields.Nested(GroupWishSchema),
        required=True,
        validate=validate.Length(min=1),
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> tuple[str, Wish]:
        return data.pop("campaign"), Wish(**data)


class SlipsSchema(Schema):
    registered = fields.Integer(required=True)
    issued = fields.Integer(required=True)
    reissued = fields.Integer(required=True)
    revoked = fields.Integer(required=True)
    used = fields.Integer(required=True)
    cap = fields.Integer(required=True)


class GroupViewSchema(Schema):
    key_id = fields.String(required=True)
    k = fields.Integer(required=True)
    registered = fields.Integer(required=True)
    expected = fields.Integer(required=True)
    slips = fields.Nested(SlipsSchema, required=True)


class SessionSchema(Schema):
    session = fields.String(required=True)
    campaign = fields.String(required=True)
    level = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    opens = InstantField(required=True)
    closes = InstantField(required=True)
    grace = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    fingerprint = fields.String(required=True)
    shared = fields.Boolean(required=True, metadata={"description": "Whether the ministry may open the report."})
    groups = fields.Dict(keys=fields.String(), values=fields.Nested(GroupViewSchema), required=True)


class SessionsSchema(Schema):
    sessions = fields.List(fields.Nested(SessionSchema), required=True)


class ExtendSchema(Schema):
    closes = InstantField(required=True)


class SlipsRequestSchema(Schema):
    group = fields.String(required=True, validate=validate.OneOf(GROUPS))
    count = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=10_000))
    replace_unused = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "Take back all unused slips of the group first; the new ones are re-issued ones."},
    )


class SlipCapSchema(Schema):
    group = fields.String(required=True, validate=validate.OneOf(GROUPS))
    cap = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=MOST_SLIPS))


class SharingSchema(Schema):
    shared = fields.Boolean(required=True, truthy={True}, falsy={False})


class CodesSchema(Schema):
    codes = fields.List(fields.String(), required=True)
