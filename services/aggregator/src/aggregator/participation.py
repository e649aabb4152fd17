"""How far a session's groups have come, as schools and ministry may see it while answers come in."""

from collections.abc import Mapping
from typing import Any

from aggregator.changes import GroupState
from aggregator.release import MORE_ANSWERS
from contracts.messages import SchoolSession, SlipCounts

STEP = 5


def participation(
    session: SchoolSession,
    groups: Mapping[str, GroupState],
    closing: Mapping[str, SlipCounts] | None,
    counted: bool,
) -> dict[str, Any]:
    """The session's document: answers in steps of five and 0 below k while it is open; `complete`: everything
    received is counted. Slip counts, and the exact number of a group that may be known, only after the close."""
    return {
        "_id": session.session,
        "school": session.school,
        "campaign": session.campaign,
        "level": session.level,
        "region": session.stratum.region,
        "settlement": session.stratum.settlement,
        "language": session.stratum.language,
        "day": None,
        "groups": {
            group: {
                "expected": terms.expected,
                "registered": terms.registered,
                "k": terms.k,
                **_group(terms.k, groups.get(group), None if closing is None else closing[group]),
            }
            for group, terms in session.groups.items()
        },
        "complete": counted or closing is not None,
    }


def _group(k: int, cell: GroupState | None, slips: SlipCounts | None) -> dict[str, Any]:
    total = cell.steps.total if cell else 0
    withheld = cell.withheld if cell else None
    if cell is None or total == 0:
        state = "empty"
    elif withheld:
        state = "withheld"
    else:
        state = "released" if cell.steps.seq else "filling"
    known = slips is not None and (withheld == MORE_ANSWERS or (withheld is None and total >= k))
    return {
        "answers": total - total % STEP if total >= k else 0,
        "answered": total if known else None,
        "state": state,
        "withheld": withheld,
        "slips": None
        if slips is None
        else {
            "registered": slips.registered,
            "issued": slips.issued,
            "reissued": slips.reissued,
            "revoked": slips.revoked,
            "used": slips.used,
        },
    }
