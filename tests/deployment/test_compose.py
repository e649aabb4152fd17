"""docker-compose.yml and the Dockerfiles: they load, lint clean, and say the same as the code."""

import base64
import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.settings import Secret, describe, load

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILES = sorted(
    [*ROOT.glob("services/*/Dockerfile"), ROOT / "deploy/provision/Dockerfile", ROOT / "tools/country/Dockerfile"]
)
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
ORIGINS = ("IDENTITY_ORIGIN", "COLLECTOR_ORIGIN", "REPORTER_ORIGIN")
CLEAN = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
"""Nothing of the machine's own settings reaches the file."""


def settings_of(package: str) -> dict[str, tuple[str, str]]:
    """(default or "required", explanation) by variable."""
    cls = import_module(f"{package}.settings").Settings
    return {name: (default, doc) for name, default, doc in describe(cls)}


def secrets_of(package: str) -> set[str]:
    cls = import_module(f"{package}.settings").Settings
    return {field.name.upper() for field in dataclasses.fields(cls) if field.type in (Secret, Secret | None)}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the compose file, set up for the demo as deploy/setup.sh does it."""
    folder = tmp_path_factory.mktemp("compose")
    (folder / "deploy").mkdir()
    for name in ("docker-compose.yml", "deploy/setup.sh", "deploy/secrets.sh"):
        shutil.copy(ROOT / name, folder / name)
    set_up(folder, "--demo")
    return folder


def set_up(folder: Path, *options: str, fails: bool = False) -> str:
    """What deploy/setup.sh says on standard error; without a terminal it asks nothing."""
    done = subprocess.run(
        ["bash", folder / "deploy/setup.sh", *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert fails is bool(done.returncode), done.stderr
    return done.stderr + done.stdout


@pytest.fixture(scope="module")
def compose(installation: Path) -> dict[str, Any]:
    """The file as docker-compose reads it after the set-up."""
    read = subprocess.run(
        ["docker-compose", "config"], cwd=installation, capture_output=True, text=True, check=False, env=CLEAN
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


def test_compose_refuses_to_start_without_the_set_up_and_says_what_does_it(tmp_path: Path) -> None:
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    done = subprocess.run(
        ["docker-compose", "config"], cwd=tmp_path, capture_output=True, text=True, check=False, env=CLEAN
    )
    assert 0 != done.returncode
    assert "run deploy/setup.sh" in done.stderr


def test_the_set_up_is_written_once_for_its_owner_alone_and_holds_every_secret_once(installation: Path) -> None:
    written = (installation / ".env").read_text()
    assert 0o600 == (installation / ".env").stat().st_mode & 0o777
    names = [line.partition("=")[0] for line in written.splitlines()]
    assert len(set(names)) == len(names)
    assert "nothing was changed" in set_up(installation, fails=True)
    assert "nothing was changed" in set_up(installation, "--domain", "other.example", fails=True)
    assert written == (installation / ".env").read_text()


def test_the_certificate_is_for_the_three_names_and_whoever_made_it_is_known(
    installation: Path, tmp_path: Path
) -> None:
    told = dict(line.split("=", 1) for line in (installation / ".env").read_text().splitlines())
    bundle, authority = tmp_path / "bundle.pem", tmp_path / "authority.pem"
    bundle.write_bytes(base64.b64decode(told["TLS_CERTIFICATE"]))
    authority.write_text(set_up(installation, "--authority"))
    for name in ("IDENTITY_HOST", "COLLECTOR_HOST", "REPORTER_HOST"):
        checked = ["openssl", "verify", "-CAfile", str(authority), "-verify_hostname", told[name], str(bundle)]
        assert 0 == subprocess.run(checked, capture_output=True, check=False).returncode, name
        assert told[name.replace("HOST", "ORIGIN")] == f"https://{told[name]}"
    assert b"PRIVATE KEY" in bundle.read_bytes()
    assert "PRIVATE KEY" not in authority.read_text()


def test_another_certificate_replaces_the_first_and_one_that_does_not_fit_is_refused(
    installation: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(installation, other)
    (other / ".env").unlink()
    set_up(other, "--domain", "guzgu.example", "--https-port", "8443", "--operator", "Nazirlik")
    before = dict(line.split("=", 1) for line in (other / ".env").read_text().splitlines())
    assert ("https://codes.guzgu.example:8443").replace("codes", "identity") == before["IDENTITY_ORIGIN"]
    assert ("0.0.0.0", "Nazirlik") == (before["GATEWAY_ADDRESS"], before["OPERATOR_ANSWERS"]), "a real name"
    for wrong in ("not PEM", base64.b64decode(_env(installation)["TLS_CERTIFICATE"]).decode()):
        (tmp_path / "wrong.pem").write_text(wrong)
        set_up(other, "--certificate", str(tmp_path / "wrong.pem"), fails=True)
        assert before == _env(other)
    third = tmp_path / "third"
    shutil.copytree(installation, third)
    (third / ".env").unlink()
    set_up(third, "--domain", "guzgu.example")
    (tmp_path / "right.pem").write_bytes(base64.b64decode(_env(third)["TLS_CERTIFICATE"]))
    set_up(other, "--certificate", str(tmp_path / "right.pem"))
    changed = {**before, "TLS_CERTIFICATE": _env(third)["TLS_CERTIFICATE"]}
    del changed["TLS_AUTHORITY"]
    assert changed == _env(other)


def _env(folder: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (folder / ".env").read_text().splitlines())


def test_only_a_demo_hands_out_codes_as_json(installation: Path, tmp_path: Path) -> None:
    real = tmp_path / "real"
    shutil.copytree(installation, real)
    (real / ".env").unlink()
    set_up(real)
    assert "true" == _env(installation)["SLIPS_AS_JSON"]
    assert set() == {"SLIPS_AS_JSON", "COMPOSE_PROFILES"} & _env(real).keys()
    assert "${SLIPS_AS_JSON:-false}" in (ROOT / "docker-compose.yml").read_text()


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
    assert "ports" not in service, "the gateway alone is reached from outside"


def test_what_is_published_is_the_gateway_and_for_this_machine_alone_the_operators_pages(
    compose: dict[str, Any],
) -> None:
    published = {name for name, service in compose["services"].items() if "ports" in service}
    assert {"gateway", "prometheus", "grafana"} == published
    for name in published:
        for entry in compose["services"][name]["ports"]:
            assert str(entry).startswith("127.0.0.1:"), "the names end in localhost here"


def test_only_who_is_published_reaches_a_network_that_leads_outside(compose: dict[str, Any]) -> None:
    open_networks = {name for name, network in compose["networks"].items() if not (network or {}).get("internal")}
    assert {"outside"} == open_networks
    reach = {name for name, service in compose["services"].items() if "outside" in service.get("networks", {})}
    assert {"gateway", "prometheus", "grafana", "demo"} == reach
    behind = {name for name, service in compose["services"].items() if "front" in service.get("networks", {})}
    assert {"gateway", "identity", "collector", "reporter"} == behind
    assert not {"inside", "watch"} & set(compose["services"]["gateway"]["networks"])


def test_prometheus_reads_each_process_at_its_port(compose: dict[str, Any]) -> None:
    mounted = compose["services"]["prometheus"]["volumes"][0].split(":")
    assert mounted[0].endswith("deploy/monitoring/prometheus")
    assert compose["services"]["prometheus"]["command"][0] == f"--config.file={mounted[1]}/prometheus.yml"
    config = yaml.safe_load((ROOT / "deploy/monitoring/prometheus/prometheus.yml").read_text())
    targets = {
        target for job in config["scrape_configs"] for static in job["static_configs"] for target in static["targets"]
    }
    own = {f"{name}:{port}" for name, (_, port) in PROCESSES.items() if port}
    assert targets == own | {"node-exporter:9100"}
    for target in targets:
        assert "watch" in compose["services"][target.partition(":")[0]]["networks"]


def test_only_identity_and_aggregator_and_reporter_get_a_database_user_each_its_own(compose: dict[str, Any]) -> None:
    for process, (package, _) in PROCESSES.items():
        uri = compose["services"][process]["environment"].get("MONGO_URI", "")
        assert process in ("collector", "provision") or uri.startswith(f"mongodb://{package}:"), process
    assert "MONGO_URI" not in compose["services"]["collector"]["environment"]


def test_grafana_finds_its_dashboards_and_its_only_source_where_they_are_mounted(compose: dict[str, Any]) -> None:
    mounts = [str(one).split(":") for one in compose["services"]["grafana"]["volumes"]]
    mounted = {inside: Path(outside) for outside, inside, *_ in mounts if outside.startswith("/")}
    shipped = ROOT / "deploy/monitoring/grafana"
    assert mounted.keys() == {"/etc/grafana/provisioning", "/etc/grafana/dashboards"}
    assert {path.name for path in mounted.values()} == {"provisioning", "dashboards"}
    [provider] = yaml.safe_load((shipped / "provisioning/dashboards/guzgu.yml").read_text())["providers"]
    assert provider["options"]["path"] in mounted
    assert {"operator.json", "campaign-day.json"} == {path.name for path in (shipped / "dashboards").glob("*.json")}
    [source] = yaml.safe_load((shipped / "provisioning/datasources/prometheus.yml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090"
    assert "watch" in compose["services"]["grafana"]["networks"]


def test_everything_but_the_two_stores_has_a_read_only_root_and_no_capabilities(compose: dict[str, Any]) -> None:
    assert PROCESSES.keys() < compose["services"].keys()
    for name, service in compose["services"].items():
        assert name in ("kafka", "mongo") or (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name


def test_every_image_that_compose_builds_has_its_dockerfile(compose: dict[str, Any]) -> None:
    built = [service["build"]["dockerfile"] for service in compose["services"].values() if "build" in service]
    assert sorted(built) == [str(path.relative_to(ROOT)) for path in DOCKERFILES] or set(built) == {
        str(path.relative_to(ROOT)) for path in DOCKERFILES
    }


def test_no_secret_stands_in_a_command_line(installation: Path, compose: dict[str, Any]) -> None:
    secret = {
        value for name, value in _env(installation).items() if name.endswith(("PASSWORD", "KEY", "PEPPER", "FILE"))
    }
    assert len(secret) > 10
    for name, service in compose["services"].items():
        lines = [service.get("command"), service.get("entrypoint"), service.get("healthcheck", {}).get("test")]
        assert not [one for one in secret if one in json.dumps(lines)], name
        assert not re.search(r"-p \W*\$\$?MONGO|password[= ]\W*\$", json.dumps(lines)), "a shell would put it there"


def test_no_secret_stands_in_the_file() -> None:
    raw = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    for process, (package, _) in PROCESSES.items():
        for name, value in raw["services"][process]["environment"].items():
            if name in secrets_of(package):
                assert "${" in json.dumps(value), (process, name)
