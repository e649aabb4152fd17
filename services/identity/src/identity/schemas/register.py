"""The register of schools."""

from marshmallow import Schema, fields, validate

from identity.schemas.values import InstantField


class RefusedRowSchema(Schema):
    row = fields.Integer(required=True)
    reason = fields.String(required=True)


class ImportedSchema(Schema):
    taken = fields.Integer(required=True, metadata={"description": "rows"})
    refused = fields.List(fields.Nested(RefusedRowSchema), required=True)
    new = fields.Integer(required=True, metadata={"description": "schools that were not in the register"})
    changed = fields.Integer(required=True, metadata={"description": "schools that differed"})
    unchanged = fields.Integer(required=True, metadata={"description": "schools that were as the file says"})


class PageSchema(Schema):
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1_000_000))
    q = fields.String(load_default="", validate=validate.Length(max=100))
    ended = fields.Boolean(load_default=False, metadata={"description": "those that have ended, instead"})


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
    ended = InstantField(required=True, allow_none=True)
    predecessors = fields.List(fields.String(), required=True, metadata={"description": "codes of schools before it"})
    successors = fields.List(fields.String(), required=True, metadata={"description": "codes of schools after it"})


class SchoolsSchema(Schema):
    schools = fields.List(fields.Nested(SchoolSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class EndingSchema(Schema):
    ended = fields.List(
        fields.String(validate=validate.Length(min=1, max=40)),
        required=True,
        validate=validate.Length(min=1, max=50),
        metadata={"description": "the register's numbers of schools that have ended", "example": ["001", "002"]},
    )
    into = fields.List(
        fields.String(validate=validate.Length(min=1, max=40)),
        load_default=list,
        validate=validate.Length(max=50),
        metadata={
            "description": "those of the schools that come after them; none where they closed",
            "example": ["003"],
        },
    )


class EndedSchema(Schema):
    schools = fields.List(fields.Nested(SchoolSchema), required=True, metadata={"description": "those that come after"})
