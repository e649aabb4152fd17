"""`make bench-report`: pages and files of the reporter at 4,400 schools, beside the same Flask without work, in turn.

Ready pages (200) and unchanged ones (304) are read by 40 connections as fast as they come; then pages that nobody has
opened yet are asked for one after the other, and how long each took to be put together is printed.
"""

import base64
import json
import os
import platform
import secrets
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask, Response
from pymongo import MongoClient

from chassis.web import gunicorn_command
from support import reporter_world, whole_country
from support.collecting import free_port
from support.country_world import CAMPAIGN
from support.parts import GUARD, running_pair

SCHOOLS = int(os.environ.get("BENCH_SCHOOLS", "4400"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
CONNECTIONS = 40
COLD = int(os.environ.get("BENCH_COLD", "60"))
LIMIT = "Flask with no work"
READERS = 10
SCRIPT = """
local readers, at = {}, 0
for line in io.lines(os.getenv("READERS")) do readers[#readers + 1] = line end
request = function()
  at = at % #readers + 1
  if readers[at] ~= "-" then wrk.headers["Authorization"] = readers[at] end
  return wrk.format()
end
done = function(summary, latency, requests)
  local wrong = summary.errors.status + summary.errors.read + summary.errors.timeout
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, wrong,
    latency:percentile(50), latency:percentile(95)))
end
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A page as it is asked for: its name, path, and the tokens of its readers, who take turns ("-" for anybody)."""

    name: str
    path: str
    readers: Sequence[str]


def bare() -> Flask:
    """The limit: the same Flask under the same gunicorn, without any work. What gunicorn calls in its worker."""
    app = Flask("bare")
    app.add_url_rule("/", "show", lambda: Response(b"x" * 8192, mimetype="text/html"))
    return app


def main() -> int:
    """Prints the tables; 1 if an answer was refused."""
    if shutil.which("wrk") is None:
        sys.exit("bench-report needs the command wrk: install Debian's package of that name")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-report-")))
        _, database = stack.enter_context(running_pair(folder))
        name = f"bench_{secrets.token_hex(4)}"
        client = stack.enter_context(MongoClient[dict[str, Any]](database.admin_uri))
        stack.callback(client.drop_database, f"{name}_s")
        stack.callback(client.drop_database, f"{name}_r")
        began = time.monotonic()
        sessions, people = whole_country.fill(client[f"{name}_s"], SCHOOLS)
        print(
            f"{SCHOOLS} schools, {len(sessions)} sessions, {people} people, seeded in {time.monotonic() - began:.0f} s"
        )
        signer = reporter_world.Signer(key=Ed25519PrivateKey.generate())
        (folder / "jwks.json").write_bytes(signer.jwks())
        bare = stack.enter_context(_serving("support.report_bench:bare", {}))
        environment = {
            "MONGO_URI": database.admin_uri,
            "COOKIE_KEY": _key(),
            "OPEN_DATA_SIGNING_KEY": _key(),
            "IDENTITY_ORIGIN": "http://127.0.0.1:8001",
            "REPORTER_ORIGIN": "http://127.0.0.1:8003",
            "IDENTITY_JWKS_FILE": str(folder / "jwks.json"),
            "STATISTICS_DATABASE": f"{name}_s",
            "REPORTING_DATABASE": f"{name}_r",
            "VENDOR_FOLDER": str(folder / "vendor"),
            "HOST": "127.0.0.1",
        }
        reporter = stack.enter_context(_serving("reporter.main:web", environment))
        print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
        refused = _ready(folder, bare, reporter, signer, sessions)
        _cold(reporter[0], signer, sessions)
        return 1 if refused else 0


def _ready(folder: Path, bare: tuple[str, int], reporter: tuple[str, int], signer: Any, sessions: Any) -> int:
    school = sessions[0].school
    anybody = ("-",)
    officers = [_token(reporter[0], signer, role="officer", school=None) for _ in range(READERS)]
    coordinators = [_token(reporter[0], signer, school=school) for _ in range(READERS)]
    pages = [
        Asked(name="public page", path="/?lang=az", readers=anybody),
        Asked(name="the nation at a glance, ministry", path="/national?lang=az", readers=officers),
        Asked(
            name="school report",
            path=f"/v1/schools/{school}/sessions/{sessions[0].session}/report?lang=az",
            readers=coordinators,
        ),
        Asked(name="national figures, CSV", path="/v1/national.csv", readers=anybody),
        Asked(name="open data, figures.csv", path=f"/open-data/{CAMPAIGN}/1/figures.csv", readers=anybody),
        Asked(name="rows of answers, ministry", path=f"/v1/editions/{CAMPAIGN}/1/answers", readers=officers),
    ]
    contenders: list[tuple[str, str, Sequence[str], Mapping[str, str]]] = [(LIMIT, f"{bare[0]}/", anybody, {})]
    for page in pages:
        packed = {"Accept-Encoding": "gzip"}
        body, tag, took = _get(reporter[0] + page.path, packed | _bearer(page.readers[0]))
        print(f"{page.name}: {len(body)} bytes on the wire, first asked for {1000 * took:.0f} ms")
        contenders.append((f"{page.name}, ready", reporter[0] + page.path, page.readers, packed))
        unchanged = {**packed, "If-None-Match": tag}
        contenders.append((f"{page.name}, unchanged", reporter[0] + page.path, page.readers, unchanged))
    return _in_turn(contenders, folder)


def _in_turn(contenders: Sequence[tuple[str, str, Sequence[str], Mapping[str, str]]], folder: Path) -> int:
    """Every one once a round, so that a slow minute of the machine falls on all of them; how many were refused."""
    rates: dict[str, list[float]] = {name: [] for name, *_ in contenders}
    late: dict[str, list[float]] = {name: [] for name in rates}
    refused = 0
    for _ in range(ROUNDS):
        for name, address, readers, headers in contenders:
            answers, seconds, wrong, _, slow = _load(address, readers, headers, folder)
            rates[name].append((answers - wrong) / seconds)
            late[name].append(slow)
            refused += wrong
    print("| what | a second (median) | p95, 40 connections | ratio |")
    print("|---|---|---|---|")
    for name, found in rates.items():
        ratio = statistics.median(mine / limit for mine, limit in zip(found, rates[LIMIT], strict=True))
        middle = statistics.median(late[name])
        print(f"| {name} | {statistics.median(found):,.0f} | {middle:.0f} ms | {ratio:.2f} |")
    print(f"refused or broken: {refused}; load of the machine afterwards: {os.getloadavg()[0]:.1f}")
    return refused


def _cold(origin: str, signer: Any, sessions: Any) -> None:
    """How long pages take that nobody has opened yet, one after the other."""
    took = []
    for one in sessions[1 : COLD + 1]:
        token = _token(origin, signer, school=one.school)
        took.append(_get(f"{origin}/v1/schools/{one.school}/sessions/{one.session}/report?lang=az", _bearer(token))[2])
    print(_spread("school report, put together", took))
    officer = _token(origin, signer, role="officer", school=None)
    for place in ("/?lang=en", "/national?lang=en"):
        levels = ("all", "primary", "lower-secondary", "upper-secondary")
        print(_spread(place, [_get(f"{origin}{place}&level={level}", _bearer(officer))[2] for level in levels]))


def _spread(name: str, took: list[float]) -> str:
    late = sorted(took)[min(len(took) - 1, int(0.95 * len(took)))]
    return f"{name}: p50 {1000 * statistics.median(took):.0f} ms, p95 {1000 * late:.0f} ms of {len(took)}"


def _bearer(token: str) -> dict[str, str]:
    return {} if token == "-" else {"Authorization": token}


def _load(
    address: str, readers: Sequence[str], headers: Mapping[str, str], folder: Path
) -> tuple[int, float, int, float, float]:
    """(answers, seconds, refused or broken, p50 ms, p95 ms)."""
    script = folder / "report.lua"
    script.write_text(SCRIPT)
    (folder / "readers").write_text("\n".join(readers) + "\n")
    heads = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{SECONDS}s",
        "--timeout",
        "12s",
        *heads,
        "-s",
        str(script),
        address,
    ]
    environment = {"READERS": str(folder / "readers"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    [line] = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    answers, duration, wrong, middle, late = map(int, line.split()[1:])
    return answers, duration / 1e6, wrong, middle / 1000, late / 1000


def _get(address: str, headers: Mapping[str, str]) -> tuple[bytes, str, float]:
    began = time.monotonic()
    with urllib.request.urlopen(urllib.request.Request(address, headers=dict(headers))) as answer:
        return answer.read(), answer.headers.get("ETag", ""), time.monotonic() - began


def _token(origin: str, signer: Any, **claims: Any) -> str:
    grant = signer.grant(reporter_world.now(), **claims)
    asked = urllib.request.Request(f"{origin}/signon", f"grant={grant}".encode(), {"Accept": "application/json"})
    with urllib.request.urlopen(asked) as answer:
        return f"Bearer {json.load(answer)['token']}"


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


@contextmanager
def _serving(target: str, environment: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """(origin, process id) of an app under the product's own gunicorn settings, one process."""
    port = free_port()
    whole = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **environment, "PORT": str(port)}
    process = subprocess.Popen([*GUARD, *gunicorn_command(target, "127.0.0.1", port, 1)], env=whole)
    origin, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 120
    try:
        while True:
            try:
                urllib.request.urlopen(f"{origin}/").close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield origin, process.pid
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    sys.exit(main())
