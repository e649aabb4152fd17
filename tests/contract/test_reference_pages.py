"""docs/reference says what the code has: settings, commands, verbs, routes and refusals, in both directions."""

from pathlib import Path

import pytest

from support import reference, routes
from support.reference import FOLDER, INTERFACES, TABLES

PAGES = sorted(FOLDER.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_of_the_reference_is_what_the_code_says(page: Path) -> None:
    text = page.read_text("utf-8")
    assert reference.renewed(text) == text, "run `make reference`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_row_of_the_reference_is_without_words(page: Path) -> None:
    assert reference.unsaid(page.read_text("utf-8")) == []


def test_every_table_stands_on_one_page() -> None:
    assert sorted(name for page in PAGES for name in reference.tables_in(page.read_text("utf-8"))) == sorted(TABLES)


@pytest.mark.parametrize("service", INTERFACES)
def test_what_is_described_is_answered(service: str) -> None:
    assert set(routes.described(service)) <= routes.doors(service)


@pytest.mark.parametrize("service", INTERFACES)
def test_each_table_of_refusals_names_statuses_that_the_description_knows(service: str) -> None:
    replies = {code for found in routes.described(service).values() for code in found["responses"]}
    refused = {row[1] for row in TABLES[f"refusals {service}"]().rows}
    told_by_default = {"400", "403", "413", "415"} if service == "identity" else set()
    assert refused - replies - told_by_default == set()
