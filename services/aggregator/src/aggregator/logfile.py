"""Records of one partition as bytes in a file, exactly as they stood: offset, timestamp, key, value."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from chassis.kafka import Record

_HEAD = struct.Struct(">qqii")
_NONE = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A record read back from a file."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


def packed(record: Record) -> bytes:
    """The record's bytes: offset and timestamp (8 each), lengths of key and value (4 each, -1 for none), both."""
    sizes = [_NONE if part is None else len(part) for part in (record.key, record.value)]
    return _HEAD.pack(record.offset, record.timestamp, *sizes) + (record.key or b"") + (record.value or b"")


def unpacked(file: BinaryIO, partition: int) -> Iterator[Kept]:
    """The records of a file of this partition."""
    while head := file.read(_HEAD.size):
        offset, timestamp, key, value = _HEAD.unpack(head)
        yield Kept(
            partition=partition, offset=offset, timestamp=timestamp, key=_part(file, key), value=_part(file, value)
        )


def _part(file: BinaryIO, size: int) -> bytes | None:
    return None if size == _NONE else file.read(size)
