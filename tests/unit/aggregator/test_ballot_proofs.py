"""Whoever writes to the log without ballots is found: `verify --ballots` names the place of each kind of forgery."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aggregator.commands.ballots import check_ballots
from contracts import ballots
from contracts.messages import BallotProof, ResponseSubmitted
from support.ballots import private_key, sign
from support.builders import Log, a_marker, a_response, a_session

SESSION = a_session(groups={"student": 40, "teacher": 20})
OTHER = a_session(groups={"student": 40})
PREPARED = b"invented" * 8


def with_proof(response: ResponseSubmitted, **changes: object) -> ResponseSubmitted:
    proof = replace(response.ballot, **changes)  # type: ignore[arg-type]
    return replace(response, ballot=proof, response_id=ballots.response_id(proof.key_id, proof.message))


def own_key(response: ResponseSubmitted) -> ResponseSubmitted:
    """Signed by a key that the forger made, under the session's key's name."""
    return with_proof(response, message=PREPARED, signature=sign(private_key(9), PREPARED))


FORGERIES: dict[str, Callable[[], ResponseSubmitted]] = {
    "noise for a signature": lambda: a_response(SESSION, number=7, signed=False),
    "a key of his own": lambda: own_key(a_response(SESSION, number=7)),
    "a key that no card names": lambda: with_proof(a_response(SESSION, number=7), key_id="A" * 16),
    "a teacher's ballot for a student": lambda: replace(a_response(SESSION, "teacher", 7), group="student"),
    "one ballot under two ids": lambda: replace(a_response(SESSION, number=1), response_id="0" * 32),
    "somebody's signature over another ballot": lambda: with_proof(a_response(SESSION, number=7), message=PREPARED),
    "an empty ballot": lambda: replace(
        a_response(SESSION, number=7),
        ballot=BallotProof(key_id=SESSION.groups["student"].key_id, message=bytes(64), signature=bytes(256)),
        response_id=ballots.response_id(SESSION.groups["student"].key_id, bytes(64)),
    ),
}


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_collector_that_invents_a_response_is_found_with_its_place(kind: str) -> None:
    log = Log()
    for number in range(3):
        log.append(a_response(SESSION, number=number), to=5)
    log.append(FORGERIES[kind](), to=5)
    log.append(a_response(SESSION, number=4), to=5)
    log.append(a_marker(SESSION), to=5)
    found = check_ballots(log.partitions[5], {SESSION.session: SESSION, OTHER.session: OTHER})
    assert (found.checked, found.bad, found.first_bad) == (5, 1, (5, 3))
    assert str(found) == "1 of 5 ballot proofs are false, the first in partition 5 at offset 3"


def test_what_people_were_entitled_to_holds() -> None:
    log = Log()
    for group in ("student", "teacher"):
        for number in range(3):
            log.append(a_response(SESSION, group, number), to=0)
    found = check_ballots(log.partitions[0], {SESSION.session: SESSION})
    assert (found.checked, found.bad) == (6, 0)
