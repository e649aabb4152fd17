"""A Flask app as every service has it: problem+json, size limit, security headers, request figures, ops paths."""

import logging
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, json, request, send_from_directory
from flask.json.provider import DefaultJSONProvider
from prometheus_client import Counter, Gauge, Histogram
from werkzeug.exceptions import HTTPException

from chassis import logs, ops
from chassis.company import Company
from chassis.errors import Unavailable

REQUESTS = Counter(
    "http_requests_total",
    "Requests answered, by route, method and status; answers below 400 ten at a time.",
    ["route", "method", "status"],
)
SECONDS = Histogram(
    "http_request_seconds", "Time to answer a request; answers below 400 ten at a time.", ["route", "method"]
)
RUNNING = Gauge(
    "http_requests_running", "Requests that are being answered, but for probes.", multiprocess_mode="livesum"
)
THREADS = Gauge("http_threads", "Requests that can be answered at the same time.", multiprocess_mode="livesum")
OPERATION = ("/livez", "/readyz", "/metrics")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"  # noqa: E501  # one header line
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}


def transport(origin: str) -> dict[str, str]:
    """The header that keeps browsers on https, for a service whose public `origin` is https; plain http may not
    carry it."""
    return {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"} if origin.startswith("https://") else {}


def problem(
    status: int, reason: str, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
) -> Response:
    """An application/problem+json answer; `reason` is the code that metric labels and logs carry too."""
    body = {"type": f"urn:guzgu:problem:{reason}", "title": reason, "status": status, "detail": detail, **members}
    answer = Response(json.dumps(body), status, mimetype="application/problem+json")
    answer.headers.extend(dict(headers or {}))
    return answer


def unavailable(reason: str, retry_after: int = 2) -> Response:
    """503 with Retry-After in seconds: nothing was spent, the same request may be sent again."""
    return problem(
        503,
        reason,
        "Not possible at this moment; send the same request again.",
        headers={"Retry-After": str(retry_after)},
    )


class StrictJson(DefaultJSONProvider):
    """JSON as a database and a codec can take it: what nests too deep, is no number, or is half a character is no
    JSON (ValueError), rather than a mistake of ours further in."""

    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            value = super().loads(s, parse_constant=_no_number, **kwargs)
            super().dumps(value, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        return value


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def create_app(
    import_name: str,
    *,
    health: ops.Health,
    max_bytes: int,
    headers: Mapping[str, str] | None = None,
    template_folder: Path | None = None,
    threads: int = 64,
) -> Flask:
    """A Flask app; `headers` replaces or adds to the security headers, `max_bytes` bounds a request's body, `threads`
    is how many requests its server answers at a time."""
    app = Flask(import_name, static_folder=None, template_folder=str(template_folder) if template_folder else None)
    app.config["MAX_CONTENT_LENGTH"] = max_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = max_bytes
    app.json = StrictJson(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    fixed = {**HEADERS, **(headers or {})}
    THREADS.set(threads)

    @app.before_request
    def _start() -> None:
        g.started = time.perf_counter()
        # Only what goes wrong is logged, so on a page that works it stands nowhere.
        logs.request_id.set(secrets.token_hex(8))
        if request.path not in OPERATION:
            g.running = True
            RUNNING.inc()

    @app.teardown_request
    def _end(error: BaseException | None) -> None:
        logs.request_id.set(None)
        if g.pop("running", False):
            RUNNING.dec()

    @app.after_request
    def _finish(response: Response) -> Response:
        present = {name.lower() for name, _ in response.headers}
        response.headers.extend([pair for pair in fixed.items() if pair[0].lower() not in present])
        route = request.url_rule.rule if request.url_rule else "unmatched"
        method = request.method if request.method in METHODS else "other"
        took = time.perf_counter() - g.get("started", time.perf_counter())
        tell = partial(_tell, route, method, response.status[:3], took)
        if route in OPERATION or response.status_code >= 400:
            tell()
        else:
            _company(route, method, response.status[:3]).tell(tell)
        return response

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if error.response is not None:
            return error.response  # type: ignore[return-value]  # redirects and ready answers pass as they are
        reason = (error.name or "error").lower().replace(" ", "-")
        kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
        return problem(error.code or 500, reason, error.description or "", headers=kept)

    @app.errorhandler(Unavailable)
    def _away(error: Unavailable) -> Response:
        return unavailable(error.reason, error.retry_after)

    @app.errorhandler(Exception)
    def _unforeseen(error: Exception) -> Response:
        route = request.url_rule.rule if request.url_rule else "unmatched"
        logging.getLogger("guzgu").exception("unforeseen error", extra={"fields": {"route": route}})
        return problem(500, "internal-error", "This is our mistake; it has been logged.", request=logs.request_id.get())

    for path in OPERATION:
        app.add_url_rule(path, path, _ops_view(path, health))
    return app


@cache
def _company(route: str, method: str, status: str) -> Company:
    return Company()


def _tell(route: str, method: str, status: str, took: float) -> None:
    # Only now: that a series appears is a figure too.
    REQUESTS.labels(route, method, status).inc()
    SECONDS.labels(route, method).observe(took)


def _ops_view(path: str, health: ops.Health) -> Callable[[], Response]:
    def view() -> Response:
        status, kind, body = ops.answer(path, health)
        return Response(body, status, content_type=kind)

    return view


def serve_static(app: Flask, url: str, folder: Path, seconds: int = 3600) -> None:
    """Serves the files of `folder` below `url` (`/static/look`), with an ETag and `seconds` of caching."""

    def view(name: str) -> Response:
        return send_from_directory(folder, name, max_age=seconds)

    app.add_url_rule(f"{url}/<path:name>", f"static:{url}", view)


def gunicorn_command(target: str, host: str, port: int, processes: int, threads: int = 64) -> list[str]:
    """The command line that serves `module:factory()`: gthread workers, no access log, clients built after the fork."""
    return [
        *(sys.executable, "-m", "gunicorn", "--bind", f"{host}:{port}", "--workers", str(processes)),
        *("--worker-class", "gthread", "--threads", str(threads), "--timeout", "60", "--graceful-timeout", "20"),
        # Warnings of gunicorn name client addresses, which no log of ours may hold.
        *("--keep-alive", "15", "--backlog", "2048", "--log-level", "error", "--error-logfile", "-"),
        *("--logger-class", "chassis.weblogs.JsonLogger", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"),  # noqa: S108  # gunicorn's heartbeat file, in memory
        f"{target}()",
    ]
