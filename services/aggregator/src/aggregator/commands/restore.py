"""`restore`: a backup put back into an empty database and empty topics, every offset as it was, and compared."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aggregator import copies, pointer
from aggregator.archive import Archive
from aggregator.commands.backup import COMPACTED, MANIFEST
from aggregator.commands.digest import digest
from aggregator.commands.ledger import ledger
from aggregator.logfile import packed, unpacked
from aggregator.logreader import LogReader
from aggregator.logwriter import LogWriter
from aggregator.manifest import Manifest, Sabotaged, read
from chassis.errors import Fatal
from chassis.mongo import Client
from contracts.topics import DEAD_LETTERS, RESPONSES

WHY = "a restore is under way; if none is running it was interrupted: empty topics and database, restore again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What came back; `left` topics held something and were left as they are."""

    day: str
    documents: int
    records: int
    digest: str
    left: tuple[str, ...]

    def __str__(self) -> str:
        said = (
            f"backup of {self.day} restored: {self.documents} documents, {self.records} records, digest {self.digest}"
        )
        for topic in self.left:
            said += f"; {topic} held records and was left as it is"
        return said


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where a backup goes: database `home`, and the topics."""

    client: Client
    home: str
    archive: Archive
    log: Callable[[str], LogReader]
    writer: LogWriter
    not_writable: Callable[[Sequence[str]], list[str]]


def restore(folder: Path, target: Target, key: bytes) -> Report:
    """Checks the whole backup before anything is written. Fatal for a sabotaged backup, a target that is not empty,
    and a result that is not what was backed up."""
    try:
        manifest = checked(folder, key)
    except Sabotaged as error:
        raise Fatal(f"{error}; nothing was restored") from error
    _refuse_unless_writable(target)
    _refuse_unless_empty(target)
    # First what the aggregator's own user may not write: a refusal then leaves everything else untouched.
    left = tuple(topic for topic in COMPACTED if not _restore_compacted(folder, target, topic))
    pointer.bar(target.client, target.home, WHY)
    for name in (RESPONSES, DEAD_LETTERS):
        _restore_log(folder, target, name, manifest)
    for collection in copies.COLLECTIONS:
        copies.fill(target.client, target.home, collection, folder / f"statistics/{collection}.bson", WHY)
    _compare(target, manifest)
    pointer.point(target.client, target.home, target.home)
    pointer.unbar(target.client, target.home)
    documents = sum(one.entries for name, one in manifest.files.items() if name.startswith("statistics/"))
    return Report(
        day=manifest.day,
        documents=documents,
        records=sum(one.entries for one in manifest.files.values()) - documents,
        digest=manifest.digest,
        left=left,
    )


def checked(folder: Path, key: bytes) -> Manifest:
    """The manifest of a folder in which every file is what it was; Sabotaged names the first that is not."""
    try:
        manifest = read((folder / MANIFEST).read_bytes(), key)
    except FileNotFoundError as error:
        raise Sabotaged(f"{folder} has no {MANIFEST}: it is no backup, or one that was interrupted") from error
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    for name in sorted(there - manifest.files.keys()):
        raise Sabotaged(f"{name} does not belong to this backup")
    for name, one in sorted(manifest.files.items()):
        if name not in there:
            raise Sabotaged(f"{name} is missing")
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != one.sha256:
                raise Sabotaged(f"{name} is not what was backed up")
    return manifest


def _refuse_unless_writable(target: Target) -> None:
    if found := target.not_writable([RESPONSES, DEAD_LETTERS, *COMPACTED]):
        raise Fatal(
            f"Kafka refuses to let this process's user write to {', '.join(found)}; nothing was restored. A restore is "
            "run as the administrator that provisioning signs in as: set KAFKA_USER, KAFKA_PASSWORD and "
            "KAFKA_MECHANISM to his"
        )


def _refuse_unless_empty(target: Target) -> None:
    if name := copies.occupied(target.client, target.home):
        raise Fatal(f"{target.home}.{name} is not empty: a backup is restored into an empty database only")
    for topic in (RESPONSES, DEAD_LETTERS):
        filled = [number for number, (_, end) in target.log(topic).bounds().items() if end]
        if filled:
            raise Fatal(
                f"{topic} has had records (partition {filled[0]}): a backup is restored into new topics only, "
                "for every offset must be what it was"
            )


def _restore_log(folder: Path, target: Target, topic: str, manifest: Manifest) -> None:
    """Empty records up to where a partition began, then what was kept; then the empty ones are deleted."""
    starts: dict[int, int] = {}
    for name, stretch in manifest.stretches.items():
        of, _, number = name.rpartition("/")
        if of != topic or not stretch.end:
            continue
        partition = int(number)
        target.writer.fill(topic, partition, stretch.start, stretch.timestamp)
        with (folder / f"log/{name}.records").open("rb") as file:
            target.writer.append(topic, unpacked(file, partition))
        if stretch.start:
            starts[partition] = stretch.start
    target.writer.delete_below(topic, starts)
    _compare_log(target.log(topic), topic, manifest)


def _restore_compacted(folder: Path, target: Target, topic: str) -> bool:
    """False if the topic holds something: an older revision put behind a newer one would be kept in its place."""
    if any(end for _, end in target.log(topic).bounds().values()):
        return False
    with (folder / f"log/{topic}/0.records").open("rb") as file:
        target.writer.append(topic, unpacked(file, 0))
    return True


def _compare_log(log: LogReader, topic: str, manifest: Manifest) -> None:
    bounds = log.bounds()
    hashes = {number: hashlib.sha256() for number in bounds}
    for record in log.records():
        hashes[record.partition].update(packed(record))
    for number, bound in bounds.items():
        stretch = manifest.stretches[f"{topic}/{number}"]
        file = manifest.files.get(f"log/{topic}/{number}.records")
        if bound != (stretch.start, stretch.end) or (file and hashes[number].hexdigest() != file.sha256):
            raise Fatal(
                f"{topic}, partition {number}: the log is not what was backed up (somebody else wrote to it, or a "
                "record was sent twice). Empty topics and database, restore again."
            )


def _compare(target: Target, manifest: Manifest) -> None:
    found: Mapping[str, object] = {
        "digest": digest(target.archive),
        "ledger": ledger(target.archive, {})["total"],
    }
    for name, expected in (("digest", manifest.digest), ("ledger", manifest.total)):
        if found[name] != expected:
            raise Fatal(f"the {name} of what was restored is {found[name]}, of what was backed up {expected}")
