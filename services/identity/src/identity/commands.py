"""What operators run by hand or daily: accounts, purge, doctor."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from chassis import mongo
from chassis.errors import Unavailable
from identity import issuer
from identity.settings import Settings
from identity.store import closing, outbox, participation, records
from identity.store import keys as key_store
from identity.store.place import Place

KEPT = timedelta(days=7)


def purge(place: Place, now: datetime) -> dict[str, str]:
    """Deletes hashes of codes whose session ended more than seven days ago; says what it did."""
    over = closing.closed_before(place, now - KEPT)
    return {"sessions over for 7 days": str(len(over)), "code hashes deleted": str(participation.purge(place, over))}


def doctor(
    chosen: Settings, place: Place, wrap_key: bytes, now: datetime, kafka: Callable[[], str | None]
) -> Mapping[str, str]:
    """A finding for each thing checked; "well" where nothing is wrong. Wrong settings have stopped us before."""
    found: dict[str, Callable[[], str | None]] = {
        "settings": lambda: None,
        "database": lambda: mongo.ping(place.client),
        "broker": kafka,
        "clock": lambda: _clock(place, chosen.clock_skew_seconds, now),
        "relay": lambda: _relay(place, now),
        "outbox": lambda: _outbox(place),
        "key pool": lambda: _pool(place, chosen.key_pool),
        "key wrapping": lambda: _wrapping(place, wrap_key),
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


def _wrapping(place: Place, wrap_key: bytes) -> str | None:
    key = key_store.any_one(place)
    return None if key is None or issuer.opens_with(key, wrap_key) else "KEY_WRAP_KEY does not open the stored keys"
