"""docs/secrets.md names every secret that a process is told, every way to retire one, and files of tests that exist."""

import dataclasses
import re
from importlib import import_module
from pathlib import Path

import pytest

from chassis.settings import Secret

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/secrets.md").read_text("utf-8")
PROCESSES = ("identity", "collector", "aggregator", "reporter", "provision")


@pytest.mark.parametrize("package", PROCESSES)
def test_every_secret_of_a_process_stands_on_the_page(package: str) -> None:
    fields = dataclasses.fields(import_module(f"{package}.settings").Settings)
    secret = {field.name.upper() for field in fields if field.type in (Secret, Secret | None)}
    assert {name for name in secret if f"`{name}`" not in PAGE} == set()


def test_every_variable_on_the_page_is_a_setting() -> None:
    known = {
        field.name.upper()
        for package in PROCESSES
        for field in dataclasses.fields(import_module(f"{package}.settings").Settings)
    }
    named = set(re.findall(r"`([A-Z][A-Z]+(?:_[A-Z]+)+)`", PAGE))
    assert named - known == set()


def test_every_test_that_the_page_names_exists() -> None:
    for name in re.findall(r"test_\w+\.py", PAGE):
        assert list((ROOT / "tests").rglob(name)), name


def test_secrets_are_made_for_everything_that_compose_asks_for() -> None:
    asked = set(re.findall(r"\$\{(\w+):\?run deploy/secrets\.sh\}", (ROOT / "docker-compose.yml").read_text("utf-8")))
    script = (ROOT / "deploy/secrets.sh").read_text("utf-8")
    assert {name for name in asked if name not in script} == set()
