"""Lighthouse on the questionnaire page: accessibility, and what a phone has to load."""

import pytest

from support.ballots import Signer
from support.collecting import Collector
from support.lighthouse import audit, slip
from support.signing import Desk

pytestmark = pytest.mark.integration


def test_accessibility_is_at_least_95_and_all_that_is_loaded_at_most_100_kilobytes(
    collector: Collector, desk: Desk, signer: Signer
) -> None:
    address = slip(collector, signer, desk.admit(signer, "student"))
    report = audit(address, "--only-categories=accessibility", "--only-audits=total-byte-weight,network-requests")
    assert report["categories"]["accessibility"]["score"] >= 0.95
    assert 10_000 < report["audits"]["total-byte-weight"]["numericValue"] <= 100_000
    asked = {row["url"] for row in report["audits"]["network-requests"]["details"]["items"]}
    assert any("/questionnaire" in url for url in asked), "the slip was followed"
