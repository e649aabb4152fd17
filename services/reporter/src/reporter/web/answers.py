"""How this service answers: ready bytes with an ETag, the choice of language and kind, and who is asking."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from flask import Response, request

from chassis.web import problem
from look import locale
from reporter import metrics
from reporter.pages.rendering import TEXTS, Pages
from reporter.readers import form_token, signon
from reporter.readers.access import Viewer
from reporter.web.shelf import Shelf

COOKIE: Final = "guzgu-reporter"
PRIVATE: Final = "private, no-cache"
PUBLIC: Final = "no-cache"
Kind = Literal["html", "json", "csv", "xlsx", "pdf", "text", "bytes"]
TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "text": "text/plain; charset=utf-8",
    "bytes": "application/octet-stream",
}
PACKED: Final = ("xlsx", "pdf", "bytes")
FILES: Final = (".json", ".csv", ".xlsx", ".pdf")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sessions:
    """The reporter's own sessions: `secure` decides the cookie's name and flags (plain http only on loopback); what was
    made under the key `before` the last change is still taken."""

    key: bytes
    secure: bool
    clock: Callable[[], datetime]
    before: bytes | None = None

    @property
    def cookie(self) -> str:
        """The cookie's name; the prefix binds it to this host and https."""
        return f"__Host-{COOKIE}" if self.secure else COOKIE

    def viewer(self) -> Viewer | None:
        """Who is asking: by bearer token, else by cookie; None for nobody."""
        sealed = self.sealed()
        opened = (signon.open_session(sealed, key, self.clock()) for key in self._keys()) if sealed else ()
        return next(filter(None, opened), None)

    def sealed(self) -> str | None:
        """The session that a request carries, whether it is one of ours or not; None without any."""
        token = _bearer()
        return (request.cookies.get(self.cookie, "") if token is None else token) or None

    def form_token(self) -> str:
        """What a form of this session carries, so that no other site can send one."""
        return form_token.form_token(self.key, request.cookies.get(self.cookie, ""))

    def form_holds(self, token: str) -> bool:
        """Whether a change may be made: a form's token is this session's, or the client came with a bearer token, which
        no other site can make a browser send."""
        if _bearer() is not None:
            return True
        return any(form_token.holds(key, request.cookies.get(self.cookie, ""), token) for key in self._keys())

    def _keys(self) -> tuple[bytes, ...]:
        return (self.key,) if self.before is None else (self.key, self.before)

    def give(self, answer: Response, sealed: str) -> Response:
        """Sets the session's cookie."""
        age = int(signon.SESSION.total_seconds())
        answer.set_cookie(self.cookie, sealed, max_age=age, path="/", secure=self.secure, httponly=True, samesite="Lax")
        return answer

    def take(self, answer: Response) -> Response:
        """Deletes the session's cookie."""
        answer.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="Lax")
        return answer


def _bearer() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def language() -> str:
    """The language that this request is answered in."""
    asked, kept = request.args.get("lang"), request.cookies.get("lang")
    return locale.pick_language(asked, kept, request.headers.get("Accept-Language"))


def wants_json() -> bool:
    """Whether the client prefers JSON to a page."""
    accepted = request.accept_mimetypes
    return bool(accepted) and accepted["application/json"] > accepted["text/html"]


def query() -> list[tuple[str, str]]:
    """The request's query, for links that keep it."""
    return [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]


def ready(
    shelf: Shelf, page: str, tag: str, kind: Kind, build: Callable[[], bytes], caching: str = PRIVATE
) -> Response:
    """304 if the client has these bytes already, else the bytes from the shelf or built now."""
    quoted = f'"{tag}"'
    if request.if_none_match.contains(tag):
        metrics.PAGES.labels(page, "not-modified").inc()
        answer = Response(status=304)
    else:
        with_time = metrics.BUILD_SECONDS.labels(page).time()

        def timed() -> bytes:
            with with_time:
                return build()

        found, built = shelf.get(tag, timed, kind in PACKED)
        metrics.PAGES.labels(page, "built" if built else "ready").inc()
        small = found.zipped if request.accept_encodings["gzip"] > 0 else None
        answer = Response(found.body if small is None else small, content_type=TYPES[kind])
        if small is not None:
            answer.headers["Content-Encoding"] = "gzip"
    answer.headers["ETag"] = quoted
    answer.headers["Cache-Control"] = caching
    answer.headers["Vary"] = "Accept, Accept-Encoding, Accept-Language, Authorization, Cookie"
    return answer


def message(pages: Pages, status: int, key: str, viewer: Viewer | None, reason: str) -> Response:
    """A plain page for people, problem+json for programs: `error.<key>` says what to do next."""
    t = TEXTS.bind(language())
    if wants_json() or request.path.endswith(FILES):
        return problem(status, reason, t(f"error.{key}"), headers={"Cache-Control": "no-store"})
    names: dict[str, Any] = {"title": t(f"error.{key}_title"), "text": t(f"error.{key}")}
    body = pages.render("message.html", language(), (request.path, ()), viewer, **names)
    return Response(body, status, content_type=TYPES["html"], headers={"Cache-Control": "no-store"})
