"""In what we deploy nobody writes who asked for what, and collector and identity hold nothing in common that links."""

import re
from pathlib import Path
from typing import Any

import pytest

from support import cluster

ROOT = Path(__file__).resolve().parents[2]
IMAGES = [*(ROOT / "services").glob("*/Dockerfile"), *(ROOT / "deploy").glob("*/Dockerfile")]
FILES = sorted(
    [*(ROOT / "deploy").rglob("*.yaml"), *(ROOT / "deploy").rglob("*.env"), ROOT / "docker-compose.yml", *IMAGES]
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_switches_an_access_log_on(path: Path) -> None:
    text = path.read_text("utf-8")
    wrong = r"^(?!\s*#).*access[-_]?logs?\b(?!.*(off|false|/dev/null))|GUNICORN_CMD_ARGS|log[-_]?requests"
    assert not re.search(wrong, text, re.I | re.M)


def given(overlay: str, space: str) -> set[str]:
    """All values of the Secrets that pods of a namespace are given, certificates of authorities apart."""
    found: set[str] = set()
    for where, pod in cluster.workloads(overlay).items():
        if where[0] != space:
            continue
        names = {one["secret"]["secretName"] for one in pod["spec"]["volumes"] if "secret" in one}
        for box in pod["spec"]["containers"]:
            names |= {one["secretRef"]["name"] for one in box["envFrom"] if "secretRef" in one}
        for name in names - {"kafka-ca", "mongo-ca"}:
            found |= set(cluster.secrets(overlay)[space, name].values())
    return found


@pytest.mark.parametrize("overlay", cluster.OVERLAYS)
def test_identity_and_collector_stand_apart_and_share_no_secret(overlay: str) -> None:
    identity, collector = given(overlay, "guzgu-identity"), given(overlay, "guzgu-collector")
    assert identity
    assert collector
    assert set() == identity & collector
    assert set() == given(overlay, "guzgu-statistics") & (identity | collector)


@pytest.mark.parametrize("overlay", cluster.OVERLAYS)
def test_a_secret_of_one_namespace_is_printed_for_whoever_runs_that_namespace_alone(overlay: str) -> None:
    for (space, name), content in cluster.secrets(overlay).items():
        if space != "guzgu-data" and not name.endswith("-ca"):
            elsewhere = {
                value
                for (other, _), values in cluster.secrets(overlay).items()
                if other not in (space, "guzgu-data")
                for value in values.values()
            }
            secret = {value for key, value in content.items() if key != "ca.crt"}
            assert set() == secret & elsewhere, (space, name)


def variables(overlay: str, space: str) -> set[str]:
    """The names of all that the containers of a namespace are told."""
    return {key for where in cluster.ours(overlay) if where[0] == space for key in cluster.told(overlay, where)}


@pytest.mark.parametrize("overlay", cluster.OVERLAYS)
def test_the_collector_is_given_no_database_and_identity_no_way_to_read_answers(overlay: str) -> None:
    collector, identity = variables(overlay, "guzgu-collector"), variables(overlay, "guzgu-identity")
    assert not [key for key in collector if "MONGO" in key or "PEPPER" in key]
    assert not [key for key in identity if "BLOB_KEY" in key or "STATISTICS" in key]


def test_in_a_country_codes_and_answers_pass_different_proxies_that_keep_no_log() -> None:
    found: dict[str, Any] = {where[1]: one for where, one in cluster.by_place("national", "Ingress").items()}
    assert {"identity": "guzgu-codes", "collector": "guzgu-answers", "reporter": "guzgu-reports"} == {
        name: one["spec"]["ingressClassName"] for name, one in found.items()
    }
    for one in found.values():
        assert (
            "false" == one["metadata"]["annotations"]["traefik.ingress.kubernetes.io/router.observability.accesslogs"]
        )
        assert "false" == one["metadata"]["annotations"]["nginx.ingress.kubernetes.io/enable-access-log"]
