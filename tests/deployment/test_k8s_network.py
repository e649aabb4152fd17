"""Who may speak to whom on Kubernetes: the network policies allow exactly the edges that the product needs."""

from itertools import product
from typing import Any

import pytest

from support import cluster

Pod = tuple[str, dict[str, str], dict[str, str]]
"""(name, the labels of its namespace, its own labels)"""

KAFKA, MONGO = 9093, 27017
NEEDED = {
    ("proxy of codes", "identity", 8001),
    ("proxy of answers", "collector", 8002),
    ("proxy of reports", "reporter", 8003),
    ("reporter", "identity", 8001),
    ("identity", "mongo", MONGO),
    ("relay", "mongo", MONGO),
    ("relay", "kafka", KAFKA),
    ("identity's purge", "mongo", MONGO),
    ("collector", "kafka", KAFKA),
    ("aggregator", "kafka", KAFKA),
    ("aggregator", "mongo", MONGO),
    ("editor", "kafka", KAFKA),
    ("editor", "mongo", MONGO),
    ("reporter", "mongo", MONGO),
    ("purge", "kafka", KAFKA),
    ("purge", "mongo", MONGO),
    ("backup", "kafka", KAFKA),
    ("backup", "mongo", MONGO),
    ("provision", "kafka", KAFKA),
    ("provision", "mongo", MONGO),
    ("prometheus", "identity", 8001),
    ("prometheus", "relay", 9101),
    ("prometheus", "collector", 8002),
    ("prometheus", "aggregator", 9104),
    ("prometheus", "editor", 9105),
    ("prometheus", "reporter", 8003),
    *((name, "names", 53) for name in ("identity", "relay", "identity's purge", "collector", "aggregator", "editor")),
    *((name, "names", 53) for name in ("reporter", "purge", "backup", "provision", "kafka", "mongo")),
}
OUTSIDE = {
    "proxy of codes": ({"guzgu-proxy": "codes"}, {"app": "proxy"}),
    "proxy of answers": ({"guzgu-proxy": "answers"}, {"app": "proxy"}),
    "proxy of reports": ({"guzgu-proxy": "reports"}, {"app": "proxy"}),
    "prometheus": ({"guzgu-monitoring": "true"}, {"app.kubernetes.io/name": "prometheus"}),
    "a stranger": ({"kubernetes.io/metadata.name": "default"}, {"app": "stranger"}),
    "a neighbour of prometheus": ({"guzgu-monitoring": "true"}, {"app": "stranger"}),
    "names": ({"kubernetes.io/metadata.name": "kube-system"}, {"k8s-app": "kube-dns"}),
}
OTHERS = {"guzgu-data": {"kafka": {"guzgu-role": "kafka"}, "mongo": {"guzgu-role": "mongo"}}}
PORTS = [8001, 8002, 8003, 9101, 9104, 9105, KAFKA, MONGO, 53, 22, 443]


def pods(overlay: str) -> dict[str, tuple[str, Pod]]:
    """Every kind of pod that there is: name -> (namespace, pod); namespace "" outside."""
    found = {name: ("", (name, space, labels)) for name, (space, labels) in OUTSIDE.items()}
    for space, name in cluster.ours(overlay):
        told = "identity's purge" if (space, name) == ("guzgu-identity", "purge") else name
        labels = cluster.workloads(overlay)[space, name]["metadata"]["labels"]
        found[told] = (space, (told, {"kubernetes.io/metadata.name": space}, labels))
    for space, roles in OTHERS.items():
        for name, labels in roles.items():
            found[name] = (space, (name, {"kubernetes.io/metadata.name": space}, labels))
    return found


def selects(selector: dict[str, Any] | None, labels: dict[str, str]) -> bool:
    if selector is None:
        return True
    assert selector.keys() <= {"matchLabels"}
    return bool(selector.get("matchLabels", {}).items() <= labels.items())


def allowed(policies: list[dict[str, Any]], side: str, own: Pod, space: str, other: Pod, port: int) -> bool:
    """Whether the policies of a namespace let `own` there send to (Egress), or hear from (Ingress), `other`."""
    if not space:
        return True
    mine = [
        one["spec"]
        for one in policies
        if cluster.place(one)[0] == space and selects(one["spec"]["podSelector"], own[2])
    ]
    rules = [rule for one in mine if side in one["policyTypes"] for rule in one.get(side.lower(), [])]
    assert any(side in one["policyTypes"] for one in mine), f"{own[0]} is open to {side}"
    for rule in rules:
        peers = rule.get("from", rule.get("to"))
        assert peers, "a rule for everybody"
        for peer in peers:
            assert "ipBlock" not in peer
            if (
                port in {one["port"] for one in rule["ports"]}
                and selects(peer.get("namespaceSelector"), other[1])
                and selects(peer.get("podSelector"), other[2])
            ):
                return True
    return False


@pytest.mark.parametrize("overlay", cluster.OVERLAYS)
def test_network_policies_allow_exactly_the_needed_edges(overlay: str) -> None:
    policies, everybody = list(cluster.of(overlay, "NetworkPolicy")), pods(overlay)
    found: set[tuple[str, str, int]] = set()
    for (sender, (from_space, one)), (receiver, (to_space, other)) in product(everybody.items(), repeat=2):
        if sender == receiver or (not from_space and not to_space):
            continue
        for port in PORTS:
            if allowed(policies, "Egress", one, from_space, other, port) and allowed(
                policies, "Ingress", other, to_space, one, port
            ):
                found.add((sender, receiver, port))
    assert sorted(found) == sorted(NEEDED)


@pytest.mark.parametrize("overlay", cluster.OVERLAYS)
def test_each_namespace_begins_with_nobody_speaking_to_anybody(overlay: str) -> None:
    for space in {cluster.place(one)[0] for one in cluster.documents(overlay)} - {""}:
        found = cluster.by_place(overlay, "NetworkPolicy")[space, "deny-all"]["spec"]
        assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} == found


@pytest.mark.parametrize("overlay", cluster.OVERLAYS)
def test_a_policy_opens_only_ports_that_somebody_listens_on(overlay: str) -> None:
    listened = {
        (where[0], port["containerPort"])
        for where, pod in cluster.workloads(overlay).items()
        for box in pod["spec"]["containers"]
        for port in box.get("ports", [])
    } | {("guzgu-data", KAFKA), ("guzgu-data", MONGO)}
    for policy in cluster.of(overlay, "NetworkPolicy"):
        for rule in policy["spec"].get("ingress", []):
            for port in rule["ports"]:
                assert (cluster.place(policy)[0], port["port"]) in listened
