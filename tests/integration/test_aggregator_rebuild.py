"""`rebuild` on the real broker and database: the other database comes out equal and counts, or nothing is switched."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aggregator import upkeep
from chassis.errors import Fatal
from chassis.kafka import delete_records
from contracts import topics
from contracts.schemas import CampaignSchema
from support.aggregating import Aggregation, wait_for
from support.builders import a_campaign, a_marker, a_response, a_school, a_session
from support.parts import KafkaPart, MongoPart
from support.upkeep import digest_of, fold_up, kept, ledger_of

pytestmark = pytest.mark.integration


@pytest.fixture
def here(broker: KafkaPart, database: MongoPart, tmp_path: Path) -> Iterator[Aggregation]:
    with kept(broker, database, tmp_path) as running:
        yield running


def second(here: Aggregation) -> Any:
    return here.client[f"{here.database}_b"]


def test_a_rebuild_is_equal_keeps_days_and_counting_goes_on_in_the_other_database(here: Aggregation) -> None:
    home = 6
    ended, early, going = (a_session(school=a_school(home)) for _ in range(3))
    here.announce(ended, early, going)
    here.submit(*[a_response(ended, number=n, signed=False) for n in range(14)], a_response(early, signed=False))
    here.submit(a_marker(early))
    fold_up(here)
    here.submit(a_response(going, signed=False), a_response(ended, number=14, signed=False), a_marker(ended))
    here.submit(*[a_response(going, number=n, signed=False) for n in range(30)])
    here.submit(a_response(ended, number=3, signed=False), a_response(early, number=5, signed=False))
    fold_up(here)
    here.db.snapshots.update_many({}, {"$set": {"as_of": "2026-10-03"}})
    here.db.cells.update_many({"closed": True}, {"$set": {"closed_day": "2026-01-01"}})
    assert 16 == upkeep.run_purge(here.environment()).records
    fold_up(here)
    before, ledger = digest_of(here), ledger_of(here)
    assert ["closed", "part"] == sorted(row["purged"] for row in here.db.cells.find({"purged": {"$ne": None}}))
    said = here.ask("rebuild")
    assert f"2 sessions carried over, {here.database}_b counts from now on; equal digest {before}" in said
    assert {"2026-10-03"} == set(second(here).snapshots.distinct("as_of"))
    assert ["2026-01-01"] == [day for day in second(here).cells.distinct("closed_day") if day]
    assert before == digest_of(here)
    after = ledger_of(here)
    assert after["balanced"]
    assert ledger["sessions"] == after["sessions"]
    assert uncounted(ledger) == uncounted(after)
    here.submit(a_response(going, number=30, signed=False), a_response(going, number=2, signed=False))
    fold_up(here)
    assert 31 == here.counts()[going.session, "student"]["n"]
    stale = here.db.cells.find_one({"_id": going.session})["groups"]["student"]["n"]
    assert 30 == stale["buffer"] + stale["held"] + stale["released"]
    assert "everything stored agrees" in here.ask("verify")
    assert f"{here.database} counts from now on; equal digest" in str(upkeep.run_rebuild(here.environment()))
    assert f"{here.database}_b, which a rebuild had left, was emptied" in str(upkeep.run_purge(here.environment()))
    assert [0, 0, 0] == [second(here)[name].count_documents({}) for name in ("seen", "cells", "snapshots")]
    assert 31 == here.counts()[going.session, "student"]["n"]


def test_a_snapshot_or_edition_that_would_differ_stops_the_switch_and_is_named(here: Aggregation) -> None:
    session = a_session(school=a_school(6))
    here.announce(session)
    here.submit(*[a_response(session, number=n, signed=False) for n in range(25)])
    fold_up(here)
    name = f"{session.session}/student/1"
    good = here.db.snapshots.find_one({"_id": name})
    here.db.snapshots.update_one({"_id": name}, {"$inc": {"items.A1.0": 1}})
    assert f"snapshot {name} is published and would be another: items; nothing was switched" in refused(here)
    here.db.snapshots.replace_one({"_id": name}, good)
    here.db.snapshots.insert_one({**good, "_id": f"{session.session}/teacher/1"})
    assert f"snapshot {session.session}/teacher/1 is published and would not exist" in refused(here)
    here.db.snapshots.delete_one({"_id": f"{session.session}/teacher/1"})
    campaign = CampaignSchema().dump(a_campaign([session]))
    head = {"_id": "autumn/000001", "kind": "head", "campaign": "autumn", "number": 1, "final": False}
    here.db.campaigns.insert_one({"_id": "autumn", "revision": 1, "message": campaign})
    here.db.editions.insert_one({**head, "as_of": "2026-10-03", "digest": "another"})
    here.db.admitted.insert_one({"_id": "autumn/000001", "batches": [], "rest": []})
    assert "edition autumn/000001: its documents are not those that its digest was made of" in refused(here)
    here.db.campaigns.delete_many({})
    assert None is here.db.offsets.find_one({"barred": {"$ne": None}})
    here.submit(a_response(session, number=25, signed=False))
    fold_up(here)
    here.db.cells.update_one({"_id": session.session}, {"$inc": {"groups.student.n.buffer": 1}})
    assert not ledger_of(here)["balanced"]
    assert "unreleased figures had drifted" in str(upkeep.run_rebuild(here.environment()))
    assert ledger_of(here)["balanced"]


def test_a_log_that_lost_records_stops_it_and_workers_go_on(here: Aggregation) -> None:
    session = a_session(school=a_school(6))
    here.announce(session)
    here.submit(*[a_response(session, number=n, signed=False) for n in range(5)])
    fold_up(here)
    delete_records(here.bootstrap, here.prefix + topics.RESPONSES, {6: 2})
    assert "partition 6: records from 0 to 4 were counted, the log has those from 2 to 4" in refused(here)
    here.submit(a_response(session, number=5, signed=False))
    fold_up(here)
    assert 6 == here.db.offsets.find_one({"_id": 6})["next"]


def test_a_worker_is_kept_out_of_a_barred_database_and_finds_the_one_that_counts(here: Aggregation) -> None:
    session = a_session(school=a_school(6))
    here.announce(session)
    here.submit(a_response(session, signed=False))
    worker = here.start()
    here.folded_up()
    upkeep.run_rebuild(here.environment())
    here.submit(a_response(session, number=1, signed=False))
    wait_for("the count in the other database", lambda: second(here).offsets.find_one({"_id": 6, "next": 2}))
    assert None is worker.poll()
    assert 1 == here.db.offsets.find_one({"_id": 6})["next"]


def uncounted(ledger: dict[str, Any]) -> dict[str, int]:
    """The sums of a ledger; a repeat of an answer that was purged is a duplicate or late, the log cannot tell."""
    total = dict(ledger["total"])
    return {"not counted": total.pop("duplicates") + total.pop("buried"), **total}


def refused(here: Aggregation) -> str:
    with pytest.raises(Fatal) as error:
        upkeep.run_rebuild(here.environment())
    return str(error.value)
