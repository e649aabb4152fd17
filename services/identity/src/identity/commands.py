"""What operators run by hand or daily: accounts, purge, doctor."""

from collections.abc import Callable, Mapping
from datetime import datetime

from cryptography.exceptions import InvalidTag

from chassis import mongo
from chassis.errors import Fatal, Unavailable
from identity import issuer, retiring
from identity.desk import accounts
from identity.desk.desk import Desk
from identity.store import closing, outbox, participation, records, sessions
from identity.store import keys as key_store
from identity.store.place import Place


def purge(place: Place, now: datetime) -> dict[str, str]:
    """Deletes hashes of codes whose session ended more than seven days ago; says what it did."""
    over = closing.closed_before(place, now - participation.KEPT)
    return {"sessions over for 7 days": str(len(over)), "code hashes deleted": str(participation.purge(place, over))}


def rewrap(desk: Desk) -> dict[str, str]:
    """Wraps under KEY_WRAP_KEY what is still under KEY_WRAP_KEY_PREVIOUS: key pairs, one-time secrets; says what is
    next. Fatal, with nothing lost, if something opens with neither. May be run any number of times."""
    pairs = 0
    try:
        for key in key_store.everything(desk.place):
            if not issuer.opens_with(key, desk.wrap_key):
                new = issuer.rewrapped(key, desk.wrap_key, desk.retiring.wrap_key, desk.random_bytes)
                pairs += key_store.rewrap(desk.place, key, new)
        secrets = accounts.rewrap(desk)
    except InvalidTag as error:
        raise Fatal(
            "something opens with neither KEY_WRAP_KEY nor KEY_WRAP_KEY_PREVIOUS: set the latter to what it was"
        ) from error
    return {
        "key pairs wrapped anew": str(pairs),
        "one-time secrets wrapped anew": str(secrets),
        "next": "once every process runs with the new key: run this again until both are 0, then unset "
        "KEY_WRAP_KEY_PREVIOUS",
    }


def doctor(desk: Desk, kafka: Callable[[], str | None]) -> Mapping[str, str]:
    """A finding for each thing checked; "well" where nothing is wrong. Wrong settings have stopped us before."""
    chosen, place, now, wrap_key = desk.settings, desk.place, desk.clock(), desk.wrap_key
    found: dict[str, Callable[[], str | None]] = {
        "settings": lambda: None,
        "database": lambda: mongo.ping(place.client),
        "broker": kafka,
        "clock": lambda: _clock(place, chosen.clock_skew_seconds, now),
        "relay": lambda: _relay(place, now),
        "outbox": lambda: _outbox(place),
        "key pool": lambda: _pool(place, chosen.key_pool),
        "key wrapping": lambda: _wrapping(place, wrap_key, desk.retiring.wrap_key),
        "peppers": lambda: _peppers(desk),
    }
    said = {}
    for name, check in found.items():
        try:
            said[name] = check() or "well"
        except Unavailable:
            said[name] = "cannot be checked: MongoDB does not answer"
    return said


def _clock(place: Place, skew: float, now: datetime) -> str | None:
    theirs = place.server_time()
    apart = abs((theirs - now).total_seconds())
    return f"differs from the database's by {apart:.1f} s (allowed: {skew:g})" if apart > skew + 1 else None


def _relay(place: Place, now: datetime) -> str | None:
    lease = records.lease(place)
    return None if lease and lease["until"] > now else "no relay holds the lease"


def _outbox(place: Place) -> str | None:
    waiting = outbox.depth(place)
    return f"{waiting} messages wait to be published" if waiting > 100 else None


def _pool(place: Place, wanted: int) -> str | None:
    present = key_store.pooled(place)
    return f"{present} of {wanted} key pairs are ready" if present < wanted // 2 else None


def _peppers(desk: Desk) -> str | None:
    marks: list[str | None] = [retiring.mark(pepper) for pepper in (desk.pepper, desk.retiring.pepper) if pepper]
    lost = sessions.under_other_peppers(desk.place, [*marks, None])
    if lost:
        return f"{lost} sessions that go on need another CODE_PEPPER_PREVIOUS: none of their slips works"
    left = sessions.under_other_peppers(desk.place, marks[:1])
    if desk.retiring.pepper is None or left:
        return None
    return "no session needs CODE_PEPPER_PREVIOUS any more: unset it, once invitations printed before were used"


def _wrapping(place: Place, wrap_key: bytes, previous: bytes | None) -> str | None:
    key = key_store.any_one(place)
    return (
        None
        if key is None or issuer.opens_with(key, wrap_key, previous)
        else "KEY_WRAP_KEY does not open the stored keys"
    )
