"""`backup`: the database as it stands at one moment, then the log with its timestamps, then a sealed manifest."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from aggregator.archive import Archive
from aggregator.commands.digest import digest
from aggregator.commands.ledger import ledger
from aggregator.copies import COLLECTIONS
from aggregator.logfile import packed
from aggregator.logreader import LogReader
from aggregator.logwriter import midnight_ms
from aggregator.manifest import File, Manifest, Stretch, written
from chassis.errors import Fatal
from chassis.kafka import Record
from contracts.topics import CAMPAIGNS, DEAD_LETTERS, EDITIONS, RESPONSES, SESSIONS

MANIFEST = "manifest.json"
COMPACTED = (SESSIONS, CAMPAIGNS, EDITIONS)
"""Read after the log: every session of which it holds an answer is among them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """How much a backup holds."""

    documents: int
    records: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.documents} documents and {self.records} records written; SHA-256 of the manifest {self.sha256}"


class Sink:
    """A file that is being written, and what the manifest will say of it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._file: BinaryIO = path.open("wb")
        self._hash = hashlib.sha256()
        self.entries = 0

    def add(self, data: bytes) -> None:
        """One more document or record."""
        self._file.write(data)
        self._hash.update(data)
        self.entries += 1

    def close(self) -> None:
        self._file.close()

    def told(self) -> File:
        """What stands in it."""
        return File(sha256=self._hash.hexdigest(), entries=self.entries)


def backup(
    folder: Path,
    archive: Archive,
    log: Callable[[str], LogReader],
    compacted: Callable[[str], Iterable[Record]],
    *,
    key: bytes,
    day: date,
) -> Report:
    """Writes a backup into an empty or new folder. `archive` reads as of one moment. Fatal if the folder holds
    something, or log and database do not belong together."""
    if folder.exists() and any(folder.iterdir()):
        raise Fatal(f"{folder} is not empty: a backup is written into a folder of its own")
    files: dict[str, File] = {}
    for collection in COLLECTIONS:
        name = f"statistics/{collection}.bson"
        sink = Sink(folder / name)
        for row in archive.raw(collection):
            sink.add(row)
        sink.close()
        files[name] = sink.told()
    documents = sum(one.entries for one in files.values())
    fingerprint, total = digest(archive), ledger(archive, {})["total"]
    stretches: dict[str, Stretch] = {}
    for topic in (RESPONSES, DEAD_LETTERS):
        bounds = log(topic).bounds()
        if topic == RESPONSES:
            _belong_together(archive.offsets(), bounds)
        stretches |= _write_log(folder, topic, log(topic), bounds, files, midnight_ms(day))
    for topic in COMPACTED:
        name = f"log/{topic}/0.records"
        sink = Sink(folder / name)
        for record in compacted(topic):
            sink.add(packed(record))
        sink.close()
        files[name] = sink.told()
    text = written(
        Manifest(day=day.isoformat(), digest=fingerprint, total=total, files=files, stretches=stretches), key
    )
    (folder / MANIFEST).touch(mode=0o600)
    (folder / MANIFEST).write_bytes(text)
    records = sum(one.entries for one in files.values()) - documents
    return Report(documents=documents, records=records, sha256=hashlib.sha256(text).hexdigest())


def _write_log(
    folder: Path,
    topic: str,
    log: LogReader,
    bounds: Mapping[int, tuple[int, int]],
    files: dict[str, File],
    day_ms: int,
) -> dict[str, Stretch]:
    """One file a partition; the records must stand without a gap from its start to its end."""
    sinks: dict[int, Sink] = {}
    following = {number: start for number, (start, _) in bounds.items()}
    first: dict[int, int] = {}
    with ExitStack() as stack:
        for number, (_, end) in bounds.items():
            if end:
                sinks[number] = Sink(folder / f"log/{topic}/{number}.records")
                stack.callback(sinks[number].close)
        starts = {number: start for number, (start, _) in bounds.items()}
        ends = {number: end for number, (_, end) in bounds.items()}
        for record in log.records(starts=starts, ends=ends):
            if record.offset != following[record.partition]:
                raise Fatal(f"{topic}, partition {record.partition}: offset {following[record.partition]} is missing")
            following[record.partition] += 1
            first.setdefault(record.partition, record.timestamp)
            sinks[record.partition].add(packed(record))
    files |= {f"log/{topic}/{number}.records": sink.told() for number, sink in sinks.items()}
    return {
        f"{topic}/{number}": Stretch(start=start, end=end, timestamp=first.get(number, day_ms))
        for number, (start, end) in bounds.items()
    }


def _belong_together(offsets: Iterable[Mapping[str, Any]], bounds: Mapping[int, tuple[int, int]]) -> None:
    for row in offsets:
        start, end = bounds.get(row["_id"], (0, 0))
        if not start <= row["next"] <= end:
            raise Fatal(
                f"partition {row['_id']}: {row['next']} records are counted, the log has those from {start} to {end}: "
                "database and log do not belong together, see `doctor`; no backup was written"
            )
