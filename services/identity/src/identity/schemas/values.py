"""The kinds of fields that bodies are made of, and how a problem is told."""

from typing import Any

from marshmallow import Schema, fields, validate

from contracts.values import Bytes, Instant


def text(most: int, example: str, **kwargs: Any) -> fields.String:
    return fields.String(
        required=True, validate=validate.Length(min=1, max=most), metadata={"example": example}, **kwargs
    )


def count(**kwargs: Any) -> fields.Integer:
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


class NoneSchema(Schema):
    """No fields at all: an empty JSON object, or no body."""
