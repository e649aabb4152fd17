"""What runs on Kubernetes: valid, restricted, told what the code asks for, stopped in the right order."""

import importlib
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # it has no types
import pytest

from chassis.settings import describe, load
from chassis.web import gunicorn_command
from support import cluster

CUSTOM = ("monitoring.coreos.com/", "kafka.strimzi.io/", "mongodbcommunity.mongodb.com/")
PORTS = {"identity": 8001, "relay": 9101, "collector": 8002, "aggregator": 9104, "editor": 9105, "reporter": 8003}
WORKLOADS = [(overlay, *where) for overlay in cluster.OVERLAYS for where in sorted(cluster.workloads(overlay))]
OURS = [(overlay, *where) for overlay in cluster.OVERLAYS for where in sorted(cluster.ours(overlay))]
ALWAYS = [
    (overlay, f"guzgu-{space}", name) for overlay in cluster.OVERLAYS for name, space in sorted(cluster.PARTS.items())
]


def first(overlay: str, space: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = cluster.workloads(overlay)[space, name]["spec"]["containers"][0]
    return found


@pytest.mark.parametrize("overlay", cluster.OVERLAYS)
def test_every_manifest_is_valid_to_the_letter(overlay: str) -> None:
    for document in cluster.documents(overlay):
        if not document["apiVersion"].startswith(CUSTOM):
            kubernetes_validate.validate(document, "1.34", strict=True)


@pytest.mark.parametrize("overlay", cluster.OVERLAYS)
def test_no_two_documents_have_one_name(overlay: str) -> None:
    named = [(one["kind"], *cluster.place(one)) for one in cluster.documents(overlay)]
    assert sorted(set(named)) == sorted(named)


@pytest.mark.parametrize(("overlay", "space", "name"), ALWAYS)
def test_a_service_selects_its_deployment_and_leads_to_its_port(overlay: str, space: str, name: str) -> None:
    deployment = cluster.by_place(overlay, "Deployment")[space, name]
    service = cluster.by_place(overlay, "Service")[space, name]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert service["spec"]["selector"].items() <= labels.items()
    [port], [listened] = service["spec"]["ports"], first(overlay, space, name)["ports"]
    assert (PORTS[name], PORTS[name]) == (port["port"], listened["containerPort"])
    assert listened["name"] == port["targetPort"]
    probes = ("startupProbe", "livenessProbe", "readinessProbe")
    assert {listened["name"]} == {first(overlay, space, name)[probe]["httpGet"]["port"] for probe in probes}
    assert ["/livez", "/livez", "/readyz"] == [
        first(overlay, space, name)[probe]["httpGet"]["path"] for probe in probes
    ]


@pytest.mark.parametrize(("overlay", "space", "name"), ALWAYS)
def test_the_port_that_is_listened_on_is_the_one_that_is_led_to(overlay: str, space: str, name: str) -> None:
    package = first(overlay, space, name)["args"][2]
    known = {variable: default for variable, default, _ in describe(settings_of(package).Settings)}
    variable = "PORT" if PORTS[name] < 9000 else "METRICS_PORT"
    assert str(PORTS[name]) == cluster.told(overlay, (space, name)).get(variable, known[variable])


def settings_of(package: str) -> Any:
    return importlib.import_module(f"{package}.settings")


def package_of(box: dict[str, Any]) -> str:
    """The package that a container runs: the image's name, but for the second commands of an image."""
    name: str = box["image"].removeprefix("guzgu/").split(":")[0]
    return name


@pytest.mark.parametrize(("overlay", "space", "name"), OURS)
def test_a_workload_is_told_settings_that_its_program_accepts_and_no_other(
    overlay: str, space: str, name: str, tmp_path: Path
) -> None:
    box, told = first(overlay, space, name), cluster.told(overlay, (space, name))
    for key in told.keys() & {"KAFKA_CA_FILE"}:  # the file that is mounted there
        told[key] = str(tmp_path / "ca.crt")
        Path(told[key]).touch()
    settings = settings_of(package_of(box))
    assert set() == told.keys() - {variable for variable, _, _ in describe(settings.Settings)}
    assert load(settings.Settings, told, settings.contradictions)


@pytest.mark.parametrize(("overlay", "space", "name"), OURS)
def test_no_setting_stands_in_a_config_map_and_in_a_secret(overlay: str, space: str, name: str) -> None:
    [config] = [one["configMapRef"]["name"] for one in first(overlay, space, name)["envFrom"] if "configMapRef" in one]
    [secret] = [one["secretRef"]["name"] for one in first(overlay, space, name)["envFrom"] if "secretRef" in one]
    open_ones = cluster.by_place(overlay, "ConfigMap")[space, config]["data"]
    assert set() == open_ones.keys() & cluster.secrets(overlay)[space, secret].keys()
    assert not [key for key in open_ones if "PASSWORD" in key or key.endswith(("_KEY", "_PEPPER", "_URI"))]


@pytest.mark.parametrize(("overlay", "space", "name"), WORKLOADS)
def test_every_config_map_and_secret_that_is_asked_for_is_there(overlay: str, space: str, name: str) -> None:
    configs = {where for where in cluster.by_place(overlay, "ConfigMap")}
    made = cluster.secrets(overlay).keys()
    from_operators = {(space, "kafka-ca"), (space, "mongo-ca")} if overlay == "national" else set()
    pod = cluster.workloads(overlay)[space, name]["spec"]
    for box in pod["containers"]:
        for source in box["envFrom"]:
            if "configMapRef" in source:
                assert (space, source["configMapRef"]["name"]) in configs
            else:
                assert (space, source["secretRef"]["name"]) in made
        assert {mount["name"] for mount in box["volumeMounts"]} <= {volume["name"] for volume in pod["volumes"]}
    for volume in pod["volumes"]:
        if "secret" in volume:
            assert (space, volume["secret"]["secretName"]) in made | from_operators
        if "configMap" in volume:
            assert (space, volume["configMap"]["name"]) in configs


@pytest.mark.parametrize(("overlay", "space", "name"), OURS)
def test_kafka_and_mongodb_are_spoken_to_encrypted_by_who_knows_them_at_all(
    overlay: str, space: str, name: str
) -> None:
    told, pod = cluster.told(overlay, (space, name)), cluster.workloads(overlay)[space, name]["spec"]
    mounted = {one["name"]: one["mountPath"] for one in pod["containers"][0]["volumeMounts"]}
    package = package_of(pod["containers"][0])
    if package == "reporter":
        assert not [key for key in told if key.startswith("KAFKA")]
    else:
        assert ("sasl_ssl", "admin" if package == "provision" else package) == (
            told["KAFKA_SECURITY"],
            told["KAFKA_USER"],
        )
        assert told["KAFKA_CA_FILE"] == f"{mounted['kafka-ca']}/ca.crt"
    addresses = [value for key, value in told.items() if key in ("MONGO_URI", "MONGO_ADMIN_URI")]
    assert (package == "collector") is (addresses == [])
    for address in addresses:
        assert f"tls=true&tlsCAFile={mounted['mongo-ca']}/ca.crt" in address


@pytest.mark.parametrize(("overlay", "space", "name"), WORKLOADS)
def test_a_workload_keeps_to_the_restricted_profile(overlay: str, space: str, name: str) -> None:
    pod = cluster.workloads(overlay)[space, name]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert "RuntimeDefault" == pod["securityContext"]["seccompProfile"]["type"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    for key in ("hostNetwork", "hostPID", "hostIPC", "initContainers"):
        assert key not in pod
    assert set().union(*pod["volumes"]) <= {"name", "emptyDir", "secret", "configMap", "persistentVolumeClaim"}
    for box in pod["containers"]:
        assert box["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"memory", "ephemeral-storage"} == box["resources"]["limits"].keys()
        assert {"cpu", "memory", "ephemeral-storage"} == box["resources"]["requests"].keys()
        assert not box["image"].endswith(":latest")
        assert ":" in box["image"]
        assert "hostPort" not in str(box.get("ports"))


@pytest.mark.parametrize("overlay", cluster.OVERLAYS)
def test_namespaces_enforce_the_restricted_profile(overlay: str) -> None:
    namespaces = list(cluster.of(overlay, "Namespace"))
    assert {"guzgu-identity", "guzgu-collector", "guzgu-statistics", "guzgu-data"} == {
        one["metadata"]["name"] for one in namespaces
    }
    assert {"restricted"} == {one["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] for one in namespaces}
    used = {cluster.place(one)[0] for one in cluster.documents(overlay)} - {""}
    assert used <= {one["metadata"]["name"] for one in namespaces}


@pytest.mark.parametrize(("overlay", "space", "name"), OURS)
def test_a_workload_has_an_account_of_its_own_without_a_token(overlay: str, space: str, name: str) -> None:
    account = cluster.workloads(overlay)[space, name]["spec"]["serviceAccountName"]
    assert name == account
    assert cluster.by_place(overlay, "ServiceAccount")[space, account]["automountServiceAccountToken"] is False


def test_nobody_has_any_right_in_the_cluster() -> None:
    rights = {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}
    for overlay in cluster.OVERLAYS:
        assert set() == rights & {one["kind"] for one in cluster.documents(overlay)}


@pytest.mark.parametrize(("overlay", "space", "name"), ALWAYS)
def test_shutdown_times_stand_in_the_right_order(overlay: str, space: str, name: str) -> None:
    command = gunicorn_command("x:web", "127.0.0.1", 1, 1)
    graceful = int(command[command.index("--graceful-timeout") + 1])
    told, pod = cluster.told(overlay, (space, name)), cluster.workloads(overlay)[space, name]["spec"]
    delivery = float(told.get("DELIVERY_TIMEOUT_SECONDS", "8"))
    before = pod["containers"][0].get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    # A request takes at most 10 s; the pause before the signal is part of the pod's time.
    assert delivery < 10 < graceful
    assert before + graceful < pod["terminationGracePeriodSeconds"]
    assert (before > 0) is (PORTS[name] < 9000)


@pytest.mark.parametrize("overlay", cluster.OVERLAYS)
def test_who_must_be_one_is_replaced_and_never_doubled(overlay: str) -> None:
    deployments = cluster.by_place(overlay, "Deployment")
    for space, name in deployments:
        one = deployments[space, name]["spec"]
        if name in ("relay", "editor"):
            assert (1, {"type": "Recreate"}) == (one["replicas"], one["strategy"])
        else:
            assert {"maxUnavailable": 0, "maxSurge": 1} == one["strategy"]["rollingUpdate"]


@pytest.mark.parametrize("overlay", cluster.OVERLAYS)
def test_what_may_be_many_is_spread_and_not_taken_down_all_at_once(overlay: str) -> None:
    budgets = cluster.by_place(overlay, "PodDisruptionBudget")
    many = {where for where in cluster.by_place(overlay, "Deployment") if where[1] not in ("relay", "editor")}
    assert many == budgets.keys()
    for where in many:
        pod = cluster.workloads(overlay)[where]
        assert budgets[where]["spec"]["maxUnavailable"] == 1
        assert budgets[where]["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        keys = {one["topologyKey"] for one in pod["spec"]["topologySpreadConstraints"]}
        assert {"topology.kubernetes.io/zone", "kubernetes.io/hostname"} == keys
        for one in pod["spec"]["topologySpreadConstraints"]:
            assert one["labelSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()


@pytest.mark.parametrize("overlay", cluster.OVERLAYS)
def test_what_is_due_daily_runs_daily_and_the_purge_before_the_backup(overlay: str) -> None:
    jobs = cluster.by_place(overlay, "CronJob")
    expected = {("guzgu-identity", "purge"), ("guzgu-statistics", "purge"), ("guzgu-statistics", "backup")}
    assert expected == jobs.keys()
    at: dict[tuple[str, str], int] = {}
    for where, job in jobs.items():
        minute, hour, *rest = job["spec"]["schedule"].split()
        assert ["*", "*", "*"] == rest
        assert ("Etc/UTC", "Forbid") == (job["spec"]["timeZone"], job["spec"]["concurrencyPolicy"])
        at[where] = int(hour) * 3600 + int(minute) * 60
    purge = jobs["guzgu-statistics", "purge"]["spec"]["jobTemplate"]["spec"]
    assert at["guzgu-statistics", "purge"] + purge["activeDeadlineSeconds"] <= at["guzgu-statistics", "backup"]
