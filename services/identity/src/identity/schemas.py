"""What comes in and goes out over HTTP, as marshmallow schemas: unknown fields are refused."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from contracts.schemas import GROUPS, LEVELS, STATES, Bytes, Instant
from identity.issuer import MODULUS_BYTES
from identity.sessions import GroupWish, Wish


def _text(most: int, example: str, **kwargs: Any) -> fields.String:
    return fields.String(
        required=True, validate=validate.Length(min=1, max=most), metadata={"example": example}, **kwargs
    )


def _count(**kwargs: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=0, max=100_000), **kwargs)


class InstantField(Instant):
    """A UTC instant to the second; None stays None, as the default of an optional one."""

    def __init__(self, **kwargs: Any) -> None:
        shown = {"type": "string", "format": "date-time", "example": "2026-10-01T08:00:00Z"}
        super().__init__(metadata=shown, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else super()._serialize(value, attr, obj, **kwargs)


class BytesField(Bytes):
    """Bytes in base64url without padding."""

    def __init__(self, length: int, **kwargs: Any) -> None:
        letters = (length * 8 + 5) // 6
        shown = {
            "type": "string",
            "description": f"{length} bytes in base64url without padding",
            "minLength": letters,
            "maxLength": letters,
        }
        super().__init__(length, metadata=shown, **kwargs)


class FaultSchema(Schema):
    pointer = fields.String(required=True, metadata={"description": "JSON pointer of the field"})
    code = fields.String(required=True, metadata={"description": "unknown-field, missing-field or bad-value"})


class ProblemSchema(Schema):
    """RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "the reason, a short code"})
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultSchema))


class CredentialsSchema(Schema):
    user = _text(100, "leyla")
    password = _text(1000, "a long password")
    totp = _text(20, "123456")


class TokenSchema(Schema):
    token = fields.String(required=True)
    expires_in = fields.Integer(required=True)


class SignUpSchema(Schema):
    invitation = _text(60, "XXXX-XXXX-XXXX-XXXX")
    user = _text(100, "leyla")
    password = _text(1000, "a long password")


class SignedUpSchema(Schema):
    user = fields.String(required=True)
    totp_secret = fields.String(required=True)
    otpauth = fields.String(required=True)


class ApiKeyRequestSchema(Schema):
    name = _text(60, "statistics-office")


class ApiKeySchema(Schema):
    api_key = fields.String(required=True)


class RefusedRowSchema(Schema):
    row = fields.Integer(required=True)
    reason = fields.String(required=True)


class ImportedSchema(Schema):
    taken = fields.Integer(required=True)
    refused = fields.List(fields.Nested(RefusedRowSchema), required=True)


class PageSchema(Schema):
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1_000_000))
    q = fields.String(load_default="", validate=validate.Length(max=100))


class NumbersSchema(Schema):
    leaders = fields.Integer(required=True)
    teachers = fields.Integer(required=True)
    students = fields.Integer(required=True)
    trainers = fields.Integer(required=True)


class SchoolSchema(Schema):
    school = fields.String(required=True)
    registry_id = fields.String(required=True)
    name = fields.String(required=True)
    region = fields.String(required=True)
    settlement = fields.String(required=True)
    language = fields.String(required=True)
    type = fields.String(required=True)
    levels = fields.Dict(keys=fields.String(), values=fields.Nested(NumbersSchema), required=True)


class SchoolsSchema(Schema):
    schools = fields.List(fields.Nested(SchoolSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class InvitationSchema(Schema):
    invitation = fields.String(required=True)
    school = fields.String(required=True)


class CampaignRequestSchema(Schema):
    campaign = _text(60, "autumn-2026")
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


class GroupWishSchema(Schema):
    expected = _count(load_default=None, allow_none=True)
    optional = fields.List(fields.String(validate=validate.Length(max=4)), load_default=list)
    own = fields.List(
        fields.Dict(keys=fields.String(validate=validate.Length(max=10)), values=fields.String()), load_default=list
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> GroupWish:
        return GroupWish(expected=data["expected"], optional=tuple(data["optional"]), own=tuple(data["own"]))


class SessionRequestSchema(Schema):
    campaign = _text(60, "autumn-2026")
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


class CodesSchema(Schema):
    codes = fields.List(fields.String(), required=True)


class BallotRequestSchema(Schema):
    session = _text(20, "2345679A")
    group = _text(20, "student")
    code = _text(20, "23456789A")
    blinded = BytesField(MODULUS_BYTES, required=True)


class BallotSchema(Schema):
    key_id = fields.String(required=True)
    blind_signature = fields.String(required=True)


class GrantRequestSchema(Schema):
    purpose = fields.String(required=True, validate=validate.OneOf(("reporter",)))
    session = fields.String(validate=validate.Length(max=20))


class GrantSchema(Schema):
    grant = fields.String(required=True)


class ManifestQuerySchema(Schema):
    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=2**53))


class NoneSchema(Schema):
    """No fields at all: an empty JSON object, or no body."""


class KeyCardRowSchema(Schema):
    group = fields.String(required=True)
    key_id = fields.String(required=True)
    spki = fields.String(required=True)


class KeyCardSchema(Schema):
    keys = fields.List(fields.Nested(KeyCardRowSchema), required=True)
    session = fields.String(required=True)


class PublicKeysSchema(Schema):
    keys = fields.List(fields.Dict(), required=True)
