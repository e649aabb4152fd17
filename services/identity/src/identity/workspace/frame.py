"""What every page of the workspaces shares: who is signed in, form tokens, language, rendering, refusals."""

import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException

from chassis.errors import Unavailable
from chassis.web import problem
from identity.current import the_desk
from identity.desk import accounts, tokens
from identity.reasons import Refused
from identity.registry import whole_number
from identity.staff import Person
from look import page
from look.locale import pick_language
from look.texts import Texts

F = TypeVar("F", bound=Callable[..., Any])
Page = Response | str
LANGUAGES = ("az", "en")
_YEAR = 365 * 24 * 3600
blueprint = Blueprint("workspace", __name__)


class Frame:
    """The words of all pages."""

    def __init__(self, words: Texts) -> None:
        self.words = words


def frame() -> Frame:
    """The app's frame."""
    return cast(Frame, current_app.extensions["identity.frame"])


def lang() -> str:
    """The language of this page: asked for in the address, else remembered, else the browser's."""
    return pick_language(request.args.get("lang"), request.cookies.get("lang"), request.headers.get("Accept-Language"))


def t(key: str, **values: object) -> str:
    """A text in the page's language."""
    return frame().words.get(key, lang(), **values)


def reason(refusal: Refused) -> str:
    """A refusal in words."""
    words = t(f"reason.{refusal.reason}")
    return " ".join((words, t("wait", count=refusal.retry_after))) if refusal.retry_after else words


def cookie_name() -> str:
    """`__Host-` wherever browsers take it, which is everywhere but plain http."""
    return "__Host-guzgu-identity" if _secure() else "guzgu-identity"


def _secure() -> bool:
    return the_desk().settings.identity_origin.startswith("https://")


@blueprint.before_request
def _who_is_it() -> None:
    desk = the_desk()
    claims = tokens.read(desk, "cookie", request.cookies.get(cookie_name(), ""))
    g.cookie = None
    if claims is None:
        g.cookie = tokens.issue(desk, "cookie", "", tokens.COOKIE_SECONDS)
        claims = tokens.read(desk, "cookie", g.cookie) or {}
    g.jti = claims["jti"]
    g.person = accounts.current(desk, claims["sub"], claims["iat"], claims["jti"]) if claims["sub"] else None
    if request.method == "POST":
        sent = request.form.get("csrf_token", "").encode()
        if not hmac.compare_digest(sent, tokens.form_token(desk, g.jti).encode()):
            raise Refused("wrong-form-token")


@blueprint.after_request
def _keep(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    if g.get("cookie"):
        set_cookie(response, g.cookie)
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        response.set_cookie("lang", asked, max_age=_YEAR, secure=_secure(), httponly=True, samesite="Lax")
    return response


def set_cookie(response: Response, token: str) -> None:
    """Remembers the browser; the token says whose it is."""
    response.set_cookie(
        cookie_name(), token, max_age=tokens.COOKIE_SECONDS, secure=_secure(), httponly=True, samesite="Lax", path="/"
    )


def signed_in(response: Response, user: str) -> Response:
    """The response, with a fresh cookie for this user ("" for nobody)."""
    g.cookie = None
    set_cookie(response, tokens.issue(the_desk(), "cookie", user, tokens.COOKIE_SECONDS))
    return response


def go(path: str) -> Response:
    """On to another page, after a form was taken."""
    return cast(Response, redirect(path, 303))


def me() -> Person:
    """Who is signed in; only in views that need somebody."""
    return cast(Person, g.person)


def needs(right: str) -> Callable[[F], F]:
    """A view for those with this right; others are sent to sign in, or told no."""

    def around(view: F) -> F:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if g.person is None:
                return go("/sign-in")
            if not g.person.may(right):
                raise Refused("not-allowed")
            return view(*args, **kwargs)

        return cast(F, guarded)

    return around


def render(template: str, status: int = 200, **values: Any) -> Response:
    """A page in the common look."""
    desk, chosen = the_desk(), lang()
    query = [(name, value) for name, value in request.args.items() if name != "lang"]
    person: Person | None = g.get("person")
    speaking = page.speaking(frame().words, chosen, request.path, query, desk.settings.timezone, LANGUAGES)
    text = render_template(
        f"workspace/{template}",
        **speaking,
        service_name=t("service"),
        tongue=tongue,
        home_href="/",
        person=person,
        nav_items=_navigation(person),
        user_menu={"name": person.user, "links": [], "sign_out": "/sign-out"} if person else None,
        csrf_token=tokens.form_token(desk, g.jti) if g.get("jti") else "",
        reporter_origin=desk.settings.reporter_origin,
        collector_origin=desk.settings.collector_origin,
        **values,
    )
    return make_response(text, status)


def tongue(language: str) -> str:
    """The name of a language of instruction, where the register says its code; else what the register says."""
    key = f"tongue.{language.lower()}"
    return t(key) if key in frame().words.keys() else language  # noqa: SIM118  # Texts is no mapping


def confirmed(key: str) -> bool:
    """Whether the word that a dangerous act asks for (the text of `key`) was typed, in either language."""
    typed = request.form.get("word", "").strip().casefold()
    return typed in {frame().words.get(key, language).casefold() for language in LANGUAGES}


_PAGES = (
    ("/school", "nav.school", "sessions"),
    ("/sessions/new", "nav.new_session", "sessions"),
    ("/log", "nav.log", "sessions"),
    ("/schools", "nav.schools", "schools"),
    ("/campaigns", "nav.campaigns", "campaigns"),
    ("/people", "nav.people", "people"),
    ("/audit", "nav.audit", "audit"),
    ("/manifest", "nav.manifest", "audit"),
    ("/report", "nav.reports", "grants"),
)


def _navigation(person: Person | None) -> list[Mapping[str, object]]:
    if person is None:
        return []
    shown = [(href, key) for href, key, right in _PAGES if person.may(right)]
    best = max((href for href, _ in shown if f"{request.path}/".startswith(f"{href}/")), key=len, default="")
    return [{"text": t(key), "href": href, "current": href == best} for href, key in shown]


def home(person: Person | None) -> str:
    """The first page of a person."""
    if person is None:
        return "/"
    return "/school" if person.role == "coordinator" else "/schools" if person.may("schools") else "/report"


@blueprint.errorhandler(Refused)
def _refused(refusal: Refused) -> Response:
    return render("refused.html", refusal.status, message=reason(refusal), back=home(g.get("person")))


@blueprint.errorhandler(Unavailable)
def _away(reason: Unavailable) -> Response:
    words = t("away.key-wrapping") if reason.reason == "key-wrapping" else t("away")
    answer = render("refused.html", 503, message=words, back=home(g.get("person")))
    answer.headers["Retry-After"] = str(reason.retry_after)
    return answer


@blueprint.app_errorhandler(404)
def _missing(error: HTTPException) -> Response:
    """A page for people; programs get a problem as everywhere."""
    if request.path.startswith(("/v1/", "/.well-known/", "/static/")):
        return problem(404, "not-found", error.description or "")
    return render("missing.html", 404)


def page_asked() -> int:
    """The number of the page of a long list, from 1."""
    return max(1, whole_number(request.args.get("page", ""), 6) or 1)


def moment_of(day: str, time: str) -> datetime | None:
    """The UTC instant of a day and a time of day as people here enter them, or None."""
    try:
        zone = ZoneInfo(the_desk().settings.timezone)
        return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=zone, second=0, microsecond=0).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def local(moment: datetime) -> datetime:
    """An instant on the clocks of people here."""
    return moment.astimezone(ZoneInfo(the_desk().settings.timezone))
