"""In what we deploy nobody writes who asked for what, and collector and identity hold nothing in common that links."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
IMAGES = [*(ROOT / "services").glob("*/Dockerfile"), *(ROOT / "deploy").glob("*/Dockerfile")]
FILES = sorted([*(ROOT / "deploy").rglob("*.yaml"), ROOT / "docker-compose.yml", *IMAGES])
BASE = ROOT / "deploy/k8s/base"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_switches_an_access_log_on(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"access[-_]?log(?!.*(off|false|/dev/null))|GUNICORN_CMD_ARGS|log[-_]?requests", text, re.I)


def secrets_of(name: str) -> set[tuple[str, str]]:
    """(secret, key) of everything that a service's pods are given from secrets."""
    found: set[tuple[str, str]] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            reference = value.get("secretKeyRef") or value.get("secretRef")
            if reference:
                found.add((reference["name"], reference.get("key", "*")))
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    for document in yaml.safe_load_all((BASE / f"{name}.yaml").read_text("utf-8")):
        walk(document)
    return found


def test_identity_and_collector_share_no_secret() -> None:
    assert secrets_of("identity")
    assert secrets_of("identity") & secrets_of("collector") == set()


def test_the_collector_is_given_no_database_and_identity_no_way_to_read_answers() -> None:
    collector = (BASE / "collector.yaml").read_text("utf-8").upper()
    assert "MONGO" not in collector
    assert "PEPPER" not in collector
    identity = (BASE / "identity.yaml").read_text("utf-8").upper()
    assert "BLOB_KEY" not in identity
    assert "STATISTICS" not in identity
