"""`backup` and `restore` on the real broker and database: everything comes back where it was, or nothing does."""

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aggregator import upkeep
from chassis.errors import Fatal
from contracts import topics
from support.aggregating import Aggregation
from support.builders import a_campaign, a_marker, a_response, a_school, a_session
from support.parts import KafkaPart, MongoPart
from support.upkeep import digest_of, fold_up, kept, later, ledger_of

pytestmark = pytest.mark.integration
PAGE = Path(__file__).parents[2] / "docs/how-to/back-up-and-restore.md"


@pytest.fixture
def here(broker: KafkaPart, database: MongoPart, tmp_path: Path) -> Iterator[Aggregation]:
    (tmp_path / "one").mkdir()
    with kept(broker, database, tmp_path / "one") as running:
        yield running


@pytest.fixture
def there(broker: KafkaPart, database: MongoPart, tmp_path: Path, here: Aggregation) -> Iterator[Aggregation]:
    (tmp_path / "two").mkdir()
    with kept(broker, database, tmp_path / "two") as running:
        running.blob_key = here.blob_key
        yield running


def runbook(where: str, folder: Path) -> list[list[str]]:
    """The arguments of the commands that docs/how-to/back-up-and-restore.md tells to call, here or there."""
    [block] = re.findall(rf"<!-- tried: {where} -->\n```\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    calls = [line.removeprefix("python -m aggregator ") for line in block.splitlines()]
    return [call.replace("FOLDER", str(folder)).split() for call in calls]


def records(here: Aggregation, topic: str) -> list[tuple[object, ...]]:
    rows = here.values(topic)
    return sorted((row.partition, row.offset, row.timestamp, row.key, row.value) for row in rows)


def a_purged_log(here: Aggregation) -> None:
    """A closed and purged session, an open one, a dead letter, and one response that is not yet folded."""
    ended, going = a_session(school=a_school(5)), a_session(school=a_school(5))
    here.announce(ended, going, a_campaign([ended, going]))
    here.submit(*[a_response(ended, number=n, signed=False) for n in range(12)], a_marker(ended))
    fold_up(here)
    here.submit(*[a_response(going, number=n, signed=False) for n in range(25)])
    fold_up(here)
    here.db.cells.update_one({"_id": ended.session}, {"$set": {"closed_day": "2026-01-01"}})
    assert 13 == upkeep.run_purge(here.environment()).records
    here.raw(b"nonsense", 8)
    fold_up(here)
    here.submit(a_response(going, number=25, signed=False))


def test_everything_comes_back_at_its_offset_and_counting_goes_on(
    here: Aggregation, there: Aggregation, tmp_path: Path
) -> None:
    a_purged_log(here)
    backup = tmp_path / "backup"
    [said] = [here.ask(*call) for call in runbook("here", backup)]
    assert "SHA-256 of the manifest" in said
    assert {0o600} == {path.stat().st_mode & 0o777 for path in backup.rglob("*") if path.is_file()}
    restored, verified, balance = [there.ask(*call) for call in runbook("there", backup)]
    assert "digest" in restored
    assert "everything stored agrees" in verified
    assert "balanced" in balance
    for topic in (topics.RESPONSES, topics.DEAD_LETTERS, topics.SESSIONS, topics.CAMPAIGNS):
        assert records(here, topic) == records(there, topic)
    assert here.ends() == there.ends()
    assert digest_of(here) == digest_of(there)
    given, found = ledger_of(here), ledger_of(there)
    assert (given["total"], given["sessions"]) == (found["total"], found["sessions"])
    fold_up(there)
    fold_up(here)
    assert digest_of(here) == digest_of(there)
    assert ledger_of(there)["balanced"]


def test_a_restore_loses_the_answers_since_its_backup_and_no_other(
    here: Aggregation, there: Aggregation, tmp_path: Path
) -> None:
    session = a_session(school=a_school(5))
    here.announce(session)
    here.submit(*[a_response(session, number=n, signed=False) for n in range(12)])
    fold_up(here)
    upkeep.run_backup(here.environment(), tmp_path / "backup")
    later_on = [a_response(session, number=n, signed=False) for n in range(12, 17)]
    here.submit(*later_on)
    began = time.monotonic()
    upkeep.run_restore(there.environment(), tmp_path / "backup")
    fold_up(there)
    took = time.monotonic() - began
    kept_ones, lost = ledger_of(there)["total"]["folded"], len(later_on)
    print(
        f"\nrecovery point: {lost} of {kept_ones + lost} answers lost, those since the backup; restored in {took:.1f} s"
    )
    assert (12, 12) == (ledger_of(there)["total"]["next"], ledger_of(there)["total"]["folded"])
    there.submit(*later_on)  # whose page still keeps them sends them again
    fold_up(there)
    assert 17 == ledger_of(there)["total"]["folded"]


def test_a_sabotaged_backup_is_noticed_before_anything_is_written(
    here: Aggregation, there: Aggregation, tmp_path: Path
) -> None:
    session = a_session(school=a_school(5))
    here.announce(session)
    here.submit(*[a_response(session, number=n, signed=False) for n in range(3)])
    fold_up(here)
    whole = tmp_path / "whole"
    upkeep.run_backup(here.environment(), whole)

    def edited(path: Path) -> None:
        content = json.loads((path / "manifest.json").read_text())
        content["files"]["statistics/cells.bson"]["entries"] = 7
        (path / "manifest.json").write_text(json.dumps(content))

    def flipped(path: Path) -> None:
        file = path / "log/responses-v1/5.records"
        data = bytearray(file.read_bytes())
        data[-300] ^= 1
        file.write_bytes(data)

    harms: dict[str, Callable[[Path], object]] = {
        "log/responses-v1/5.records is not what was backed up": flipped,
        "statistics/seen.bson is missing": lambda path: (path / "statistics/seen.bson").unlink(),
        "statistics/more.bson does not belong": lambda path: (path / "statistics/more.bson").touch(),
        "manifest.json was changed": edited,
        "manifest.json is not a manifest": lambda path: (path / "manifest.json").write_text("[]"),
        "it is no backup, or one that was interrupted": lambda path: (path / "manifest.json").unlink(),
    }
    for number, (sentence, harm) in enumerate(harms.items()):
        copy = tmp_path / f"copy{number}"
        shutil.copytree(whole, copy)
        harm(copy)
        with pytest.raises(Fatal, match=sentence):
            upkeep.run_restore(there.environment(), copy)
    with pytest.raises(Fatal, match="BLOB_KEY is not the key"):
        upkeep.run_restore(there.environment(BLOB_KEY="A" * 43), whole)
    assert 0 == there.db.offsets.count_documents({}) == sum(there.ends().values())
    with pytest.raises(Fatal, match=r"offsets is not empty"):
        upkeep.run_restore(here.environment(), whole)
    here.client.drop_database(here.database)
    with pytest.raises(Fatal, match="responses-v1 has had records"):
        upkeep.run_restore(here.environment(), whole)
    with pytest.raises(Fatal, match="is not empty: a backup is written into a folder of its own"):
        upkeep.run_backup(here.environment(), whole)


def test_a_database_without_its_log_is_not_backed_up(here: Aggregation, tmp_path: Path) -> None:
    here.db.offsets.insert_one(
        {"_id": 2, "epoch": 1, "next": 9, "folded": 9, "duplicates": 0, "buried": 0, "markers": 0}
    )
    here.db.offsets.update_one({"_id": 2}, {"$set": {"in_a_row": 0, "purged": {"folded": 0}}})
    with pytest.raises(Fatal, match="partition 2: 9 records are counted, the log has those from 0 to 0"):
        upkeep.run_backup(here.environment(), tmp_path / "backup")
    here.db.offsets.update_one({"_id": 2}, {"$set": {"barred": "a restore is under way"}})
    for refused in (
        lambda: upkeep.run_backup(here.environment(), tmp_path / "b"),
        lambda: upkeep.run_purge(later(here, 1)),
    ):
        with pytest.raises(Fatal, match="a restore is under way"):
            refused()
