"""What a field of a message may hold: closed sets, and values with a form of their own on the wire."""

import re
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import ValidationError, fields

from contracts.ballots import b64, unb64
from contracts.messages import ItemTerm

ANSWERS = frozenset({1, 2, 3, 4, 5, "na", "pn"})
HEX = frozenset("0123456789abcdef")
GROUPS = ("leader", "teacher", "student", "trainer")
LEVELS = ("primary", "lower-secondary", "upper-secondary", "vocational")
STATES = ("planned", "open", "closed", "cancelled")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ITEM = re.compile(r"[A-HX][0-9]{1,2}")


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
