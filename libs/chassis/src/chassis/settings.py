"""Settings from environment variables into one frozen dataclass, with every mistake named at once.

`kafka_bootstrap: str = setting("what it is")` is read from KAFKA_BOOTSTRAP; without a default it is required. Types:
str, int, float, bool (true|false), Secret, Path, tuple[str, ...] (comma separated), and each of these `| None`.
"""

import dataclasses
import ipaddress
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class SettingsError(Exception):
    """One or more settings are missing or wrong; the text has a line for each and never a value of a secret."""


class Secret:
    """A setting's value that never shows itself."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret text; never log or print it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def setting(doc: str, default: Any = dataclasses.MISSING, *, minimum: float | None = None) -> Any:
    """A dataclass field with its explanation for the operator, its default if it has one, and a lower bound."""
    return dataclasses.field(default=default, metadata={"doc": doc, "minimum": minimum})


def load(cls: type[T], environ: Mapping[str, str], check: Callable[[T], Iterable[str]] | None = None) -> T:
    """The settings as `cls`; `check` may name contradictions. Raises SettingsError that lists every mistake."""
    values: dict[str, Any] = {}
    mistakes: list[str] = []
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]  # T is always a dataclass here
        name = field.name.upper()
        raw = environ.get(name, "")
        if raw == "":
            if field.default is dataclasses.MISSING:
                mistakes.append(f"{name} is missing: {field.metadata['doc']}")
            continue
        try:
            values[field.name] = _parse(raw, hints[field.name])
            minimum = field.metadata["minimum"]
            if minimum is not None and values[field.name] < minimum:
                mistakes.append(f"{name} must be at least {minimum:g}: {field.metadata['doc']}")
        except ValueError as error:
            mistakes.append(f"{name} must be {error}: {field.metadata['doc']}")
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    loaded = cls(**values)
    if check is not None and (contradictions := list(check(loaded))):
        raise SettingsError("\n".join(contradictions))
    return loaded


def describe(cls: type[Any]) -> list[tuple[str, str, str]]:
    """(variable, default or "required", explanation) of every setting, for documents and their tests."""
    rows = []
    for field in dataclasses.fields(cls):
        default = "required" if field.default is dataclasses.MISSING else _shown(field.default)
        rows.append((field.name.upper(), default, str(field.metadata["doc"])))
    return rows


def _shown(default: Any) -> str:
    if isinstance(default, tuple):
        return ",".join(default)
    return str(default).lower() if isinstance(default, bool) else "" if default is None else str(default)


def _parse(raw: str, hint: Any) -> Any:
    options = [option for option in typing.get_args(hint) if option is not type(None)]
    if typing.get_origin(hint) is tuple:
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    kind = options[0] if options else hint
    if kind is bool:
        if raw.lower() not in ("true", "false", "1", "0"):
            raise ValueError("true or false")
        return raw.lower() in ("true", "1")
    if kind in (int, float):
        try:
            return kind(raw)
        except ValueError:
            raise ValueError("a whole number" if kind is int else "a number") from None
    return kind(raw) if kind in (Secret, Path) else raw


def loopback(host: str) -> bool:
    """Whether a listener on this host can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def clock(offset_seconds: float = 0.0) -> Callable[[], datetime]:
    """A clock of aware UTC datetimes, moved by `offset_seconds` in tests."""
    offset = timedelta(seconds=offset_seconds)
    return lambda: datetime.now(UTC) + offset
