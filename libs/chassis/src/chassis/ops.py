"""What operators and Kubernetes ask of a process: is it alive, is it ready, what are its figures."""

import json
import os
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Gauge,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)

Check = Callable[[], str | None]
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no types here; it would date first acts
FAILING = Gauge(
    "service_check_failing",
    "1 while a check of this process fails (what /readyz names): unready without it (ready), or only told (notice).",
    ["check", "kind"],
    multiprocess_mode="mostrecent",
)


class Health:
    """Named checks. A `ready` check that returns a sentence makes the process unready; a `notice` only degrades it.

    `beat()` is called by the main loop; `alive()` is false once the loop has not turned for `silence` seconds.
    """

    def __init__(
        self, silence: float = 60.0, monotonic: Callable[[], float] = time.monotonic, patience: float = 0.5
    ) -> None:
        """`patience`: how many seconds `show` waits for checks that are slow to answer."""
        self._monotonic = monotonic
        self._silence = silence
        self.patience = patience
        self._asking = threading.Lock()
        self._asked: threading.Thread | None = None
        self._beaten: float | None = None
        self.ready_checks: dict[str, Check] = {}
        self.notice_checks: dict[str, Check] = {}

    def ready(self, name: str, check: Check) -> None:
        """Adds a check that must hold for readiness."""
        self.ready_checks[name] = check

    def notice(self, name: str, check: Check) -> None:
        """Adds a check whose failure is only told."""
        self.notice_checks[name] = check

    def beat(self) -> None:
        """The loop turned."""
        self._beaten = self._monotonic()

    def alive(self) -> bool:
        """True while the loop turns, or if there is none."""
        return self._beaten is None or self._monotonic() - self._beaten < self._silence

    def report(self) -> tuple[bool, dict[str, dict[str, str]]]:
        """(ready?, {"problems": {name: sentence}, "degraded": {name: sentence}})."""
        problems = {name: said for name, check in self.ready_checks.items() if (said := check())}
        degraded = {name: said for name, check in self.notice_checks.items() if (said := check())}
        return not problems, {"problems": problems, "degraded": degraded}

    def show(self) -> None:
        """Asks every check and sets its figure. A check that waits for a part that is away does not hold up the other
        figures of the process: its last answer stands until the one to this question comes."""
        with self._asking:
            if self._asked is None or not self._asked.is_alive():
                self._asked = threading.Thread(target=self._ask, name="checks", daemon=True)
                self._asked.start()
            asked = self._asked
        asked.join(self.patience)

    def _ask(self) -> None:
        for kind, checks in (("ready", self.ready_checks), ("notice", self.notice_checks)):
            for name, check in checks.items():
                FAILING.labels(name, kind).set(1 if check() else 0)


def metrics_text() -> bytes:
    """All figures of this process, or of all its siblings where PROMETHEUS_MULTIPROC_DIR is shared by them."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # prometheus_client itself reads this variable
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types here
        return generate_latest(registry)
    return generate_latest(REGISTRY)


def answer(path: str, health: Health) -> tuple[int, str, bytes]:
    """(status, content type, body) for /livez, /readyz and /metrics; 404 for anything else."""
    if path == "/livez":
        return (
            (200, "text/plain; charset=utf-8", b"alive\n")
            if health.alive()
            else (503, "text/plain; charset=utf-8", b"the loop stands still\n")
        )
    if path == "/readyz":
        ready, report = health.report()
        return 200 if ready else 503, "application/json", json.dumps(report).encode()
    if path == "/metrics":
        health.show()
        return 200, CONTENT_TYPE_LATEST, metrics_text()
    return 404, "text/plain; charset=utf-8", b"not here\n"


def serve(host: str, port: int, health: Health) -> ThreadingHTTPServer:
    """Answers the three paths on a thread of its own, for processes without a web server; `.shutdown()` ends it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = answer(self.path, health)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            try:
                self.end_headers()
                self.wfile.write(body)
            except ConnectionError:  # a prober that gave up; the server would write a trace with its address
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """No access log."""

    server = ThreadingHTTPServer((host, port), Handler)
    threading.Thread(target=server.serve_forever, name="ops", daemon=True).start()
    return server
