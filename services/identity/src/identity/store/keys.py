"""Key pairs, private parts wrapped: a pool of fresh ones, and those that sessions sign with."""

from collections.abc import Callable, Sequence

from bson import Binary

from chassis.mongo import told_apart
from identity.issuer import WrappedKey
from identity.store.place import Document, Place, Txn


def _document(key: WrappedKey, session: str | None) -> Document:
    return {"_id": key.key_id, "session": session, "spki": Binary(key.spki), "wrapped": Binary(key.wrapped)}


def _key(row: Document) -> WrappedKey:
    return WrappedKey(key_id=row["_id"], spki=bytes(row["spki"]), wrapped=bytes(row["wrapped"]))


@told_apart()
def take(place: Place, number: int, make: Callable[[], WrappedKey]) -> list[WrappedKey]:
    """That many fresh pairs, out of the pool as far as it goes; a pair taken and not given to a session is lost."""
    found = []
    for _ in range(number):
        row = place["keys"].find_one_and_delete({"session": None})
        found.append(make() if row is None else _key(row))
    return found


@told_apart()
def pool(place: Place, key: WrappedKey) -> None:
    """Adds a fresh pair to the pool."""
    place["keys"].insert_one(_document(key, None))


@told_apart()
def pooled(place: Place) -> int:
    """Fresh pairs in the pool."""
    return place["keys"].count_documents({"session": None})


@told_apart()
def give(place: Place, session: str, pairs: Sequence[WrappedKey], txn: Txn) -> None:
    """Stores the pairs that a new session signs with."""
    place["keys"].insert_many([_document(key, session) for key in pairs], session=txn)


@told_apart()
def get(place: Place, key_id: str) -> WrappedKey | None:
    """The pair of this id; None once its session's close marker is in the outbox."""
    row = place["keys"].find_one({"_id": key_id})
    return None if row is None else _key(row)


@told_apart()
def forget(place: Place, session: str, txn: Txn) -> None:
    """Deletes a session's pairs."""
    place["keys"].delete_many({"session": session}, session=txn)


@told_apart()
def any_one(place: Place) -> WrappedKey | None:
    """Some stored pair, to try the wrapping on."""
    row = place["keys"].find_one({})
    return None if row is None else _key(row)


@told_apart()
def everything(place: Place) -> list[WrappedKey]:
    """Every stored pair, in the pool or given to a session."""
    return [_key(row) for row in place["keys"].find({})]


@told_apart()
def rewrap(place: Place, old: WrappedKey, new: WrappedKey) -> int:
    """Puts one wrapping in another's place, unless the pair is gone; 1 if it was put."""
    found = {"_id": old.key_id, "wrapped": Binary(old.wrapped)}
    return place["keys"].update_one(found, {"$set": {"wrapped": Binary(new.wrapped)}}).modified_count
