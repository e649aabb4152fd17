"""The questionnaire page: a shell that says what is promised, and the built files that make it work."""

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.exceptions import NotFound, ServiceUnavailable

from chassis.web import CSP, transport
from collector import openapi
from collector.forms import Operators, promise
from collector.page import preview
from contracts.questionnaire import CURRENT, LEVELS, bank
from look import locale, paths
from look import page as frame
from look import texts as look_texts
from look.texts import Texts

HERE = Path(__file__).parent
DIST = HERE / "dist"
INDEX = "files.json"
SUPPORTED = ("az", "en")
YEAR = 365 * 24 * 3600
BLOCK = re.compile(r"```hashes\n.*?```", re.DOTALL)
"""Where a document publishes the listing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """What the build made: files by name (empty if the page was not built), entry points by role, and one SHA-256
    (its first 16 bytes in base 32) over all of it, which the promise names."""

    digest: str
    files: Mapping[str, bytes]
    entries: Mapping[str, str]


def load(folder: Path = DIST) -> Built:
    """The built page; without files if it was not built."""
    index = folder / INDEX
    if not index.exists():
        return Built(digest="-", files={}, entries={})
    listed = json.loads(index.read_text(encoding="utf-8"))
    return Built(
        digest=listed["digest"],
        files={name: (folder / name).read_bytes() for name in listed["files"]},
        entries=listed["entries"],
    )


def listing(built: Built) -> str:
    """A line for each file, its SHA-256 and its name, and one for the hash that the promise names."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in sorted(built.files.items())]
    return "\n".join([*lines, f"page: {built.digest}"])


def texts() -> Texts:
    """The words of the page in every language."""
    return look_texts.load(HERE.parent / "texts.yaml")


def security_headers(identity_origin: str) -> dict[str, str]:
    """The policy under which the page runs: its own files, and a connection to identity for the ballot."""
    policy = CSP.replace("connect-src 'self'", f"connect-src 'self' {identity_origin}")
    return {
        **transport(identity_origin),
        "Content-Security-Policy": f"{policy}; worker-src 'self'; manifest-src 'none'",
    }


KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


def register(app: Flask, built: Built, *, operators: Operators, identity_origin: str) -> None:
    """Adds the page, its files and the description of the interface to the app."""
    app.jinja_loader = ChoiceLoader([FileSystemLoader(HERE / "templates"), FileSystemLoader(paths.TEMPLATES)])
    app.jinja_env.globals.update(frame.constants())
    words = texts()
    packed = {name: gzip.compress(content, 9, mtime=0) for name, content in built.files.items()}

    def spoken() -> str:
        return locale.pick_language(request.args.get("lang"), None, request.headers.get("Accept-Language"), SUPPORTED)

    def rendered(template: str, **values: object) -> Response:
        lang = spoken()
        body = render_template(
            template,
            **frame.speaking(words, lang, request.path, list(request.args.items())),
            service_name=words.get("service", lang),
            built=built.entries,
            **values,
        )
        answer = Response(body, mimetype="text/html")
        answer.headers["Cache-Control"] = "no-cache"
        answer.headers["Vary"] = "Accept-Language"
        return answer

    @app.get("/")
    def shell() -> Response:
        if not built.files:
            raise ServiceUnavailable("The page is not built.")
        said = promise(None, operators, built.digest, child=False, t=words.bind(spoken()))
        every = {code: words.bind(code) for code in SUPPORTED}
        return rendered("shell.html", promise=said, every=every, identity_origin=identity_origin)

    @app.get("/docs")
    def described() -> Response:
        example = json.dumps(openapi.EXAMPLE, indent=2, ensure_ascii=False)
        return rendered("docs.html", operations=openapi.operations(), example=example)

    @app.get("/preview")
    def previewed() -> Response:
        # All groups of a level on one page: no address tells which group somebody belongs to.
        lang, asked, level = spoken(), bank(CURRENT), request.args.get("level")
        if level not in (None, *LEVELS):
            raise NotFound
        return rendered(
            "preview.html",
            levels=preview.levels(asked, lang),
            level=level,
            chosen=asked.level_name(level, lang) if level else None,
            forms=preview.previews(asked, level, lang) if level else [],
            scale=[*asked.scale("agree", lang), *asked.special(lang).values()],
        )

    @app.get("/page/<name>")
    def built_file(name: str) -> Response:
        if name not in built.files:
            raise NotFound
        return _file(name, built.files[name], packed[name], YEAR)

    @app.get("/worker.js")
    def worker() -> Response:
        name = built.entries.get("worker", "")
        if name not in built.files:
            raise NotFound
        return _file(name, built.files[name], packed[name], 0)

    @app.get("/openapi.json")
    def description() -> Response:
        return Response(json.dumps(openapi.document()), mimetype="application/json")


def _file(name: str, plain: bytes, packed: bytes, seconds: int) -> Response:
    small = request.accept_encodings["gzip"] > 0
    answer = Response(packed if small else plain, content_type=KINDS.get(Path(name).suffix, "application/octet-stream"))
    if small:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = f"public, max-age={seconds}, immutable" if seconds else "no-cache"
    answer.add_etag(weak=True)
    answer.make_conditional(request)
    return answer
