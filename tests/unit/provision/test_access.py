"""The rights of every database user, as the contract lists them."""

from typing import Any

import pytest
import yaml

from contracts.data import folder
from provision.access import parse_access
from provision.indexes import parse_indexes


@pytest.fixture
def raw() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(folder("access.yaml").read_text("utf-8"))
    return loaded


def test_identity_touches_its_own_database_alone(raw: dict[str, Any]) -> None:
    assert {p["resource"]["db"] for p in parse_access(raw).privileges("identity")} == {"identity"}


def test_the_aggregator_touches_statistics_alone(raw: dict[str, Any]) -> None:
    assert {p["resource"]["db"] for p in parse_access(raw).privileges("aggregator")} == {"statistics", "statistics_b"}


def test_the_reporter_reads_released_statistics_and_writes_only_its_own_database(raw: dict[str, Any]) -> None:
    privileges = parse_access(raw).privileges("reporter")
    written = {p["resource"]["db"] for p in privileges if p["actions"] != ["find"]}
    read = {p["resource"]["collection"] for p in privileges if p["resource"]["db"] == "statistics"}
    assert written == {"reporting"}
    assert read == {"snapshots", "editions", "sessions", "participation", "campaigns", "current"}


def test_the_collector_has_no_database_user(raw: dict[str, Any]) -> None:
    assert parse_access(raw).users() == ("aggregator", "identity", "reporter")


def test_the_audit_log_can_be_added_to_and_never_changed(raw: dict[str, Any]) -> None:
    audit = [p for p in parse_access(raw).privileges("identity") if p["resource"]["collection"] == "audit"]
    assert [p["actions"] for p in audit] == [["find", "insert"]]


def test_a_database_that_is_kept_twice_gives_the_same_rights_on_both_names(raw: dict[str, Any]) -> None:
    access = parse_access(raw)
    first, second = (
        {c.name: c.rights for c in access.collections if c.database == name} for name in ("statistics", "statistics_b")
    )
    assert first == second


def test_a_prefix_moves_every_database_aside(raw: dict[str, Any]) -> None:
    assert all(database.startswith("x-") for database in parse_access(raw, "x-").databases())


def test_an_unknown_right_is_named() -> None:
    wrong = {"databases": {"d": {"names": ["d"], "collections": {"c": {"reporter": "own"}}}}}
    with pytest.raises(ValueError, match=r"d\.c: reporter has the unknown right 'own'"):
        parse_access(wrong)


def test_an_index_on_a_collection_that_nobody_may_touch_is_named(raw: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"statistics\.answers has an index and does not stand in access\.yaml"):
        parse_indexes({"statistics": {"answers": [{"keys": ["school"]}]}}, raw)


def test_every_index_of_the_contract_is_made_in_every_copy_of_its_database(raw: dict[str, Any]) -> None:
    indexes = parse_indexes({"statistics": {"snapshots": [{"keys": ["school", "-seq"], "unique": True}]}}, raw)
    assert [(i.database, i.keys, i.options()) for i in indexes] == [
        ("statistics", (("school", 1), ("seq", -1)), {"unique": True}),
        ("statistics_b", (("school", 1), ("seq", -1)), {"unique": True}),
    ]


def test_the_contracts_indexes_can_all_be_read(raw: dict[str, Any]) -> None:
    assert parse_indexes(yaml.safe_load(folder("indexes.yaml").read_text("utf-8")), raw)
