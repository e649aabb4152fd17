"""A worker that takes over thousands of cells goes on with every one of them as it was left."""

from pathlib import Path

import pytest

from support.aggregating import aggregation, wait_for
from support.builders import a_response, a_session
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration
SESSIONS = 1_450


def test_a_restart_with_more_than_4096_cells_loses_and_mixes_nothing(
    broker: KafkaPart, database: MongoPart, tmp_path: Path
) -> None:
    sessions = [a_session(groups={"student": 20, "teacher": 8, "leader": 2}) for _ in range(SESSIONS)]
    with aggregation(broker, database, tmp_path) as here:
        here.announce(*sessions)
        first = here.start()
        here.submit(*[a_response(s, group, 0, signed=False) for s in sessions for group in s.groups])
        here.folded_up()
        first.kill()
        first.wait()
        here.start()
        here.submit(
            *[a_response(s, group, number, signed=False) for s in sessions for group in s.groups for number in (0, 1)]
        )
        here.folded_up()
        wait_for("all sessions", lambda: here.db.sessions.count_documents({}) == SESSIONS)
        total = here.ledger()["total"]
        cells = 3 * SESSIONS
        assert cells > 4096
        assert (2 * cells, cells, 0) == (total["folded"], total["duplicates"], total["buried"])
        assert "everything stored agrees" in here.ask("verify")
