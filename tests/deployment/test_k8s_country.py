"""What a country adds on Kubernetes: proxies, scaling, monitoring, and a Kafka and a MongoDB that lose nothing."""

from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate  # type: ignore[import-untyped]  # it has no types
import pytest
import yaml

from support import cluster, cluster_rules
from support.kustomized import Document

SHAPES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "custom_resources.yaml").read_text("utf-8"))
EXAMPLES: list[Document] = [
    one
    for path in sorted((cluster.FOLDER / "examples").glob("*.yaml"))
    for one in yaml.safe_load_all(path.read_text("utf-8"))
]
CUSTOM = [one for one in [*cluster.documents("national"), *EXAMPLES] if one["kind"] in SHAPES]


def example(kind: str) -> Any:
    [found] = [one for one in EXAMPLES if one["kind"] == kind]
    return found["spec"]


@pytest.mark.parametrize("document", CUSTOM, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_custom_resources_have_the_shape_that_their_operators_read(document: Document) -> None:
    wanted = SHAPES[document["kind"]]
    schema = {
        "definitions": SHAPES["definitions"],
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {
            "apiVersion": {"const": wanted["apiVersion"]},
            "kind": {"const": document["kind"]},
            "metadata": {"$ref": "#/definitions/metadata"},
            "spec": wanted["spec"],
        },
        "additionalProperties": False,
    }
    jsonschema.Draft7Validator(schema).validate(document)


def test_everything_else_in_the_examples_is_valid_to_the_letter() -> None:
    for document in EXAMPLES:
        assert document["metadata"]["namespace"] == cluster.DATA
        if document["kind"] not in SHAPES:
            kubernetes_validate.validate(document, "1.34", strict=True)


def test_kafka_loses_nothing_that_it_said_yes_to() -> None:
    config = example("Kafka")["kafka"]["config"]
    assert config["default.replication.factor"] == 3
    assert config["min.insync.replicas"] == 2
    assert config["unclean.leader.election.enable"] is False
    assert config["auto.create.topics.enable"] is False
    assert config["delete.topic.enable"] is False
    assert config["offsets.topic.replication.factor"] == config["transaction.state.log.replication.factor"] == 3
    assert config["log.retention.ms"] == config["log.retention.bytes"] == -1
    pools = [one for one in EXAMPLES if one["kind"] == "KafkaNodePool"]
    assert {("controller",): 3, ("broker",): 3} == {
        tuple(one["spec"]["roles"]): one["spec"]["replicas"] for one in pools
    }
    assert not [one for one in pools for volume in one["spec"]["storage"]["volumes"] if volume["deleteClaim"]]


def test_the_services_find_kafka_where_the_example_puts_it_and_it_lets_nobody_in_unasked() -> None:
    kafka = example("Kafka")["kafka"]
    [listener] = kafka["listeners"]
    [cluster_name] = {
        one["metadata"]["labels"]["strimzi.io/cluster"] for one in EXAMPLES if one["kind"] == "KafkaNodePool"
    }
    address = f"{cluster_name}-kafka-bootstrap.{cluster.DATA}.svc:{listener['port']}"
    for where in cluster.ours("national"):
        told = cluster.told("national", where)
        assert told.get("KAFKA_BOOTSTRAP", address) == address
    assert ["admin"] == kafka["authorization"]["superUsers"]
    mechanisms = listener["authentication"]["listenerConfig"]["sasl.enabled.mechanisms"].split(",")
    provision = cluster.told("national", (cluster.DATA, "provision"))
    assert provision["KAFKA_MECHANISM"] in mechanisms
    assert "SCRAM-SHA-512" in mechanisms
    [variable] = kafka["template"]["kafkaContainer"]["env"]
    reference = variable["valueFrom"]["secretKeyRef"]
    kept = cluster.secrets("national")[cluster.DATA, reference["name"]]
    assert kept[reference["key"]] == provision["KAFKA_PASSWORD"]
    assert f"${{strimzienv:{variable['name']}}}" in str(listener["authentication"]["listenerConfig"])


def test_mongodb_has_three_members_behind_the_addresses_that_the_services_use() -> None:
    mongo = example("MongoDBCommunity")
    [name] = [one["metadata"]["name"] for one in EXAMPLES if one["kind"] == "MongoDBCommunity"]
    members = [f"{name}-{number}.{name}-svc.{cluster.DATA}.svc:27017" for number in range(mongo["members"])]
    addresses = [
        value
        for where in cluster.ours("national")
        for key, value in cluster.told("national", where).items()
        if key in ("MONGO_URI", "MONGO_ADMIN_URI")
    ]
    assert addresses
    for address in addresses:
        assert f"@{','.join(members)}/?replicaSet={name}&" in address
    [admin] = mongo["users"]
    password = cluster.secrets("national")[cluster.DATA, admin["passwordSecretRef"]["name"]]["password"]
    provision = cluster.told("national", (cluster.DATA, "provision"))
    assert f"//{admin['name']}:{password}@" in provision["MONGO_ADMIN_URI"]
    assert mongo["security"]["authentication"]["ignoreUnknownUsers"] is True
    assert mongo["additionalMongodConfig"]["replication.oplogSizeMB"] == 990


def test_a_country_keeps_three_copies_and_one_machine_one() -> None:
    assert "3" == cluster.told("national", (cluster.DATA, "provision"))["REPLICATION"]
    assert "1" == cluster.told("local", (cluster.DATA, "provision"))["REPLICATION"]


def test_pods_that_policies_name_by_their_role_carry_it() -> None:
    [pool] = [one["spec"] for one in EXAMPLES if one["kind"] == "KafkaNodePool" and one["spec"]["roles"] == ["broker"]]
    roles = {pool["template"]["pod"]["metadata"]["labels"]["guzgu-role"]}
    roles.add(example("MongoDBCommunity")["statefulSet"]["spec"]["template"]["metadata"]["labels"]["guzgu-role"])
    local = {
        pod["metadata"]["labels"].get("guzgu-role")
        for where, pod in cluster.workloads("local").items()
        if where not in cluster.ours("local")
    }
    assert {"kafka", "mongo"} == roles == local


def test_what_may_be_many_is_scaled_and_nothing_else_and_nobody_beside_says_how_many() -> None:
    scaled = cluster.by_place("national", "HorizontalPodAutoscaler")
    deployments = cluster.by_place("national", "Deployment")
    assert {where for where in deployments if where[1] not in ("relay", "editor")} == scaled.keys()
    for where, one in scaled.items():
        assert {"apiVersion": "apps/v1", "kind": "Deployment", "name": where[1]} == one["spec"]["scaleTargetRef"]
        assert "replicas" not in deployments[where]["spec"]
        assert 2 <= one["spec"]["minReplicas"] < one["spec"]["maxReplicas"] <= 24
        assert "cpu" in deployments[where]["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]


@pytest.mark.parametrize("name", ["identity", "collector", "reporter"])
def test_an_ingress_leads_to_its_service_under_tls_and_not_to_probes_and_figures(name: str) -> None:
    space = f"guzgu-{cluster.PARTS[name]}"
    ingress = cluster.by_place("national", "Ingress")[space, name]["spec"]
    services = cluster.by_place("national", "Service")
    [rule], [tls] = ingress["rules"], ingress["tls"]
    assert [rule["host"]] == tls["hosts"]
    led = {path["path"]: path["backend"]["service"]["name"] for path in rule["http"]["paths"]}
    assert {"/": name, "/livez": "nobody", "/readyz": "nobody", "/metrics": "nobody"} == led
    assert "selector" not in services[space, "nobody"]["spec"]
    [port] = services[space, name]["spec"]["ports"]
    assert {"name": port["name"]} == rule["http"]["paths"][-1]["backend"]["service"]["port"]


def test_the_addresses_that_services_are_told_are_those_of_the_ingresses() -> None:
    hosts = {
        where[1]: f"https://{one['spec']['rules'][0]['host']}"
        for where, one in cluster.by_place("national", "Ingress").items()
    }
    for where in cluster.ours("national"):
        for key, value in cluster.told("national", where).items():
            if key.endswith("_ORIGIN"):
                assert hosts[key.removesuffix("_ORIGIN").lower()] == value


def test_settings_that_two_services_must_agree_on_are_equal() -> None:
    for overlay in cluster.OVERLAYS:
        identity = cluster.told(overlay, ("guzgu-identity", "identity"))
        collector = cluster.told(overlay, ("guzgu-collector", "collector"))
        for key in ("DELIVERY_TIMEOUT_SECONDS", "DIRECTORY_STALENESS_SECONDS", "CLOCK_SKEW_SECONDS", "SETTLE_SECONDS"):
            assert identity[key] == collector[key]
        for key in ("OPERATOR_CODES", "OPERATOR_ANSWERS", "IDENTITY_ORIGIN", "TIMEZONE"):
            assert identity[key] == collector[key]


def test_every_process_is_watched_under_its_name() -> None:
    services = cluster.by_place("national", "Service")
    found: set[str] = set()
    for monitor in cluster.of("national", "ServiceMonitor"):
        space, name = cluster.place(monitor)
        found.add(name)
        [endpoint] = monitor["spec"]["endpoints"]
        [port] = services[space, name]["spec"]["ports"]
        assert endpoint["port"] == port["name"]
        assert "/metrics" == endpoint["path"]
        labels = services[space, name]["metadata"]["labels"]
        assert monitor["spec"]["selector"]["matchLabels"].items() <= labels.items()
        assert name == labels[monitor["spec"]["jobLabel"]]
        others = [one for one in services if one[0] == space and one[1] != name]
        for other in others:
            assert (
                not monitor["spec"]["selector"]["matchLabels"].items() <= services[other]["metadata"]["labels"].items()
            )
    assert cluster.PARTS.keys() == found


def test_alerts_on_kubernetes_are_those_of_the_compose_stack() -> None:
    assert cluster_rules.text() == cluster_rules.WRITTEN.read_text("utf-8"), f"run {cluster_rules.COMMAND}"
