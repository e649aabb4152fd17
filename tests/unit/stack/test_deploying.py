"""What the deployment's test promises: it takes away Docker's firewall rules and nobody else's, knows an image to stand
in for each that it needs, and finds traces."""

from pathlib import Path

import yaml

from support.docker_daemon import without_docker
from support.stand_ins import FILES, IMPOSSIBLE, ORDER, ROOT, wanted
from support.traces import Traces, traces_in

SAVED = """*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
:KUBE-FORWARD - [0:0]
-A INPUT -p tcp --dport 22 -j ACCEPT
-A FORWARD -j DOCKER-USER
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i br-0a1b2c3d4e5f ! -o br-0a1b2c3d4e5f -j ACCEPT
-A FORWARD -i cni0 -j KUBE-FORWARD
-A DOCKER-USER -j RETURN
COMMIT
"""
NAT = """*nat
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A POSTROUTING -s 172.18.0.0/16 ! -o br-0a1b2c3d4e5f -j MASQUERADE
-A POSTROUTING -s 172.18.0.2/32 -d 172.18.0.2/32 -p tcp -m tcp --dport 443 -j MASQUERADE
-A POSTROUTING -s 10.88.0.0/16 ! -o cni0 -j MASQUERADE
-A DOCKER ! -i br-0a1b2c3d4e5f -p tcp --dport 443 -j DNAT --to-destination 172.18.0.2:443
COMMIT
"""


def test_only_dockers_own_rules_are_taken_away() -> None:
    kept = without_docker(SAVED, "ACCEPT").splitlines()
    assert kept == [
        "*filter",
        ":INPUT ACCEPT [0:0]",
        ":FORWARD ACCEPT [0:0]",
        ":KUBE-FORWARD - [0:0]",
        "-A INPUT -p tcp --dport 22 -j ACCEPT",
        "-A FORWARD -i cni0 -j KUBE-FORWARD",
        "COMMIT",
    ]
    assert [line for line in without_docker(NAT, None).splitlines() if "172.1" in line or "DOCKER" in line] == []
    assert "-A POSTROUTING -s 10.88.0.0/16 ! -o cni0 -j MASQUERADE" in without_docker(NAT, None)
    assert without_docker("", None) == ""


def test_every_image_that_is_needed_has_a_stand_in_or_a_reason_why_not() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    files = [ROOT / one["build"]["dockerfile"] for one in compose["services"].values() if "build" in one]
    images = wanted(compose, files)
    assert {"python:3.11-slim-bookworm", "node:20-bookworm-slim", "haproxy:3.2"} <= set(images)
    assert not any(image.startswith("guzgu/") for image in images)
    for image in images:
        part = image.split(":")[0].removeprefix("prom/")
        assert part in ORDER or any(name in image for name in IMPOSSIBLE), image
        assert part not in ORDER or (FILES / f"{part.rpartition('/')[2]}.Dockerfile").is_file(), image


def test_traces_of_a_person_are_found_in_a_log_and_an_empty_search_is_a_fault(tmp_path: Path) -> None:
    traces = Traces()
    traces.address({"172.18.0.9"})
    traces.codes(["ABCDEFGH2"])
    clean, dirty = tmp_path / "clean.log", tmp_path / "dirty.log"
    clean.write_text("started\n")
    dirty.write_text('172.18.0.9 "POST /v1/ballots" abcd-efgh-2\n')
    assert traces_in(traces, [clean]) == []
    found = traces_in(traces, [clean, dirty])
    assert found == ["a participation code in the log of dirty", "an address in the log of dirty"]
    traces.codes([])
    assert traces_in(traces, [clean]) == ["a participation code is not found where it was planted"]
