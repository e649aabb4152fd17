"""The exchange of a participation code for a blind signature: the one act of respondents here."""

import hashlib
import time
from functools import partial

from chassis.errors import Unavailable
from contracts.values import GROUPS
from identity import codes, metrics
from identity.desk.desk import Desk
from identity.issuer import WrappedKey, acceptable
from identity.reasons import Refused
from identity.sessions import window
from identity.store import counter, keys, participation
from identity.store.participation import Spent


def trade(desk: Desk, session: str, group: str, code: str, blinded: bytes) -> tuple[str, bytes]:
    """(key id, blind signature); the same for the same code and blinded message, however often it is asked.

    Refused: not-yet-open, session-closed, unknown-slip (for an unknown session, group or code and a revoked code
    alike), code-used, bad-blinded-message, too-many-attempts. Unavailable: nothing was spent, or the same request
    gets its answer later.
    """
    began = time.perf_counter()
    try:
        key_id, signature, repeated = _trade(desk, codes.normal(session), group, codes.normal(code), blinded)
    except Refused as refusal:
        metrics.BALLOTS.labels("refused", refusal.reason).inc()
        raise
    except Unavailable as away:
        metrics.BALLOTS.labels("refused", away.reason).inc()
        raise
    metrics.signed.tell(partial(_tell, "repeated" if repeated else "first", time.perf_counter() - began))
    return key_id, signature


def _tell(reason: str, seconds: float) -> None:
    metrics.BALLOTS.labels("signed", reason).inc()
    metrics.BALLOT_SECONDS.observe(seconds)


def _trade(desk: Desk, session: str, group: str, code: str, blinded: bytes) -> tuple[str, bytes, bool]:
    # What is unknown, be it session, group or code, takes every step that a right one takes before it is known to be.
    known = counter.counter(desk.place, session, group if group in GROUPS else GROUPS[0])
    known = known if group in GROUPS else None
    phase = window(known.timetable, desk.clock()) if known is not None else "open"
    if phase == "before":
        raise Refused("not-yet-open")
    if phase == "over":
        raise Refused("session-closed")
    if not codes.well_formed(code, codes.PARTICIPATION):
        raise Refused("unknown-slip")  # a slip of the fingers costs nothing and is not counted
    with desk.signers.turn():
        code_hash = desk.signers.hash(session, group, code, known.pepper if known is not None else None)
        blinded_hash = hashlib.sha256(blinded).digest()
        found = participation.look(desk.place, code_hash)
        if found is False or known is None:
            raise _unknown(desk, session, group)
        if phase == "grace" and found != Spent(blinded_hash=blinded_hash):
            raise Refused("session-closed")
        key = keys.get(desk.place, known.key_id)
        if key is None:
            raise Refused("session-closed")
        repeated = _spend(desk, key, found, code_hash, blinded, blinded_hash, session, group)
        return key.key_id, desk.signers.sign(key, blinded), repeated


def _spend(
    desk: Desk,
    key: WrappedKey,
    found: Spent | bool,
    code_hash: bytes,
    blinded: bytes,
    blinded_hash: bytes,
    session: str,
    group: str,
) -> bool:
    if isinstance(found, bool):
        if not acceptable(blinded, key.spki):
            raise Refused("bad-blinded-message")
        if participation.spend(desk.place, code_hash, blinded_hash):
            return False
        found = participation.look(desk.place, code_hash)  # somebody was quicker: a double click, or a revocation
    if found is False:
        raise _unknown(desk, session, group)
    if found != Spent(blinded_hash=blinded_hash):
        raise Refused("code-used")
    return True


def _unknown(desk: Desk, session: str, group: str) -> Refused:
    wait = desk.guesses.wrong(session, group)
    return Refused("unknown-slip") if wait is None else Refused("too-many-attempts", wait)
