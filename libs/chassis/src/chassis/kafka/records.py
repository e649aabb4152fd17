"""A record as it is read, and one as it is sent."""

from dataclasses import dataclass
from typing import Protocol


class Record(Protocol):
    """A record as read: timestamp in ms since 1970, key and value as bytes or None."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A record to send: partition given explicitly, timestamp in ms since 1970."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    timestamp_ms: int
