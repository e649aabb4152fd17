"""The indexes that contracts/indexes.yaml asks for, as values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """One index: `keys` are (field, 1 or -1) in order; `expire_seconds` only with a single date field."""

    database: str
    collection: str
    keys: tuple[tuple[str, int], ...]
    unique: bool = False
    partial: Mapping[str, Any] | None = None
    expire_seconds: int | None = None

    def options(self) -> dict[str, Any]:
        """The options of MongoDB's createIndexes beside the keys, only those that are asked for."""
        options: dict[str, Any] = {}
        if self.unique:
            options["unique"] = True
        if self.partial is not None:
            options["partialFilterExpression"] = dict(self.partial)
        if self.expire_seconds is not None:
            options["expireAfterSeconds"] = self.expire_seconds
        return options


def parse_indexes(raw: Mapping[str, Any], access: Mapping[str, Any], prefix: str = "") -> tuple[Index, ...]:
    """Every index in every copy of its database; `access` is the content of access.yaml, which knows the copies.

    ValueError names a collection that access.yaml does not list.
    """
    return tuple(_indexes(raw, access["databases"], prefix))


def _indexes(raw: Mapping[str, Any], databases: Mapping[str, Any], prefix: str) -> Iterator[Index]:
    for logical, collections in raw.items():
        for collection, wanted in collections.items():
            if collection not in databases.get(logical, {}).get("collections", {}):
                raise ValueError(f"{logical}.{collection} has an index and does not stand in access.yaml")
            for name in databases[logical]["names"]:
                for index in wanted:
                    yield Index(
                        database=prefix + name,
                        collection=collection,
                        keys=tuple(_key(field) for field in index["keys"]),
                        unique=index.get("unique", False),
                        partial=index.get("partial"),
                        expire_seconds=index.get("expire_seconds"),
                    )


def _key(field: str) -> tuple[str, int]:
    return (field[1:], -1) if field.startswith("-") else (field, 1)
