"""Benchmark bands of a real last edition: `verify` makes them again, until the moments under them are purged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregator import upkeep
from aggregator.edition import edition_digest
from contracts.messages import SchoolSession
from support.aggregating import Aggregation, wait_for
from support.builders import a_campaign, a_marker, a_response, a_session
from support.parts import KafkaPart, MongoPart
from support.upkeep import digest_of, fold_up, kept, later

pytestmark = pytest.mark.integration
SCHOOLS, PEOPLE = 20, 21
HEAD = "autumn/000001"


@pytest.fixture
def here(broker: KafkaPart, database: MongoPart, tmp_path: Path) -> Iterator[Aggregation]:
    with kept(broker, database, tmp_path) as running:
        yield running


def a_closed_campaign(here: Aggregation) -> dict[str, float]:
    """Twenty schools of one kind in which every student of the n-th gave n people more a 5; each school's mean."""
    sessions = [a_session(items=("A1", "A2", "B1")) for _ in range(SCHOOLS)]
    here.announce(*sessions, a_campaign(sessions, state="closed"))
    here.submit(*[response for at, session in enumerate(sessions) for response in answers(session, at)])
    here.submit(*map(a_marker, sessions))
    fold_up(here)
    return {session.session: (5 * at + 3 * (PEOPLE - at)) / PEOPLE for at, session in enumerate(sessions)}


def answers(session: SchoolSession, fives: int) -> list[Any]:
    return [
        a_response(session, number=n, answers=dict.fromkeys(("A1", "A2", "B1"), 5 if n < fives else 3))
        for n in range(PEOPLE)
    ]


def edited(here: Aggregation) -> dict[str, Any]:
    """Lets an editor make the last edition; its benchmark."""
    editor = here.start("editor")
    wait_for("the last edition", lambda: here.db.editions.find_one({"_id": HEAD, "final": True, "sent": True}))
    editor.terminate()
    editor.wait(30)
    found: dict[str, Any] = here.db.editions.find_one({"_id": f"{HEAD}/benchmark/lower-secondary/student"})
    return found


def test_bands_come_with_the_last_edition_and_verify_notices_one_that_was_changed(here: Aggregation) -> None:
    means = a_closed_campaign(here)
    found = edited(here)
    noise = [np.var([5] * at + [3] * (PEOPLE - at), ddof=1) / PEOPLE for at in range(SCHOOLS)]
    spread = np.sqrt(np.var(list(means.values()), ddof=1) - np.mean(noise))
    mean = np.mean(list(means.values()))
    expected = {
        "schools": SCHOOLS,
        "mean": round(mean, 1),
        "low": round(mean - 0.67 * spread, 1),
        "high": round(mean + 0.67 * spread, 1),
    }
    assert {"all": {"A": expected, "B": expected}, "50-199/urban": {"A": expected, "B": expected}} == found["classes"]
    assert SCHOOLS == sum(one["schools"] for one in found["distribution"]["A"])
    assert "editions agree with their lists" in here.ask("verify", "--ballots")
    here.db.editions.update_one({"_id": found["_id"]}, {"$set": {"classes.all.A.low": 1.0}})
    assert "documents are not those that its digest was made of" in here.ask("verify", code=1)
    beside = list(here.db.editions.find({"kind": {"$ne": "head"}}))
    here.db.editions.update_one({"_id": HEAD}, {"$set": {"digest": edition_digest(beside)}})
    assert f"edition {found['_id']}: classes of the benchmark differ" in here.ask("verify", code=1)


def test_moments_go_once_no_edition_needs_them_and_what_they_made_is_said_to_be_beyond_proof(
    here: Aggregation,
) -> None:
    a_closed_campaign(here)
    assert "moments of 0 batches deleted; 20 expired sessions wait" in str(upkeep.run_purge(waiting(here)))
    found = edited(here)
    batches = here.db.moments.count_documents({})
    assert f"moments of {batches} batches deleted" in str(upkeep.run_purge(later(here, 31)))
    assert (0, SCHOOLS) == (here.db.moments.count_documents({}), here.db.cells.count_documents({"spent": True}))
    assert "moments of 0 batches deleted" in str(upkeep.run_purge(later(here, 31)))
    said = here.ask("verify")
    assert "editions agree with their lists" in said
    assert f"edition {HEAD}: its counts stand, quality and benchmark bands can no longer be recomputed" in said
    digest = digest_of(here)
    assert f"equal digest {digest}" in str(upkeep.run_rebuild(here.environment()))
    other = here.client[f"{here.database}_b"]
    assert 0 == other.moments.count_documents({})
    assert found == other.editions.find_one({"_id": found["_id"]})
    editor = here.start("editor")
    wait_for("the lead", lambda: other.offsets.find_one({"_id": "editor", "beats": {"$gte": 3}}))
    assert None is editor.poll()
    other.editions.update_one({"_id": found["_id"]}, {"$set": {"classes.all.A.low": 1.0}})
    assert "documents are not those that its digest was made of" in here.ask("verify", code=1)


def waiting(here: Aggregation) -> dict[str, str]:
    """A day on which every session is expired and its campaign is known, but not finished."""
    here.db.campaigns.insert_one({"_id": "autumn", "revision": 0, "message": {}})
    return later(here, 31)
