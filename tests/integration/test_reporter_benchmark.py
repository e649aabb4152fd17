"""The comparison with similar schools arrives with a campaign's last edition: in page and files, and nowhere else."""

from pathlib import Path

import pytest

from support import band_world
from support import reporter_world as world
from support.aggregating import wait_for
from support.parts import MongoPart
from support.reporting import running_reporter

pytestmark = pytest.mark.integration
REPORT = f"/v1/schools/{world.SCHOOL}/sessions/SESS22A2/report"


def test_a_report_is_made_anew_once_the_last_edition_brings_bands(database: MongoPart, tmp_path: Path) -> None:
    with running_reporter(database, tmp_path) as reporter:
        client = reporter.signed_on()
        before = client.get(f"{REPORT}?lang=en")
        data = client.get(f"{REPORT}.json?lang=en")
        nation = client.get("/v1/national").json
        assert "The comparison with similar schools comes once" in before.text
        assert data.json is not None
        assert [] == data.json["benchmark"]
        band_world.finish(reporter.statistics)
        old = {"If-None-Match": before.headers["ETag"]}
        wait_for("another page", lambda: client.get(f"{REPORT}?lang=en", headers=old).status_code == 200, 30)
        after = client.get(f"{REPORT}?lang=en")
        assert "The comparison with similar schools comes once" not in after.text
        assert 'id="bench-student"' in after.text
        assert 'id="bench-leader"' not in after.text
        rows = client.get(f"{REPORT}.json?lang=en").json
        assert rows is not None
        assert {"student", "teacher"} == {row["group"] for row in rows["benchmark"]}
        now = client.get("/v1/national?level=lower-secondary").json
        assert nation is not None
        assert now is not None
        assert [row for row in nation["figures"] if row["level"] == "lower-secondary"] == now["figures"] != []
