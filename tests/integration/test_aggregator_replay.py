"""`replay-dlq` on the real broker and database: what can be counted is, once; a close stays a close."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator import upkeep
from chassis.errors import Fatal
from contracts import topics
from contracts.codec import encode
from support.aggregating import Aggregation
from support.builders import DAY_MS, a_marker, a_response, a_school, a_session
from support.parts import KafkaPart, MongoPart
from support.upkeep import fold_up, kept, ledger_of

pytestmark = pytest.mark.integration


@pytest.fixture
def here(broker: KafkaPart, database: MongoPart, tmp_path: Path) -> Iterator[Aggregation]:
    with kept(broker, database, tmp_path) as running:
        yield running


def test_a_response_whose_session_came_too_late_is_counted_once_however_often_it_is_replayed(here: Aggregation) -> None:
    missing = a_session(school=a_school(3))
    here.submit(a_response(missing, number=0, signed=False), a_response(missing, number=1, signed=False))
    fold_up(here)
    assert (2, 0) == tuple(here.db.offsets.find_one({"_id": 3})[name] for name in ("buried", "folded"))
    here.announce(missing)
    report = upkeep.run_replay(here.environment(), "unknown-session")
    assert "2 dead letters with reason unknown-session replayed" == str(report)
    upkeep.run_replay(here.environment(), "unknown-session")
    fold_up(here)
    assert {"folded": 2, "duplicates": 2, "buried": 2} == {
        name: here.db.offsets.find_one({"_id": 3})[name] for name in ("folded", "duplicates", "buried")
    }
    assert "0 dead letters with reason unknown-session replayed; 2 were counted already" in here.ask(
        "replay-dlq", "--reason", "unknown-session"
    )
    assert ledger_of(here)["balanced"]
    assert {DAY_MS} == {record.timestamp for record in here.values(topics.RESPONSES)}


def test_a_record_on_another_schools_partition_goes_to_its_own(here: Aggregation) -> None:
    session = a_session(school=a_school(4))
    here.announce(session)
    here.raw(encode(a_response(session, signed=False)), 9)
    fold_up(here)
    assert 1 == upkeep.run_replay(here.environment(), "wrong-partition").replayed
    fold_up(here)
    assert (1, 0) == (here.db.offsets.find_one({"_id": 4})["folded"], here.db.offsets.find_one({"_id": 9})["folded"])


def test_what_belongs_to_a_closed_session_or_can_never_be_counted_stays_buried(here: Aggregation) -> None:
    missing, nowhere = a_session(school=a_school(3)), a_session(school=a_school(3))
    here.submit(a_response(missing, number=0, signed=False), a_response(nowhere, signed=False))
    fold_up(here)
    here.announce(missing)
    here.submit(a_response(missing, number=1, signed=False), a_marker(missing))
    fold_up(here)
    said = here.ask("replay-dlq", "--reason", "unknown-session", code=1)
    assert "0 dead letters" in said
    assert "1 of closed sessions refused: a close is final" in said
    assert "1 would be buried again (unknown-session)" in said
    with pytest.raises(Fatal, match="late records are not replayed"):
        upkeep.run_replay(here.environment(), "late")
    with pytest.raises(Fatal, match="typo is no reason for which a record is buried"):
        upkeep.run_replay(here.environment(), "typo")
