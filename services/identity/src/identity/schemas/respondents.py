"""Ballots, key cards, the manifest, public keys."""

from marshmallow import Schema, fields, validate

from identity.issuer import MODULUS_BYTES
from identity.schemas.values import BytesField, text


class BallotRequestSchema(Schema):
    session = text(20, "2345679A")
    group = text(20, "student")
    code = text(20, "23456789A")
    blinded = BytesField(MODULUS_BYTES, required=True)


class BallotSchema(Schema):
    key_id = fields.String(required=True)
    blind_signature = fields.String(required=True)


class ManifestQuerySchema(Schema):
    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=2**53))


class KeyCardRowSchema(Schema):
    group = fields.String(required=True)
    key_id = fields.String(required=True)
    spki = fields.String(required=True)


class KeyCardSchema(Schema):
    keys = fields.List(fields.Nested(KeyCardRowSchema), required=True)
    session = fields.String(required=True)


class PublicKeysSchema(Schema):
    keys = fields.List(fields.Dict(), required=True)
