"""The one door: what routes work with, whose request this is, and one answer for everything that is not theirs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response
from marshmallow import Schema, ValidationError

from chassis.web import problem
from reporter import metrics
from reporter.files.printing import Printer
from reporter.pages.rendering import Pages
from reporter.readers.access import Viewer, may_open
from reporter.readers.signature import Signature
from reporter.readers.signon import Keys
from reporter.store import Store
from reporter.web.answers import Sessions, message
from reporter.web.editions import Recently
from reporter.web.shelf import Shelf


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What the routes work with: `prints` and `data` are kept apart from pages, so that crowds there hold up no page;
    `build` changes with the program, so that no page of an older one is served."""

    store: Store
    pages: Pages
    shelf: Shelf
    prints: Shelf
    data: Shelf
    editions: Recently
    signature: Signature
    printer: Printer
    sessions: Sessions
    keys: Keys
    clock: Callable[[], datetime]
    build: str
    origin: str


class Answered(Exception):
    """An answer found on the way."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


def checked(schema: type[Schema], values: Mapping[str, str]) -> dict[str, Any]:
    """The fields that a request may carry; Answered with 422 that names the others."""
    try:
        found: dict[str, Any] = schema().load(dict(values))
    except ValidationError as error:
        pointers = [{"pointer": f"/{name}", "code": "not-understood"} for name in error.messages_dict]
        raise Answered(problem(422, "content", "A field is unknown or wrong.", errors=pointers)) from error
    return found


def opened(desk: Desk, page: str, school: str, session: str) -> tuple[Viewer, dict[str, Any]]:
    """The viewer and the session's terms, or one answer for everything that is not theirs."""
    viewer = desk.sessions.viewer()
    if viewer is None:
        metrics.PAGES.labels(page, "refused").inc()
        raise Answered(message(desk.pages, 401, "sign_in", None, "sign-on"))
    terms = desk.store.session(session) if viewer.school == school else None
    if terms is None or not may_open(viewer, school, terms):
        metrics.PAGES.labels(page, "refused").inc()
        raise Answered(message(desk.pages, 404, "missing", viewer, "not-found"))
    return viewer, terms
