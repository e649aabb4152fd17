"""BLOB_KEY is changed while sessions go on: figures sealed before still open, `reseal` needs no pause, and what the old
key alone could open it opens no more."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.commands.reseal import reseal
from aggregator.sealing import Sealer
from contracts.ballots import b64, unb64
from support.aggregating import Aggregation
from support.builders import a_response, a_session
from support.parts import KafkaPart, MongoPart
from support.upkeep import kept

pytestmark = pytest.mark.integration


@pytest.fixture
def here(broker: KafkaPart, database: MongoPart, tmp_path: Path) -> Iterator[Aggregation]:
    with kept(broker, database, tmp_path) as running:
        yield running


def test_a_key_is_changed_while_sessions_go_on_and_no_figure_is_lost(here: Aggregation) -> None:
    old, new = here.blob_key, b64(secrets.token_bytes(32))
    session = a_session(groups={"student": 40})
    here.announce(session)
    here.start()
    here.submit(*(a_response(session, number=number, signed=False) for number in range(1, 8)))
    here.folded_up()
    here.stop()
    here.processes.clear()
    before = here.counts()

    here.extra |= {"BLOB_KEY": new, "BLOB_KEY_PREVIOUS": old}
    assert here.counts() == before
    here.start()
    here.submit(*(a_response(session, number=number, signed=False) for number in range(8, 12)))
    here.folded_up()
    counted = here.counts()
    assert counted[session.session, "student"]["n"] == 11
    idle = a_session(groups={"student": 40})
    sealed = sealer(old).seal(idle.session, {"student": b"figures"})
    here.db.cells.insert_one({"_id": idle.session, "blob": sealed})
    assert "sealed anew; run this again" in here.ask("reseal")
    assert "of them 0 sealed anew: nothing needs BLOB_KEY_PREVIOUS any more" in here.ask("reseal")
    found = here.db.cells.find_one_and_delete({"_id": idle.session})
    assert sealer(new).open(idle.session, bytes(found["blob"]), ["student"]) == {"student": b"figures"}
    here.stop()
    here.processes.clear()

    del here.extra["BLOB_KEY_PREVIOUS"]
    assert here.counts() == counted
    here.ask("verify")
    here.extra["BLOB_KEY"] = old
    said = refused(here, "counts")
    assert "is BLOB_KEY the key that this database was written with?" in said


def test_a_cell_that_a_worker_writes_meanwhile_is_read_again_and_never_put_back(here: Aggregation) -> None:
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    before, after = Sealer(old), Sealer(new, before=old)
    here.db.cells.insert_one({"_id": "S1", "blob": before.seal("S1", {"student": b"first"})})

    class Busy(Sealer):
        """Lets a worker write between the reading and the writing of a cell, once."""

        written = False

        def resealed(self, session: str, blob: bytes) -> bytes | None:
            found = after.resealed(session, blob)
            if not self.written:
                self.written = True
                here.db.cells.update_one({"_id": "S1"}, {"$set": {"blob": before.seal("S1", {"student": b"second"})}})
            return found

    report = reseal(here.client, [here.database], Busy(new, before=old))
    assert (report.cells, report.anew, report.busy) == (1, 1, 0)
    row = here.db.cells.find_one({"_id": "S1"})
    assert Sealer(new).open("S1", bytes(row["blob"]), ["student"]) == {"student": b"second"}


def sealer(key: str) -> Sealer:
    return Sealer(unb64(key))


def refused(here: Aggregation, command: str) -> str:
    """What a command says when it ends with 1."""
    done = subprocess.run(
        [sys.executable, "-m", "aggregator", command],
        env=here.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    return done.stderr
