"""Every role's door: its address on the start page, and whether it opens when one rings."""

from collections.abc import Iterator, Mapping
from typing import Any

from pyotp import TOTP

from country.enrol import Account
from country.script import ENDED
from country.staging import Staged
from stack.demo import Scene
from stack.handout import respondent_link
from stack.startpage import Board, Door

AS_JSON = {"Accept": "application/json"}


def show(scene: Scene, board: Board) -> list[tuple[str, str]]:
    """Puts the addresses of all roles on the start page; (role, address) of each."""
    site = scene.services.site
    coordinator = scene.enrolled[0].coordinator
    board.doors = (
        Door(role="nation", address=f"{site.reporter}/"),
        _signed(site.identity, "ministry", scene.officer.account),
        _signed(site.identity, "coordinator", coordinator),
        Door(role="respondent", address=respondent_link(site.collector, _open_session(scene).roster)),
    )
    return [(door.role, door.address) for door in board.doors]


def _signed(address: str, role: str, account: Account) -> Door:
    code = TOTP(account.totp_secret)
    return Door(role=role, address=f"{address}/", user=account.user, password=account.password, code=code.now)


def _open_session(scene: Scene) -> Staged:
    return next((one for one in scene.staged if not one.cue.ends), scene.staged[0])


def closed_doors(scene: Scene, doors: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each page (by role) that does not open, and for a report or nation that is empty."""
    for role, address in doors.items():
        status = scene.http.get(address.partition("#")[0], follow_redirects=True).status_code
        if status != 200:
            yield f"{role}: {address} answers {status}"
    nation = scene.http.get(f"{scene.services.site.reporter}/v1/national")
    if len(scene.ended()) == 2 * ENDED and not _figures(nation.json() if nation.status_code == 200 else {}):
        yield f"the nation has no figures ({nation.status_code})"
    if scene.ended():
        yield from _report(scene, scene.ended()[0])


def _figures(nation: Mapping[str, Any]) -> bool:
    return bool(nation.get("figures"))


def _report(scene: Scene, one: Staged) -> Iterator[str]:
    """The coordinator's way to a report: a grant from identity, a token of the reporter, the page."""
    reporter, session = scene.services.site.reporter, one.roster.session
    granted = session.enrolled.identity.post("/v1/grants", {"purpose": "reporter", "session": session.id})
    signed_on = scene.http.post(f"{reporter}/signon", data={"grant": granted["grant"]}, headers=AS_JSON)
    if signed_on.status_code != 200:
        yield f"the reporter's sign-on answers {signed_on.status_code}"
        return
    address = f"{reporter}/v1/schools/{session.enrolled.code}/sessions/{session.id}/report"
    for kind in ("text/html", "application/json"):
        headers = {"Authorization": f"Bearer {signed_on.json()['token']}", "Accept": kind}
        report = scene.http.get(address, headers=headers)
        if report.status_code != 200 or not report.headers["Content-Type"].startswith(kind):
            yield f"the report as {kind} answers {report.status_code}"
