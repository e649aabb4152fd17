"""What must hold on a running cluster: manifests taken, roll-outs without a warning, jobs that end, answers counted."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from support import kube_images
from support.cluster import FOLDER as MANIFESTS
from support.docker_daemon import DeploymentError, Say
from support.kube_node import Node, until
from support.kube_parts import ROOT
from support.kustomized import Document, render

NAMESPACES = ("guzgu-identity", "guzgu-collector", "guzgu-statistics")
PORTS = {
    "guzgu-identity": ("identity", 8001),
    "guzgu-collector": ("collector", 8002),
    "guzgu-statistics": ("reporter", 8003),
}
ROLLOUT_SECONDS, JOB_SECONDS, COUNT_SECONDS, PILOT_SECONDS = 300, 300, 120, 600
CUSTOM = ("monitoring.coreos.com/", "kafka.strimzi.io/", "mongodbcommunity.mongodb.com/")
STARTING = ("Startup probe failed", "Readiness probe failed")
"""What a server says of every process that has only just begun; anything else that it warns of is a finding."""
BY_HAND = "UnexpectedJob"
"""What it says of a job that somebody began by hand from a CronJob, as this test does."""


def holds(node: Node, folder: Path, say: Say) -> None:
    """DeploymentError with one sentence for the first thing that does not hold."""
    secrets = folder / "secrets.env"
    secrets.write_text(_printed(ROOT / "deploy/secrets.sh"), "ascii")
    node.kubectl("apply", "-f", "-", input=_printed(MANIFESTS / "secrets.sh", "local", str(secrets)))
    _country_is_taken(node, say)
    _is_rendered_as_kubectl_does(node, say)
    _volume(node, folder)
    say("applying overlays/local/data")
    node.kubectl("apply", "-k", str(_with_own_kafka(folder)))
    _job(node, "guzgu-data", "provision", say)
    say("applying overlays/local")
    node.kubectl("apply", "-k", str(_with_codes_as_json(folder)))
    for space in NAMESPACES:
        for deployment in node.asked("-n", space, "get", "deployments")["items"]:
            name = deployment["metadata"]["name"]
            limit = f"--timeout={ROLLOUT_SECONDS}s"
            node.kubectl("-n", space, "rollout", "status", f"deployment/{name}", limit, seconds=ROLLOUT_SECONDS + 20)
            say(f"rolled out: {space}/{name}")
    _no_warning(node)
    say("every pod runs; the server warned of nothing, and nothing was started twice")
    for space, cron in (("guzgu-identity", "purge"), ("guzgu-statistics", "purge"), ("guzgu-statistics", "backup")):
        node.kubectl("-n", space, "create", "job", f"{cron}-now", f"--from=cronjob/{cron}")
        _job(node, space, f"{cron}-now", say)
    _pilot(node, folder, say)
    _no_warning(node)
    if gone := node.ended():
        raise DeploymentError(f"{', '.join(gone)} ended meanwhile.")


def _printed(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DeploymentError(done.stderr.strip())
    return done.stdout


def _country_is_taken(node: Node, say: Say) -> None:
    """A real API server takes every manifest of the national overlay, without keeping it."""
    documents = [*render(MANIFESTS / "overlays/national/data"), *render(MANIFESTS / "overlays/national")]
    taken = [one for one in documents if not one["apiVersion"].startswith(CUSTOM)]
    text = yaml.safe_dump_all(taken)
    node.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", input=text)
    left = len(documents) - len(taken)
    say(f"the API server takes {len(taken)} documents of overlays/national; {left} are for operators that are not here")


def _is_rendered_as_kubectl_does(node: Node, say: Say) -> None:
    """What tests read in place of `kubectl kustomize` is what that prints."""
    for overlay in ("local/data", "local", "national/data", "national"):
        folder = MANIFESTS / "overlays" / overlay
        real = [one for one in yaml.safe_load_all(node.kubectl("kustomize", str(folder))) if one]
        if _sorted(real) != _sorted(render(folder)):
            raise DeploymentError(f"`kubectl kustomize` makes something else of {overlay} than the tests read.")
    say("`kubectl kustomize` prints what the tests read")


def _sorted(documents: list[Document]) -> list[Document]:
    return sorted(documents, key=lambda one: json.dumps([one["kind"], one["metadata"]], sort_keys=True))


def _volume(node: Node, folder: Path) -> None:
    """Storage for the backup, since nothing here provides it by itself."""
    place = folder / "backup"
    place.mkdir()
    place.chmod(0o777)
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "backup"},
        "spec": {
            "capacity": {"storage": "20Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": str(place)},
            "claimRef": {"namespace": "guzgu-statistics", "name": "backup"},
        },
    }
    node.kubectl("apply", "-f", "-", input=yaml.safe_dump(volume))


def _with_own_kafka(folder: Path) -> Path:
    """The overlay with the image that holds the real one's commands in any case."""
    name, tag = kube_images.KAFKA.split(":")
    return _overlay(folder / "data", "local/data", images=[{"name": "apache/kafka", "newName": name, "newTag": tag}])


def _with_codes_as_json(folder: Path) -> Path:
    """The overlay with one setting more: slips that a program can read."""
    more = {"name": "identity", "namespace": "guzgu-identity", "behavior": "merge", "literals": ["SLIPS_AS_JSON=true"]}
    return _overlay(folder / "services", "local", configMapGenerator=[more])


def _overlay(folder: Path, below: str, **changes: Any) -> Path:
    """A kustomization of one's own on top of one of ours, as a country makes it."""
    folder.mkdir()
    plan = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [os.path.relpath(MANIFESTS / "overlays" / below, folder.resolve())],
        **changes,
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(plan), "utf-8")
    return folder


def _job(node: Node, space: str, name: str, say: Say) -> None:
    def done() -> bool:
        status = node.asked("-n", space, "get", "job", name)["status"]
        if status.get("failed", 0) > 2:
            raise DeploymentError(
                f"Job {space}/{name} failed: {node.kubectl('-n', space, 'logs', f'job/{name}').strip()[-500:]}"
            )
        return bool(status.get("succeeded"))

    until(done, f"the end of job {space}/{name}", JOB_SECONDS, say)
    lines = node.kubectl("-n", space, "logs", f"job/{name}").strip().splitlines()
    say(f"{space}/{name}: {lines[-1] if lines else 'done'}")


def _no_warning(node: Node) -> None:
    found = [
        f"{one['involvedObject']['namespace']}/{one['involvedObject']['name']}: {one['message']}"
        for one in node.asked("get", "events", "-A", "--field-selector=type=Warning")["items"]
        if one["involvedObject"].get("namespace", "").startswith("guzgu-")
        and not one["message"].startswith(STARTING)
        and one["reason"] != BY_HAND
    ]
    found += [
        f"{pod['metadata']['namespace']}/{pod['metadata']['name']} was started again"
        for pod in node.asked("get", "pods", "-A")["items"]
        for box in pod["status"].get("containerStatuses", [])
        if box["restartCount"]
    ]
    if found:
        raise DeploymentError(f"The server warned: {'; '.join(found[:5])}")


@contextmanager
def _forwarded(node: Node) -> Iterator[None]:
    """Each web service on the loopback port that it is told to have."""
    with ExitStack() as stack:
        for space, (name, port) in PORTS.items():
            command = ["kubectl", "-n", space, "port-forward", f"service/{name}", str(port)]
            child = subprocess.Popen(command, env=node.environment, stdout=subprocess.PIPE, text=True)
            stack.callback(child.wait)
            stack.callback(child.terminate)
            assert child.stdout is not None
            if "Forwarding" not in child.stdout.readline():
                raise DeploymentError(f"kubectl could not forward a port to {space}/{name}.")
        yield


def _pilot(node: Node, folder: Path, say: Say) -> None:
    """One school answers by the public addresses; figures inside equal what it knows."""
    key = node.kubectl(
        "-n",
        "guzgu-identity",
        "exec",
        "deploy/identity",
        "--",
        "python",
        "-m",
        "identity",
        "api-key",
        "--name",
        "pilot",
        "--json",
    )
    place = folder / "pilot"
    place.mkdir()
    (place / "api-key.json").write_text(key, "utf-8")
    addresses = {f"{name.upper()}_ORIGIN": f"http://127.0.0.1:{port}" for name, port in PORTS.values()}
    country = [sys.executable, "-m", "country"]
    with _forwarded(node):
        command = [*country, "pilot", "--schools", "1", "--folder", str(place)]
        began = time.monotonic()
        pilot = subprocess.Popen(
            command, env={**os.environ, **addresses}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert pilot.stdout is not None
        lines = []
        for line in pilot.stdout:
            lines.append(line.strip())
            say(f"  pilot: {line.strip()}")
            if time.monotonic() - began > PILOT_SECONDS:
                pilot.kill()
        if pilot.wait() != 0:
            raise DeploymentError(f"The pilot could not answer: {' '.join(lines[-3:])}")
    inside_worker = ("-n", "guzgu-statistics", "exec", "deploy/aggregator", "--", "python", "-m", "aggregator")

    def exact() -> bool:
        (place / "counts.jsonl").write_text(node.kubectl(*inside_worker, "counts", "--json"), "utf-8")
        (place / "ledger.json").write_text(node.kubectl(*inside_worker, "ledger", "--json"), "utf-8")
        done = subprocess.run(
            [*country, "verdict", "--folder", str(place)], capture_output=True, text=True, check=False
        )
        (place / "verdict").write_text(done.stdout + done.stderr, "utf-8")
        return done.returncode == 0

    try:
        until(exact, "every answer counted", COUNT_SECONDS, say)
    finally:
        print((place / "verdict").read_text("utf-8"), end="", flush=True)
