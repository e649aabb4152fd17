"""On the running stack each service's database user is refused on every collection that is not its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

pytestmark = pytest.mark.integration
UNAUTHORISED = 13
RELEASED = {"snapshots", "editions", "sessions", "participation", "campaigns", "current"}
ACTS: dict[str, Callable[[Any], Any]] = {
    "read": lambda collection: collection.find_one({}),
    "write": lambda collection: collection.update_one({"_id": "nobody"}, {"$set": {"seen": True}}),
    "remove": lambda collection: collection.delete_one({"_id": "nobody"}),
}


def allowed(user: str, database: str, collection: str, act: str) -> bool:
    """The rule in words: its own, and for the reporter what is released, to read."""
    if user == "identity":
        return database == "identity" and (act == "read" or collection not in ("audit", "manifest"))
    if user == "aggregator":
        return database.startswith("statistics")
    if database == "reporting":
        return True
    return database.startswith("statistics") and collection in RELEASED and act == "read"


@pytest.fixture(scope="module")
def collections(stack: Any) -> Iterator[list[tuple[str, str]]]:
    """(database without its prefix, collection) of everything that the stack keeps."""
    prefix = stack.site.prefix
    administrator: MongoClient[Any] = MongoClient(stack.site.admin_uri.reveal())
    with administrator:
        names = [name for name in administrator.list_database_names() if name.startswith(prefix)]
        yield [
            (name.removeprefix(prefix), one) for name in names for one in administrator[name].list_collection_names()
        ]


@pytest.mark.parametrize("user", ["identity", "aggregator", "reporter"])
def test_a_services_user_is_refused_on_every_collection_that_it_may_not_touch(
    stack: Any, collections: list[tuple[str, str]], user: str
) -> None:
    client: MongoClient[Any] = MongoClient(stack.site.mongo(user))
    expected, found = {}, {}
    with client:
        for database, collection in [*collections, ("identity", "unheard"), ("statistics", "unheard")]:
            for act, attempt in ACTS.items():
                place = database, collection, act
                expected[place] = collection != "unheard" and allowed(user, *place)
                found[place] = _done(attempt, client[stack.site.prefix + database][collection])
    assert {database for database, _ in collections} >= {"identity", "statistics", "reporting"}
    assert found == expected


def _done(attempt: Callable[[Any], Any], collection: Any) -> bool:
    try:
        attempt(collection)
    except OperationFailure as refusal:
        if refusal.code != UNAUTHORISED:
            raise
        return False
    return True


def test_the_collector_has_no_user_at_all(stack: Any) -> None:
    administrator: MongoClient[Any] = MongoClient(stack.site.admin_uri.reveal())
    with administrator:
        rows = administrator.admin.command("usersInfo")["users"]
    names = {row["user"] for row in rows if row["user"].startswith(stack.site.prefix)}
    assert names == {stack.site.prefix + user for user in ("identity", "aggregator", "reporter")}
