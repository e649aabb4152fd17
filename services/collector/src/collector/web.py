"""The collector over HTTP: takes responses, hands out questionnaires; keeps no log of who asked for what."""

import gzip
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Protocol

import orjson
from flask import Flask, Response, request

from chassis.errors import Unavailable
from chassis.kafka import Outgoing
from chassis.web import problem, unavailable
from collector import acceptance, forms, metrics, schemas
from collector.acceptance import Refusal, SessionRules, Submission
from collector.directory import Directory, Known
from contracts import topics
from contracts.codec import encode
from contracts.messages import ResponseSubmitted
from contracts.questionnaire import LANGUAGES, bank
from look import locale
from look.texts import Texts

MAX_BYTES = 32_768
DRAINED_BYTES = 8 << 20
KEPT_DOCUMENTS = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Times in seconds: from check to acknowledgement, and until an unconfirmed directory is out of date."""

    delivery: float
    staleness: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page:
    plain: bytes
    packed: bytes
    etag: str


class Outlet(Protocol):
    """Where accepted responses go: returns once a record is acknowledged, no later than the deadline."""

    def publish(self, record: Outgoing, deadline: float) -> None: ...


class Desk:
    """Takes submissions and asks the rules, the directory and Kafka about them, in this order."""

    def __init__(
        self,
        *,
        directory: Directory,
        publisher: Outlet,
        topic: str,
        limits: Limits,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._directory = directory
        self._publisher = publisher
        self._topic = topic
        self._limits = limits
        self._clock = clock
        self._monotonic = monotonic

    def take(self, submission: Submission) -> str | Refusal:
        """The receipt once Kafka has the response, or why it was refused; raises Unavailable as the publisher does."""
        checked_at = self._monotonic()  # before the clock is read, so that a stop in between shortens the time left
        known = self._directory.find(submission.session)
        confirmed = self._directory.confirmed_seconds_ago()
        if known is None:
            return acceptance.unknown(confirmed)
        if known.rules is None:
            raise Unavailable("unusable-session", 60)
        found = acceptance.decide(
            submission,
            known.rules,
            now=self._clock(),
            confirmed_seconds_ago=confirmed,
            staleness=self._limits.staleness,
        )
        if isinstance(found, Refusal):
            return found
        self._publisher.publish(self._record(found, known.rules), checked_at + self._limits.delivery)
        return found.response_id

    def _record(self, response: ResponseSubmitted, session: SessionRules) -> Outgoing:
        return Outgoing(
            topic=self._topic,
            partition=topics.partition(response.school),
            key=response.school.encode(),
            value=encode(response),
            timestamp_ms=session.timestamp_ms,
        )


class Shelf:
    """Questionnaires as ready bytes, made once per session, revision, state and language."""

    def __init__(self, *, texts: Texts, operators: forms.Operators, page_hash: str, timezone: str) -> None:
        self._texts = texts
        self._operators = operators
        self._page_hash = page_hash
        self._timezone = timezone
        self._ready: dict[tuple[str, int, str, str], _Page] = {}

    def document(self, known: Known, state: str, language: str) -> _Page:
        message = known.message
        place = (message.session, message.timetable.revision, state, language)
        if (ready := self._ready.get(place)) is not None:
            return ready
        body = forms.document(
            message,
            bank(message.questionnaire),
            language=language,
            state=state,
            operators=self._operators,
            page_hash=self._page_hash,
            t=self._texts.bind(language),
            moment=lambda instant: locale.datetime(instant, language, self._timezone),
        )
        plain = orjson.dumps(body)
        etag = hashlib.sha256(plain).hexdigest()[:20]
        made = _Page(plain=plain, packed=gzip.compress(plain, 6, mtime=0), etag=etag)
        if len(self._ready) >= KEPT_DOCUMENTS:
            self._ready.clear()
        self._ready[place] = made
        return made


def register(app: Flask, *, desk: Desk, shelf: Shelf, directory: Directory, clock: Callable[[], datetime]) -> None:
    """Adds the two routes of the interface to the app."""

    @app.post("/v1/responses")
    def take_response() -> Response:
        try:
            found = _answer(desk)
        except Unavailable as away:
            metrics.RESPONSES.labels("unavailable", away.reason).inc()
            return unavailable(away.reason, away.retry_after)
        except Exception:
            metrics.RESPONSES.labels("unavailable", "error").inc()
            raise
        if isinstance(found, Refusal):
            metrics.RESPONSES.labels("unavailable" if found.status >= 500 else "refused", found.reason).inc()
            return _refused(found)
        metrics.accepted.tell(metrics.RESPONSES.labels("accepted", "acknowledged").inc)
        return Response(orjson.dumps({"receipt": found}), 202, mimetype="application/json")

    @app.get("/v1/sessions/<session>/questionnaire")
    def questionnaire(session: str) -> Response:
        answer = _questionnaire(session)
        told = metrics.QUESTIONNAIRES.labels(str(answer.status_code)).inc
        if answer.status_code >= 400:
            told()
        else:
            metrics.questionnaires.tell(told)
        return answer

    def _questionnaire(session: str) -> Response:
        known = directory.find(session)
        if known is None:
            return _refused(acceptance.unknown(directory.confirmed_seconds_ago()))
        if known.rules is None:
            return unavailable("unusable-session", 60)
        accepted = request.headers.get("Accept-Language")
        language = locale.pick_language(request.args.get("lang"), None, accepted, LANGUAGES)
        page = shelf.document(known, acceptance.phase(known.message.timetable, clock()), language)
        return _ready(page)


def _answer(desk: Desk) -> str | Refusal:
    body = _body()
    if isinstance(body, Refusal):
        return body
    if request.mimetype != "application/json":
        return Refusal(status=415, reason="media-type", detail="Send application/json.")
    submission = schemas.read(body)
    return submission if isinstance(submission, Refusal) else desk.take(submission)


def _body() -> bytes | Refusal:
    source = request.environ["wsgi.input"]
    try:
        body: bytes = b"" if (request.content_length or 0) > MAX_BYTES else source.read(MAX_BYTES + 1)
        if (request.content_length or len(body)) <= MAX_BYTES:
            return body
        _drain(source)
    except OSError:  # cut off, or chunks that are none: what was sent is no JSON object
        return b""
    return Refusal(status=413, reason="too-large", detail=f"A response has at most {MAX_BYTES} bytes.")


def _drain(source: BinaryIO) -> None:
    # A client that is still sending would find its connection cut, and never read why.
    left = DRAINED_BYTES
    while left > 0 and (piece := source.read(min(65_536, left))):
        left -= len(piece)


def _refused(refusal: Refusal) -> Response:
    members: dict[str, Any] = {}
    if refusal.errors:
        members["errors"] = [{"pointer": error.pointer, "code": error.code} for error in refusal.errors]
    headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    return problem(refusal.status, refusal.reason, refusal.detail, headers=headers, **members)


def _ready(page: _Page) -> Response:
    packed = request.accept_encodings["gzip"] > 0
    answer = Response(page.packed if packed else page.plain, mimetype="application/json")
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Vary"] = "Accept-Encoding, Accept-Language"
    answer.set_etag(page.etag, weak=True)
    answer.make_conditional(request)
    return answer
