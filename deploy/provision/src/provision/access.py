"""Who may do what in which collection, read from contracts/access.yaml and turned into MongoDB roles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

RIGHTS: Mapping[str, tuple[str, ...]] = {
    "read": ("find",),
    "append": ("find", "insert"),
    "write": ("find", "insert", "update", "remove"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """One collection in one database, and the right (a key of RIGHTS) of each user that may touch it."""

    database: str
    name: str
    rights: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """Every collection of every database; copies of a database are listed each."""

    collections: tuple[Collection, ...]

    def users(self) -> tuple[str, ...]:
        """Everybody who has a right somewhere, in alphabetical order."""
        return tuple(sorted({user for collection in self.collections for user in collection.rights}))

    def databases(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(collection.database for collection in self.collections))

    def actions(self, user: str, collection: Collection) -> tuple[str, ...]:
        """MongoDB actions that `user` may take there; () for none."""
        right = collection.rights.get(user)
        return RIGHTS[right] if right else ()

    def privileges(self, user: str) -> list[dict[str, Any]]:
        """The privileges of the user's role, in the form of MongoDB's createRole."""
        return [
            {
                "resource": {"db": collection.database, "collection": collection.name},
                "actions": list(self.actions(user, collection)),
            }
            for collection in self.collections
            if user in collection.rights
        ]


def parse_access(raw: Mapping[str, Any], prefix: str = "") -> Access:
    """The contract's content as values, `prefix` put before every database name; ValueError names an unknown right."""
    return Access(collections=tuple(_collections(raw, prefix)))


def _collections(raw: Mapping[str, Any], prefix: str) -> Iterator[Collection]:
    for logical, database in raw["databases"].items():
        for name in database["names"]:
            for collection, rights in database["collections"].items():
                for user, right in rights.items():
                    if right not in RIGHTS:
                        raise ValueError(f"{logical}.{collection}: {user} has the unknown right {right!r}")
                yield Collection(database=prefix + name, name=collection, rights=dict(rights))
