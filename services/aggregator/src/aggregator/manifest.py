"""What a backup consists of, sealed with a key that is not in it: nobody changes a backup unnoticed."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.ballots import canonical

FORMAT = 1
_PURPOSE = b"guzgu backup manifest"


class Sabotaged(Exception):
    """A backup is not what it was when it was made; the text says where."""


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """One file: SHA-256 in hex, and how many documents or records are in it."""

    sha256: str
    entries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Where a partition began and ended, and the timestamp (ms) for what comes before its first record."""

    start: int
    end: int
    timestamp: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """`files` by path within the folder; `stretches` by "topic/partition"; `digest` and `total` (of the ledger) as
    they were at that moment; `day` as YYYY-MM-DD."""

    day: str
    digest: str
    total: Mapping[str, int]
    files: Mapping[str, File]
    stretches: Mapping[str, Stretch]


def written(manifest: Manifest, key: bytes) -> bytes:
    """The manifest as canonical JSON with its seal."""
    content = {
        "format": FORMAT,
        "day": manifest.day,
        "digest": manifest.digest,
        "total": dict(manifest.total),
        "files": {name: {"sha256": one.sha256, "entries": one.entries} for name, one in manifest.files.items()},
        "stretches": {
            name: {"start": one.start, "end": one.end, "timestamp": one.timestamp}
            for name, one in manifest.stretches.items()
        },
    }
    return canonical({**content, "seal": _seal(content, key)}) + b"\n"


def read(text: bytes, key: bytes) -> Manifest:
    """The manifest in these bytes; Sabotaged if it is none, or its seal is not of this key."""
    try:
        content: dict[str, Any] = json.loads(text)
        seal = content.pop("seal")
        if content["format"] != FORMAT:
            raise Sabotaged(f"manifest.json has format {content['format']}, this program reads {FORMAT}")
        if not hmac.compare_digest(seal, _seal(content, key)):
            raise Sabotaged("manifest.json was changed, or BLOB_KEY is not the key that the backup was made with")
        return Manifest(
            day=content["day"],
            digest=content["digest"],
            total=content["total"],
            files={name: File(**one) for name, one in content["files"].items()},
            stretches={name: Stretch(**one) for name, one in content["stretches"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Sabotaged("manifest.json is not a manifest") from error


def _seal(content: Mapping[str, Any], key: bytes) -> str:
    own = hmac.digest(key, _PURPOSE, hashlib.sha256)
    return hmac.digest(own, canonical(content), hashlib.sha256).hex()
