"""Builds the reporter from its settings, top to bottom."""

import atexit
import hashlib
import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from flask import Flask, Response, request

from chassis import logs, mongo, ops
from chassis.settings import clock, load
from chassis.web import create_app, gunicorn_command, serve_static, transport
from look import paths
from reporter import metrics
from reporter.drawn import drawing, vendor
from reporter.files.printing import Printer
from reporter.pages.rendering import HERE, Pages
from reporter.readers import signature, signon
from reporter.settings import Settings, contradictions, key_bytes
from reporter.store import Store
from reporter.web import api
from reporter.web.answers import Sessions
from reporter.web.door import Desk
from reporter.web.editions import Recently
from reporter.web.shelf import Shelf

SERVICE = "reporter"
MAX_BYTES = 65_536
YEAR = 31_536_000
PRINTS_KEPT = 64
PRINTS_WAITING = 4
DATA_KEPT = 96
DATA_WAITING = 16


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings; raises SettingsError that names every mistake."""
    return load(Settings, environ, lambda found: list(contradictions(found)))


def web_command(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The command line that serves the reporter with these settings."""
    found = settings(environ)
    return gunicorn_command("reporter.main:web", found.host, found.port, found.web_processes, found.web_threads)


def web() -> Flask:
    """What gunicorn calls in each worker process, after the fork."""
    found = settings()
    logs.configure(SERVICE, found.log_level)
    stack = ExitStack()
    atexit.register(stack.close)
    return build(found, stack)


def build(found: Settings, stack: ExitStack) -> Flask:
    """The whole service as one Flask app; `stack` closes what was opened."""
    health = ops.Health()
    now = clock(found.clock_offset_seconds)
    client = mongo.connect(found.mongo_uri.reveal(), app=SERVICE, pool=50)
    stack.callback(client.close)
    store = Store(client, found.statistics_database, found.reporting_database, found.query_milliseconds)
    script = vendor.chart_script(found.vendor_folder or HERE / "static" / "vendor")
    printer = Printer()
    stack.callback(printer.close)
    drawing.register_fonts()
    drawing.trust_definitions()
    read = (
        signon.from_file(found.identity_jwks_file)
        if found.identity_jwks_file
        else signon.from_address(found.identity_jwks_url or "")
    )
    app = create_app(
        SERVICE,
        health=health,
        max_bytes=MAX_BYTES,
        headers=transport(found.reporter_origin),
        threads=found.web_threads,
    )
    serve_static(app, "/static/look", paths.STATIC)
    serve_static(app, "/static/reporter", HERE / "static")
    _serve_script(app, script)
    api.register(
        app,
        Desk(
            store=store,
            pages=Pages(found.timezone, found.identity_origin, script.name),
            shelf=Shelf(),
            prints=Shelf(room=PRINTS_KEPT, builders=1, places=PRINTS_WAITING),
            data=Shelf(room=DATA_KEPT, builders=1, places=DATA_WAITING),
            editions=Recently(),
            signature=signature.signature(key_bytes(found.open_data_signing_key), found.open_data_keys_retired),
            printer=printer,
            sessions=Sessions(
                key=key_bytes(found.cookie_key),
                before=None if found.cookie_key_previous is None else key_bytes(found.cookie_key_previous),
                secure=found.reporter_origin.startswith("https://"),
                clock=now,
            ),
            keys=signon.Keys(read, lambda outcome: metrics.KEYS.labels(outcome).inc()),
            clock=now,
            build=_fingerprint(),
            origin=found.reporter_origin,
        ),
    )
    health.ready("database", lambda: mongo.ping(client))
    return app


def _serve_script(app: Flask, script: Path) -> None:
    """The chart script under a name that changes with its content, so it is fetched once."""
    plain, zipped = script.read_bytes(), script.with_name(script.name + ".gz").read_bytes()

    def view() -> Response:
        small = request.accept_encodings["gzip"] > 0
        answer = Response(zipped if small else plain, mimetype="text/javascript")
        answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        answer.headers["Vary"] = "Accept-Encoding"
        if small:
            answer.headers["Content-Encoding"] = "gzip"
        return answer

    app.add_url_rule(f"/static/vendor/{script.name}", "chart_script", view)


def _fingerprint() -> str:
    """Changes whenever the program, a text or the look does."""
    digest = hashlib.sha256(paths.fingerprint().encode())
    for file in sorted(HERE.rglob("*")):
        if file.suffix in (".py", ".html", ".yaml", ".css", ".js"):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
