"""The Kubernetes base: valid, restricted, and the same selectors, ports, probes and settings as the code's."""

import dataclasses
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.settings import Secret, describe

BASE = Path(__file__).resolve().parents[2] / "deploy/k8s/base"
FILES = sorted(path for path in BASE.glob("*.yaml") if path.name != "kustomization.yaml")
DOCUMENTS: list[dict[str, Any]] = [doc for path in FILES for doc in yaml.safe_load_all(path.read_text()) if doc]
PORTS = {"identity": 8001, "relay": 9101, "collector": 8002, "aggregator": 9104, "editor": 9105, "reporter": 8003}
PACKAGES = {"relay": "identity", "editor": "aggregator"}


def of(kind: str) -> dict[str, dict[str, Any]]:
    return {doc["metadata"]["name"]: doc for doc in DOCUMENTS if doc["kind"] == kind}


WORKLOADS = {**of("Deployment"), **of("Job")}


def container(workload: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = workload["spec"]["template"]["spec"]["containers"][0]
    return found


def test_the_manifests_are_valid_to_the_letter() -> None:
    tool = Path(sys.executable).with_name("kubernetes-validate")
    done = subprocess.run(
        [tool, "-k", "1.34", "--strict", *map(str, FILES)], capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr


def test_kustomize_lists_every_file_once() -> None:
    listed = yaml.safe_load((BASE / "kustomization.yaml").read_text())["resources"]
    assert sorted(path.name for path in FILES) == sorted(listed)


@pytest.mark.parametrize("name", PORTS)
def test_a_service_selects_its_deployment_and_leads_to_its_port(name: str) -> None:
    deployment, service = of("Deployment")[name], of("Service")[name]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert service["spec"]["selector"].items() <= labels.items()
    [port], [listened] = service["spec"]["ports"], container(deployment)["ports"]
    assert (PORTS[name], PORTS[name]) == (port["port"], listened["containerPort"])
    assert listened["name"] == port["targetPort"]
    assert {listened["name"]} == {
        container(deployment)[probe]["httpGet"]["port"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")
    }


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_workload_is_told_only_settings_that_exist_and_all_that_are_required(name: str) -> None:
    package = PACKAGES.get(name, name)
    cls = import_module(f"{package}.settings").Settings
    secret = {field.name.upper() for field in dataclasses.fields(cls) if field.type in (Secret, Secret | None)}
    known = {variable: default for variable, default, _ in describe(cls)}
    configured: set[str] = set()
    kept_secret = False
    for source in container(WORKLOADS[name])["envFrom"]:
        if "configMapRef" in source:
            configured |= of("ConfigMap")[source["configMapRef"]["name"]]["data"].keys()
        else:
            kept_secret = True
            assert package == source["secretRef"]["name"]
    assert set() == configured - known.keys()
    assert set() == configured & secret
    required = {variable for variable, default in known.items() if default == "required"}
    assert set() == required - configured - secret
    assert kept_secret is bool(required & secret or "KAFKA_USER" in configured)


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_workload_speaks_to_kafka_encrypted_as_its_own_user_or_not_at_all(name: str) -> None:
    package, pod = PACKAGES.get(name, name), WORKLOADS[name]["spec"]["template"]["spec"]
    [config] = [s["configMapRef"]["name"] for s in container(WORKLOADS[name])["envFrom"] if "configMapRef" in s]
    told = of("ConfigMap")[config]["data"]
    mounted = {volume["name"]: volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
    if package == "reporter":
        assert not {key for key in told if key.startswith("KAFKA")}
        assert {} == mounted
        return
    assert ("sasl_ssl", "admin" if package == "provision" else package) == (told["KAFKA_SECURITY"], told["KAFKA_USER"])
    assert {"kafka-ca": "kafka-ca"} == mounted
    [mount] = [one for one in container(WORKLOADS[name])["volumeMounts"] if one["name"] == "kafka-ca"]
    assert mount["readOnly"] is True
    assert told["KAFKA_CA_FILE"].startswith(mount["mountPath"] + "/")


@pytest.mark.parametrize("name", PORTS)
def test_ports_in_config_maps_or_defaults_equal_the_containers(name: str) -> None:
    known = {v: d for v, d, _ in describe(import_module(f"{PACKAGES.get(name, name)}.settings").Settings)}
    variable = "PORT" if PORTS[name] < 9000 else "METRICS_PORT"
    [config] = [s["configMapRef"]["name"] for s in container(WORKLOADS[name])["envFrom"] if "configMapRef" in s]
    assert str(PORTS[name]) == of("ConfigMap")[config]["data"].get(variable, known[variable])


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_workload_keeps_to_the_restricted_profile(name: str) -> None:
    pod, box = WORKLOADS[name]["spec"]["template"]["spec"], container(WORKLOADS[name])
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert "RuntimeDefault" == pod["securityContext"]["seccompProfile"]["type"]
    assert pod["automountServiceAccountToken"] is False
    assert box["securityContext"]["allowPrivilegeEscalation"] is False
    assert box["securityContext"]["readOnlyRootFilesystem"] is True
    assert ["ALL"] == box["securityContext"]["capabilities"]["drop"]
    assert "memory" in box["resources"]["limits"]


def test_shutdown_times_stand_in_the_right_order() -> None:
    from chassis.web import gunicorn_command

    command = gunicorn_command("x:web", "127.0.0.1", 1, 1)
    graceful = int(command[command.index("--graceful-timeout") + 1])
    for name in PORTS:
        delivery = of("ConfigMap").get(name, of("ConfigMap")["identity"])["data"].get("DELIVERY_TIMEOUT_SECONDS", "8")
        pod = WORKLOADS[name]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        assert float(delivery) < graceful < pod


def test_who_must_be_one_is_replaced_and_never_doubled() -> None:
    for name in ("relay", "editor"):
        assert 1 == of("Deployment")[name]["spec"]["replicas"]
        assert {"type": "Recreate"} == of("Deployment")[name]["spec"]["strategy"]
