"""The operator's start page: what was accepted, folded and released, and where everybody finds their page."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.serving import WSGIRequestHandler, make_server

from chassis.ops import Health
from chassis.web import create_app, serve_static
from look import locale, page, paths, texts
from stack.figures import Figures
from stack.ports import LOOPBACK

HERE = Path(__file__).parent
REFRESH_SECONDS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """One address for one role: `role` is a key of the texts; `user` and `password` where one signs in, `code` gives
    the one-time code of this half minute."""

    role: str
    address: str
    user: str = ""
    password: str = field(default="", repr=False)
    code: Callable[[], str] | None = None


class Board:
    """What the page shows; the demo fills it while it goes on."""

    def __init__(self, read: Callable[[], Figures]) -> None:
        self.read = read
        self.doors: Sequence[Door] = ()


def start_page(board: Board) -> Flask:
    """The page as an app of its own; every demo password on it is made at start and ends with the demo."""
    app = create_app(__name__, health=Health(), max_bytes=1024, template_folder=HERE / "templates")
    own = app.jinja_loader
    app.jinja_loader = ChoiceLoader([*([own] if own else []), FileSystemLoader(paths.TEMPLATES)])
    app.jinja_env.globals.update(page.constants())
    serve_static(app, "/static/look", paths.STATIC)
    words = texts.load(HERE / "texts.yaml")

    @app.get("/")
    def start() -> Response:
        lang = locale.pick_language(request.args.get("lang"), None, request.headers.get("Accept-Language"))
        spoken = page.speaking(words, lang, path="/", query=[])
        body = render_template("start.html", figures=board.read(), doors=board.doors, **spoken)
        return Response(body, headers={"Refresh": str(REFRESH_SECONDS), "Cache-Control": "no-store"})

    return app


@contextmanager
def served(app: Flask, port: int) -> Iterator[str]:
    """Serves the app on loopback from a thread of this process; its address."""

    class Quiet(WSGIRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """No access log."""

    server = make_server(LOOPBACK, port, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, name="start page", daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
