"""Long work within one answer: lines that tell how far it is, then the file, or the page to go to."""

import json
from collections.abc import Callable, Iterator

from flask import Response, request

from chassis.errors import Unavailable
from identity.reasons import Refused

PROGRESS = "application/x-guzgu-progress"
"""Asked for by the page's script: lines of JSON that tell how far it is, then one that tells the file's name and size,
then the file itself; or one that tells the page to go to. All in one answer, so nothing waits anywhere for whoever
comes to fetch it."""


def wanted() -> bool:
    """Whether whoever asks can read the lines."""
    return bool(request.accept_mimetypes.best == PROGRESS)


def line(**members: object) -> bytes:
    """One line."""
    return json.dumps(members).encode() + b"\n"


def told(work: Iterator[tuple[int, int] | bytes], name: str, away: str) -> Response:
    """Work that yields (done, of how many) and in the end its file; `away`: words for what cannot be done now."""

    def lines() -> Iterator[bytes]:
        try:
            for one in work:
                if isinstance(one, bytes):
                    yield line(name=name, bytes=len(one))
                    yield one
                else:
                    yield line(done=one[0], of=one[1])
        except (Refused, Unavailable):  # the headers are gone; nothing was counted
            yield line(problem=away)

    return _streamed(lines())


def walked(work: Callable[[], Iterator[tuple[int, int]]], to: str, away: str) -> Response:
    """Work that yields (done, of how many) and then goes to a page."""

    def lines() -> Iterator[bytes]:
        try:
            for done, of in work():
                yield line(done=done, of=of)
            yield line(go=to)
        except (Refused, Unavailable):
            yield line(problem=away)

    return _streamed(lines())


def _streamed(lines: Iterator[bytes]) -> Response:
    return Response(lines, mimetype=PROGRESS, headers={"X-Accel-Buffering": "no"})
