"""The register of schools."""

from marshmallow import Schema, fields, validate


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
