"""docs/stored.md lists what the contracts let anybody store, and nothing more."""

import json
from pathlib import Path

import pytest
import yaml

from contracts import topics
from contracts.data import folder
from support.fields import paths, published, unlisted

EXAMPLES = [path for path in sorted(folder("examples").rglob("*.json")) if path.parent.name == "valid"]


def collections() -> set[str]:
    """Every collection that a user of the database may touch."""
    found = yaml.safe_load((folder("openapi").parent / "access.yaml").read_text("utf-8"))["databases"]
    return {f"{name}.{one}" for name, database in found.items() for one in database["collections"]}


def test_every_topic_and_collection_has_its_list_and_there_is_no_other() -> None:
    assert set(published()) == set(topics.topics()) | collections()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parts[-4])
def test_every_field_of_a_message_is_listed_where_it_is_kept(path: Path) -> None:
    kind, version = path.parts[-4], path.parts[-3]
    event = json.loads(path.read_text("utf-8"))
    places = [topic.name for topic in topics.topics().values() if f"{kind}.{version}" in topic.messages]
    assert places
    assert unlisted((place, event) for place in places) == []


def test_a_field_that_is_not_listed_is_named_wherever_it_stands() -> None:
    event = {"id": "x", "data": {"answers": {"A1": 4}, "address": "192.0.2.7", "ballot": {"at": 1}}, "time": "now"}
    rows = [("responses-v1", event), ("statistics.cells", {"_id": 1, "groups": {"student": {"items": {"A1": [1]}}}})]
    assert unlisted(rows) == [
        "responses-v1: data.address",
        "responses-v1: data.ballot.at",
        "responses-v1: time",
        "statistics.cells: groups.student.items.A1",
    ]
    assert unlisted([("unheard.of", {"_id": 1})]) == ["unheard.of: _id"]


def test_names_with_dots_and_members_of_lists_are_walked_into() -> None:
    found = dict(paths({"a.b": {"c": [{"d": 1}, {"e": []}]}, "f": {}}))
    assert found == {"a:b.c.d": 1, "a:b.c.e": [], "f": {}}
