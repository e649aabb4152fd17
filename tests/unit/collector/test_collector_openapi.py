"""The description of the interface says what the code does."""

import json

from collector import openapi
from collector.schemas import ResponseSchema
from contracts.data import folder


def test_the_contract_file_is_what_the_service_says() -> None:
    kept = json.loads((folder("openapi") / "collector.json").read_text(encoding="utf-8"))
    assert kept == openapi.document()


def test_description_and_schema_name_the_same_members() -> None:
    fields = ResponseSchema().fields
    assert set(openapi.RESPONSE["properties"]) == set(fields)
    assert set(openapi.RESPONSE["required"]) == {name for name, field in fields.items() if field.required}
