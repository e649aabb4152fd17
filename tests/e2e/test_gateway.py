"""The gateway of the compose file before a running stack: a person answers through it over TLS, and neither its own
output nor any process's log holds a trace of that person."""

import base64
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.gateway import Gateway
from support.setting import Setting, until
from support.traces import Traces, traces_in

pytestmark = pytest.mark.integration
ROOT = Path(__file__).resolve().parents[2]
NAMES = ("identity", "collector", "reporter")


class Through(httpx.HTTPTransport):
    """Sends what is meant for a service's own port to the gateway, by that service's name."""

    def __init__(self, gateway: Gateway, ports: Mapping[int, str]) -> None:
        super().__init__(verify=gateway.trusted)
        self._hosts = {own: gateway.hosts[name] for own, name in ports.items()}
        self._port = gateway.port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = self._hosts[request.url.port or 0]
        request.url = request.url.copy_with(scheme="https", port=self._port)
        request.headers["Host"] = host
        request.extensions["sni_hostname"] = host
        return super().handle_request(request)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What deploy/setup.sh writes, for two ports that are free."""
    folder = tmp_path_factory.mktemp("gateway")
    (folder / "deploy").mkdir()
    for name in ("deploy/setup.sh", "deploy/secrets.sh"):
        shutil.copy(ROOT / name, folder / name)
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        options = ["--https-port", str(one.getsockname()[1]), "--http-port", str(other.getsockname()[1])]
    done = subprocess.run(
        ["bash", folder / "deploy/setup.sh", *options], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split("=", 1) for line in (folder / ".env").read_text().splitlines())


@pytest.fixture(scope="module")
def haproxy(stack: Any, told: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """HAProxy with the shipped configuration before the running stack; the file that takes all it says."""
    folder = tmp_path_factory.mktemp("haproxy")
    certificate, said = folder / "certificate.pem", folder / "gateway.log"
    certificate.write_bytes(base64.b64decode(told["TLS_CERTIFICATE"]))
    addresses = {name: httpx.URL(getattr(stack.site, name)) for name in NAMES}
    environment = {
        **{f"{name.upper()}_HOST": told[f"{name.upper()}_HOST"] for name in NAMES},
        **{f"{name.upper()}_ADDRESS": f"{url.host}:{url.port}" for name, url in addresses.items()},
        **{name: told[name] for name in ("HTTPS_PORT", "HTTP_PORT")},
        **{"LISTEN": "127.0.0.1", "RESOLVER": "127.0.0.1:53", "CERTIFICATE_FILE": str(certificate)},
        "PATH": f"{os.environ['PATH']}:/usr/sbin",
    }
    command = ["setpriv", "--pdeathsig", "TERM", "haproxy", "-db", "-f", str(ROOT / "deploy/gateway/haproxy.cfg")]
    with said.open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield said
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def gateway(told: Mapping[str, str]) -> Iterator[Gateway]:
    with Gateway(told) as asked:
        yield asked


def test_a_person_answers_through_the_gateway_and_no_log_tells_of_it(
    stack: Any, http: httpx.Client, ministry: Any, gateway: Gateway, haproxy: Path
) -> None:
    traces = Traces()
    until(lambda: _leads(gateway), "the gateway's first answer")
    assert list(gateway.faults(traces, kept_to_https=False)) == []
    setting = Setting(stack, http, ministry)
    session = setting.session(setting.school(), "teacher")
    [code] = setting.codes(session, "teacher", 1)
    ports = {httpx.URL(getattr(stack.site, name)).port or 0: name for name in NAMES}
    through = Through(gateway, ports)
    with httpx.Client(transport=through, headers=traces.headers(), timeout=30, trust_env=False) as visitor:
        person = Setting(stack, visitor, ministry).respondent(session, "teacher", code)
        assert person.submit(person.response({"A1": 4}, padding=f"padding-{secrets.token_hex(4)}")).status_code == 202
    until(lambda: (setting.counts(session, "teacher") or {"n": 0})["n"] == 1, "the counting of the answer")
    traces.codes([code])
    del traces.needles["a client's name"]  # other tests of this stack say theirs
    logs = [haproxy, *sorted(stack.child("identity").log.parent.glob("*.log"))]
    assert traces_in(traces, logs) == []
    assert haproxy.read_bytes() == b""


def _leads(gateway: Gateway) -> bool:
    try:
        return gateway.ask(gateway.hosts["collector"], "/").status_code == 200
    except httpx.TransportError:
        return False
