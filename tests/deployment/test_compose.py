"""docker-compose.yml and the Dockerfiles: they load, lint clean, and say the same as the code."""

import dataclasses
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.settings import Secret, describe, load

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILES = sorted([*ROOT.glob("services/*/Dockerfile"), ROOT / "deploy/provision/Dockerfile"])
PROCESSES = {
    "identity": ("identity", 8001),
    "relay": ("identity", 9101),
    "collector": ("collector", 8002),
    "aggregator": ("aggregator", 9104),
    "editor": ("aggregator", 9105),
    "reporter": ("reporter", 8003),
    "provision": ("provision", 0),
}
NOT_OURS = {"PROBE_PORT"}
"""Read by the image's health check alone."""


def settings_of(package: str) -> dict[str, tuple[str, str]]:
    """(default or "required", explanation) by variable."""
    cls = import_module(f"{package}.settings").Settings
    return {name: (default, doc) for name, default, doc in describe(cls)}


def secrets_of(package: str) -> set[str]:
    cls = import_module(f"{package}.settings").Settings
    return {field.name.upper() for field in dataclasses.fields(cls) if field.type in (Secret, Secret | None)}


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The file as docker-compose reads it, with secrets as deploy/secrets.sh makes them."""
    made = subprocess.run(["bash", "deploy/secrets.sh"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    env = tmp_path_factory.mktemp("compose") / "secrets.env"
    env.write_text(made)
    read = subprocess.run(
        ["docker-compose", "--env-file", str(env), "config"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (0, "") == (read.returncode, read.stderr)
    loaded: dict[str, Any] = yaml.safe_load(read.stdout)
    return loaded


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
def test_a_dockerfile_passes_the_linter(path: Path) -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, str(path)], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stdout)


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
def test_an_image_runs_as_a_numeric_user_and_copies_only_what_is_there(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert "USER 10001:10001" in lines
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source


def test_compose_refuses_to_start_without_secrets_and_says_what_makes_them() -> None:
    clean = {key: value for key, value in os.environ.items() if "PASSWORD" not in key and "KEY" not in key}
    done = subprocess.run(
        ["docker-compose", "config"], cwd=ROOT, capture_output=True, text=True, check=False, env=clean
    )
    assert 0 != done.returncode
    assert "run deploy/secrets.sh" in done.stderr


@pytest.mark.parametrize("process", PROCESSES)
def test_every_variable_of_a_container_is_a_setting_and_every_required_setting_is_given(
    compose: dict[str, Any], process: str
) -> None:
    package, _ = PROCESSES[process]
    known, given = settings_of(package), set(compose["services"][process]["environment"])
    assert set() == given - known.keys() - NOT_OURS
    assert set() == {name for name, (default, _) in known.items() if default == "required"} - given


@pytest.mark.parametrize("process", PROCESSES)
def test_start_up_accepts_what_a_container_is_told(compose: dict[str, Any], process: str) -> None:
    settings = import_module(f"{PROCESSES[process][0]}.settings")
    told = {name: str(value) for name, value in compose["services"][process]["environment"].items()}
    load(settings.Settings, told, settings.contradictions)


def test_everybody_signs_in_to_kafka_as_a_user_of_its_own_and_nobody_knows_anothers_password(
    compose: dict[str, Any],
) -> None:
    told = {process: compose["services"][process]["environment"] for process in PROCESSES}
    users = {process: environment.get("KAFKA_USER") for process, environment in told.items()}
    assert users == {
        **dict.fromkeys(("identity", "relay"), "identity"),
        **dict.fromkeys(("aggregator", "editor"), "aggregator"),
        "collector": "collector",
        "reporter": None,
        "provision": "admin",
    }
    passwords = {users[process]: environment.get("KAFKA_PASSWORD") for process, environment in told.items()}
    assert len(set(passwords.values())) == len(passwords)
    for process, environment in told.items():
        foreign = {password for user, password in passwords.items() if password and user != users[process]}
        assert process == "provision" or not foreign & set(map(str, environment.values())), process
    broker = compose["services"]["kafka"]["environment"]
    assert broker["KAFKA_AUTHORIZER_CLASS_NAME"].endswith("StandardAuthorizer")
    assert "PLAINTEXT:PLAINTEXT" not in broker["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].replace("SASL_PLAINTEXT", "")
    assert f'user_admin="{passwords["admin"]}"' in broker["KAFKA_LISTENER_NAME_SECURED_PLAIN_SASL_JAAS_CONFIG"]


@pytest.mark.parametrize("process", [name for name, (_, port) in PROCESSES.items() if port])
def test_ports_equal_the_codes_defaults(compose: dict[str, Any], process: str) -> None:
    package, port = PROCESSES[process]
    service = compose["services"][process]
    variable = "PORT" if port < 9000 else "METRICS_PORT"
    told = service["environment"].get(variable, settings_of(package)[variable][0])
    assert str(port) == str(told)
    published = [str(entry).split(":")[-1].removesuffix("/tcp") for entry in service.get("ports", [])]
    assert ([str(port)] if port < 9000 else []) == published


def test_every_published_port_is_on_loopback(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for entry in service.get("ports", []):
            assert str(entry).startswith("127.0.0.1:"), name


def test_only_identity_and_aggregator_and_reporter_get_a_database_user_each_its_own(compose: dict[str, Any]) -> None:
    for process, (package, _) in PROCESSES.items():
        uri = compose["services"][process]["environment"].get("MONGO_URI", "")
        assert process in ("collector", "provision") or uri.startswith(f"mongodb://{package}:"), process
    assert "MONGO_URI" not in compose["services"]["collector"]["environment"]


def test_services_have_a_read_only_root_and_no_capabilities(compose: dict[str, Any]) -> None:
    for process in PROCESSES:
        service = compose["services"][process]
        assert service["read_only"] is True
        assert ["ALL"] == service["cap_drop"]


def test_every_image_that_compose_builds_has_its_dockerfile(compose: dict[str, Any]) -> None:
    built = [service["build"]["dockerfile"] for service in compose["services"].values() if "build" in service]
    assert sorted(built) == [str(path.relative_to(ROOT)) for path in DOCKERFILES] or set(built) == {
        str(path.relative_to(ROOT)) for path in DOCKERFILES
    }


def test_no_secret_stands_in_the_file() -> None:
    raw = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    for process, (package, _) in PROCESSES.items():
        for name, value in raw["services"][process]["environment"].items():
            if name in secrets_of(package):
                assert "${" in json.dumps(value), (process, name)
