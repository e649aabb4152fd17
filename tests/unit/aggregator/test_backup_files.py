"""Files of a backup: a record comes back as it was, a manifest opens under its own key alone."""

import io

import pytest

from aggregator.logfile import packed, unpacked
from aggregator.manifest import File, Manifest, Sabotaged, Stretch, read, written
from support.builders import LogRecord

KEY = bytes(range(32))


def test_records_come_back_with_offset_timestamp_key_and_value_even_where_one_is_none() -> None:
    rows = [
        LogRecord(partition=3, offset=7, value=b"value", key=b"key", timestamp=1),
        LogRecord(partition=3, offset=8, value=None, key=b"", timestamp=2),
        LogRecord(partition=3, offset=9, value=b"", key=None, timestamp=2**53),
    ]
    found = unpacked(io.BytesIO(b"".join(map(packed, rows))), 3)
    assert [(r.partition, r.offset, r.timestamp, r.key, r.value) for r in rows] == [
        (r.partition, r.offset, r.timestamp, r.key, r.value) for r in found
    ]


def test_a_manifest_opens_under_its_key_and_no_byte_of_it_can_be_changed() -> None:
    manifest = Manifest(
        day="2026-11-20",
        digest="d" * 64,
        total={"folded": 3},
        files={"statistics/cells.bson": File(sha256="a" * 64, entries=3)},
        stretches={"responses-v1/0": Stretch(start=2, end=5, timestamp=7)},
    )
    text = written(manifest, KEY)
    assert manifest == read(text, KEY)
    with pytest.raises(Sabotaged):
        read(text, bytes(32))
    for old, new in ((b'"folded":3', b'"folded":4'), (b"aaaa", b"aaab"), (b'"start":2', b'"start":1')):
        with pytest.raises(Sabotaged, match=r"manifest\.json was changed"):
            read(text.replace(old, new, 1), KEY)
    with pytest.raises(Sabotaged, match="has format 9"):
        read(text.replace(b'"format":1', b'"format":9'), KEY)
