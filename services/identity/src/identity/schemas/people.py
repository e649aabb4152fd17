"""Accounts, invitations, API keys and grants."""

from marshmallow import Schema, fields, validate

from identity.schemas.values import text
from identity.staff import KEY_PURPOSES


class CredentialsSchema(Schema):
    user = text(100, "leyla")
    password = text(1000, "a long password")
    totp = text(20, "123456")


class TokenSchema(Schema):
    token = fields.String(required=True)
    expires_in = fields.Integer(required=True)


class SignUpSchema(Schema):
    invitation = text(60, "XXXX-XXXX-XXXX-XXXX")
    user = text(100, "leyla")
    password = text(1000, "a long password")


class SignedUpSchema(Schema):
    user = fields.String(required=True)
    totp_secret = fields.String(required=True)
    otpauth = fields.String(required=True)


class ApiKeyRequestSchema(Schema):
    name = text(60, "statistics-office")
    purpose = fields.String(load_default="registry", validate=validate.OneOf(KEY_PURPOSES))


class ApiKeySchema(Schema):
    api_key = fields.String(required=True)


class InvitationSchema(Schema):
    invitation = fields.String(required=True)
    school = fields.String(required=True)


class GrantRequestSchema(Schema):
    purpose = fields.String(required=True, validate=validate.OneOf(("reporter",)))
    session = fields.String(validate=validate.Length(max=20))


class GrantSchema(Schema):
    grant = fields.String(required=True)
