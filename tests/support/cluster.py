"""The rendered manifests as tests ask for them: documents by kind, workloads, and what a container is told."""

import base64
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from support.kustomized import Document, render

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy/k8s"
OVERLAYS = ("local", "national")
DATA = "guzgu-data"
PARTS = {
    "identity": "identity",
    "relay": "identity",
    "collector": "collector",
    "aggregator": "statistics",
    "editor": "statistics",
    "reporter": "statistics",
}
"""The namespaces (without guzgu-) of what runs all the time."""


@functools.cache
def documents(overlay: str) -> list[Document]:
    """Both steps of an overlay."""
    return [*render(FOLDER / "overlays" / overlay / "data"), *render(FOLDER / "overlays" / overlay)]


def of(overlay: str, kind: str) -> Iterator[Document]:
    """All of a kind."""
    return (one for one in documents(overlay) if one["kind"] == kind)


def place(document: Document) -> tuple[str, str]:
    """(namespace, name); the namespace is "" where there is none."""
    return document["metadata"].get("namespace", ""), document["metadata"]["name"]


def by_place(overlay: str, kind: str) -> dict[tuple[str, str], Document]:
    """All of a kind by namespace and name."""
    return {place(one): one for one in of(overlay, kind)}


def template(document: Document) -> dict[str, Any] | None:
    """The pod template of a workload, None of anything else."""
    found: dict[str, Any] | None = None
    if document["kind"] in ("Deployment", "StatefulSet", "Job"):
        found = document["spec"]["template"]
    elif document["kind"] == "CronJob":
        found = document["spec"]["jobTemplate"]["spec"]["template"]
    return found


def workloads(overlay: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The pod template of every workload."""
    return {place(one): found for one in documents(overlay) if (found := template(one)) is not None}


def ours(overlay: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The pod templates that run an image of ours by its own command (Kafka and MongoDB are not ours)."""
    return {where: one for where, one in workloads(overlay).items() if where[1] not in ("kafka", "guzgu-mongo")}


@functools.cache
def secrets(overlay: str) -> dict[tuple[str, str], dict[str, str]]:
    """The values of the Secrets that deploy/k8s/secrets.sh prints, by namespace and name."""
    made = subprocess.run([ROOT / "deploy/secrets.sh"], capture_output=True, text=True, check=True).stdout
    file = ROOT / "build/kubernetes/test.env"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(made, "utf-8")
    done = subprocess.run([FOLDER / "secrets.sh", overlay, file], capture_output=True, text=True, check=True)
    return {
        place(one): {key: base64.b64decode(value).decode() for key, value in one["data"].items()}
        for one in yaml.safe_load_all(done.stdout)
        if one["kind"] == "Secret"
    }


def told(overlay: str, where: tuple[str, str]) -> dict[str, str]:
    """The environment of a workload's first container."""
    container = workloads(overlay)[where]["spec"]["containers"][0]
    found: dict[str, str] = {}
    for source in container["envFrom"]:
        if "configMapRef" in source:
            found |= by_place(overlay, "ConfigMap")[where[0], source["configMapRef"]["name"]]["data"]
        else:
            found |= secrets(overlay)[where[0], source["secretRef"]["name"]]
    return found
