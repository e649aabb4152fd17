"""`doctor` on the real database: rights, index, clock and a purge that did not run are named."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator import upkeep
from aggregator.surroundings import clock_gap, missing_rights, scans
from chassis.mongo import connect
from contracts.access import rights
from support.aggregating import Aggregation
from support.parts import KafkaPart, MongoPart
from support.upkeep import kept, later

pytestmark = pytest.mark.integration


@pytest.fixture
def here(broker: KafkaPart, database: MongoPart, tmp_path: Path) -> Iterator[Aggregation]:
    with kept(broker, database, tmp_path) as running:
        yield running


def test_a_right_that_provisioning_did_not_give_is_named(here: Aggregation, database: MongoPart) -> None:
    wanted = rights("aggregator", "statistics")
    assert [] == list(missing_rights(here.client, [here.database], wanted))
    user, password = f"u{secrets.token_hex(4)}", secrets.token_hex(8)
    privileges = [
        {
            "resource": {"db": here.database, "collection": name},
            "actions": ["find"] if name == "cells" else ["find", "insert", "update", "remove"],
        }
        for name in wanted
    ]
    here.client.admin.command("createRole", user, privileges=privileges, roles=[])
    try:
        here.client.admin.command("createUser", user, pwd=password, roles=[user])
        with connect(database.uri(user, password), app="test") as client:
            (said,) = missing_rights(client, [here.database], wanted)
            assert f"{here.database}.cells: the user may not insert, remove, update; provision again" == said
            assert [] == list(scans(client, here.database))
    finally:
        here.client.admin.command("dropUser", user)
        here.client.admin.command("dropRole", user)


def test_a_missing_index_a_wrong_clock_and_a_forgotten_purge_are_named(here: Aggregation) -> None:
    assert [] == list(upkeep.surroundings(here.environment()))
    assert ["the last purge was 3 days ago; it should run daily"] == list(upkeep.surroundings(later(here, 3)))
    here.db.cells.drop_index("partition_1")
    assert [f"{here.database}.cells has no index on partition; provision again"] == list(
        scans(here.client, here.database)
    )
    (said,) = clock_gap(here.client, datetime.now(UTC) + timedelta(seconds=60), 10.0)
    assert said.endswith("s apart, 10 s are allowed")


def test_what_an_operator_can_mend_is_one_sentence_and_no_stack_trace(
    here: Aggregation, database: MongoPart, tmp_path: Path
) -> None:
    stranger = database.uri("nobody", "wrong")
    file = tmp_path / "a-file"
    file.write_text("")
    for command, changes, code, words in (
        (["ledger"], {"MONGO_URI": stranger}, 1, "MongoDB does not know the user and password in MONGO_URI"),
        (["digest"], {"MONGO_URI": "mongodb://nobody:wrong@127.0.0.1:1"}, 2, "not possible now: database is away"),
        (["backup", "--to", str(file / "x")], {}, 1, "Not a directory"),
        (["restore", "--from", str(tmp_path / "gone")], {}, 1, "it is no backup, or one that was interrupted"),
        (["counts"], {"BLOB_KEY": "short"}, 1, "BLOB_KEY and BLOB_KEY_PREVIOUS must be 32 bytes"),
    ):
        env = here.environment(**changes)
        done = subprocess.run([sys.executable, "-m", "aggregator", *command], env=env, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (code, ""), (command, done.stderr)
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert "wrong" not in done.stderr
