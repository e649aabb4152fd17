"""Open data: the coarser part of every edition as files at addresses that never change, signed, for anybody."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from flask import Response, redirect

from chassis.web import problem
from reporter.national import package
from reporter.report.assembly import stamp
from reporter.web import editions
from reporter.web.answers import PUBLIC, Kind, ready
from reporter.web.door import Desk

FOR_EVER: Final = "public, max-age=31536000, immutable"
SIGNED: Final = f"{package.SUMS}.sig"
REWORDED: Final = (package.DESCRIPTION, package.SUMS, SIGNED)
"""Files about the data: words may become clearer and keys are changed, so that these are not for ever."""
FROM_ANYWHERE: Final = {"Access-Control-Allow-Origin": "*"}
KINDS: Final[dict[str, Kind]] = {"csv": "csv", "json": "json"}


def index(desk: Desk) -> Response:
    """Every campaign with an edition, its newest one, and where the others are listed."""
    found = []
    for campaign in desk.store.campaigns():
        head = desk.store.edition(campaign["campaign"])
        if head is not None:
            name = campaign["campaign"]
            entry = {"campaign": name, "names": campaign["names"], "editions": f"/v1/editions?campaign={name}"}
            found.append({**entry, "latest": editions.entry(head)})
    body = {"licence": package.LICENCE, "keys": "/.well-known/jwks.json", "campaigns": found}
    tag = stamp("open-data", desk.build, body)
    return _shared(ready(desk.data, "open-data", tag, "json", lambda: orjson.dumps(body), PUBLIC))


def file(desk: Desk, campaign: str, edition: str, name: str) -> Response:
    """One file of an edition; of the newest by a redirect to its own address."""
    if name not in (*package.names(), SIGNED):
        return _missing()
    head = editions.head(desk.store, campaign, edition)
    if head is None:
        return _missing()
    if edition == editions.LATEST:
        return _onward(f"/open-data/{campaign}/{head['number']}/{name}")
    kind = KINDS.get(name.rpartition(".")[2], "text")
    tag = stamp("open-data", editions.FORMAT, head["_id"], head["digest"], name)
    if name not in REWORDED:
        return _shared(ready(desk.data, "open-data", tag, kind, lambda: _made(desk, head)[name], FOR_EVER))
    tag = stamp(tag, desk.build, desk.signature.jwks()["keys"][0]["kid"])

    def build() -> bytes:
        made = _made(desk, head)
        return desk.signature.under(made[package.SUMS]) if name == SIGNED else made[name]

    return _shared(ready(desk.data, "open-data", tag, "bytes" if name == SIGNED else kind, build, PUBLIC))


def _made(desk: Desk, head: Mapping[str, Any]) -> dict[str, bytes]:
    campaign = editions.message(desk.store, head["campaign"])
    return package.files(head, campaign, editions.tables(desk.store, desk.editions, head, None))


def newest(desk: Desk, name: str) -> Response:
    """A file of the newest edition of the newest campaign, by a redirect to its own address."""
    campaign = editions.newest(desk.store)
    return _missing() if campaign is None else file(desk, campaign, editions.LATEST, name)


def described(desk: Desk, campaign: str, edition: str) -> Response:
    """The address of an edition leads to its description."""
    head = editions.head(desk.store, campaign, edition)
    return _missing() if head is None else _onward(f"/open-data/{campaign}/{head['number']}/{package.DESCRIPTION}")


def keys(desk: Desk) -> Response:
    """The public keys of signatures, as JWKS."""
    return _key(orjson.dumps(desk.signature.jwks()), "application/json")


def pem(desk: Desk) -> Response:
    """The public key that signs now, as openssl reads it."""
    return _key(desk.signature.pem(), "application/x-pem-file")


def _key(body: bytes, kind: str) -> Response:
    return _shared(Response(body, content_type=kind, headers={"Cache-Control": "public, max-age=300"}))


def _onward(place: str) -> Response:
    answer: Any = redirect(place, 302, Response=Response)
    answer.headers["Cache-Control"] = PUBLIC
    return _shared(answer)


def _shared(answer: Response) -> Response:
    """May be read by a page of any site: it is the same for everybody, whoever is signed on."""
    answer.headers.update(FROM_ANYWHERE)
    answer.headers["Vary"] = "Accept-Encoding"
    return answer


def _missing() -> Response:
    return problem(404, "not-found", "There is no such edition or file; /open-data/index.json lists what there is.")
