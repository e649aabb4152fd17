"""The gateway's configuration: HAProxy takes it, it keeps no log, and it is told what it needs."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "deploy/gateway/haproxy.cfg"
LINES = [line.strip() for line in FILE.read_text().splitlines() if line.strip() and not line.strip().startswith("#")]


def test_it_keeps_no_log_of_any_kind() -> None:
    words = ("log", "log-format", "log-tag", "error-log-format", "log-send-hostname", "capture", "unique-id-format")
    assert [] == [line for line in LINES if line.split()[0] in words or re.search(r"option \w*log|\bcapture\b", line)]
    assert "http-request del-header X-Forwarded- -m beg" in LINES
    assert not re.search(r"forwardfor|set-header|add-header|%\[?src|%ci", "\n".join(LINES))


def test_it_is_told_every_variable_that_it_reads_and_no_other() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    told = compose["services"]["gateway"]["environment"].keys() - {"TLS_CERTIFICATE"}
    assert set(re.findall(r"\$\{(\w+)\}", FILE.read_text())) == told
    assert "TLS_CERTIFICATE" in compose["services"]["gateway"]["entrypoint"][2]


def test_haproxy_takes_it(tmp_path: Path) -> None:
    certificate = tmp_path / "certificate.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=x -keyout - -out -"
    certificate.write_bytes(subprocess.run(["openssl", *made.split()], capture_output=True, check=True).stdout)
    environment = {
        **{f"{name}_HOST": f"{name.lower()}.example" for name in ("IDENTITY", "COLLECTOR", "REPORTER")},
        **{
            f"{name}_ADDRESS": f"127.0.0.1:{port}"
            for name, port in (("IDENTITY", 1), ("COLLECTOR", 2), ("REPORTER", 3))
        },
        **{"LISTEN": "127.0.0.1", "HTTP_PORT": "8080", "HTTPS_PORT": "8443", "RESOLVER": "127.0.0.1:53"},
        **{"CERTIFICATE_FILE": str(certificate), "PATH": os.environ["PATH"]},
    }
    haproxy = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
    if haproxy is None:
        pytest.fail("haproxy is missing: run deploy/local/bootstrap.sh deployment")
    done = subprocess.run([haproxy, "-c", "-f", FILE], capture_output=True, text=True, check=False, env=environment)
    assert (0, "") == (done.returncode, done.stderr.replace("Configuration file is valid\n", ""))
