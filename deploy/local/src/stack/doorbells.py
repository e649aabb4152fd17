"""Rings at every door of the demo: each role's page opens, and a closed session's report shows its answers."""

from collections.abc import Iterator, Mapping
from typing import Any

from stack.demo import Scene
from stack.opening import Staged

AS_JSON = {"Accept": "application/json"}


def closed_doors(scene: Scene, doors: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each page (by role) that does not open, and for a report or nation that is empty."""
    for role, address in doors.items():
        status = scene.http.get(address.partition("#")[0], follow_redirects=True).status_code
        if status != 200:
            yield f"{role}: {address} answers {status}"
    nation = scene.http.get(f"{scene.services.site.reporter}/v1/national")
    if len(scene.ended()) >= 10 and not _figures(nation.json() if nation.status_code == 200 else {}):
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
