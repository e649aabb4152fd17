"""Schools, sessions and slips for end-to-end tests, made over HTTP as ministry and coordinators make them."""

import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from support.foreign import Respondent

if TYPE_CHECKING:
    from country.client import Identity
    from country.enrol import Enrolled, Session
    from stack.services import Services


def until(ready: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """The first true value of `ready`; AssertionError naming `what` after `seconds`."""
    limit = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < limit, f"{what} did not happen within {seconds:g} s"
        time.sleep(0.1)
    return found


class Setting:
    """One campaign of its own on a running stack."""

    def __init__(self, services: "Services", http: httpx.Client) -> None:
        from country.client import Collector

        self.services = services
        self.http = http
        self.collector = Collector(http, services.site.collector)
        self.campaign = f"c{secrets.token_hex(4)}"
        self.ministry = self._ministry()
        self._opened = False

    def school(self, teachers: int = 20, students: int = 60, leaders: int = 4) -> "Enrolled":
        """A registered school with these people at lower secondary level, its coordinator signed in."""
        from country.enrol import enrol, register
        from country.people import Registered, School

        school = School(
            registry_id=f"T-{secrets.token_hex(4)}",
            name="Sınaq məktəbi",
            region="Baku",
            settlement="urban",
            language="Azerbaijani",
            type="full-secondary",
            levels={"lower-secondary": Registered(leaders=leaders, teachers=teachers, students=students)},
        )
        code = register(self.ministry, [school])[school.registry_id]
        user = f"u{secrets.token_hex(4)}"
        return enrol(
            self.ministry, self.http, self.services.site.identity, school, code, user, lambda: secrets.token_urlsafe(12)
        )

    def session(self, enrolled: "Enrolled", *groups: str) -> "Session":
        """An open session of these groups (all if none is named)."""
        from country.enrol import open_campaign, open_session

        now = datetime.now(UTC)
        if not self._opened:
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
            names = {"en": "A campaign", "az": "Kampaniya"}
            open_campaign(self.ministry, self.campaign, names, midnight, now + timedelta(days=9))
            self._opened = True
        only = groups or ("leader", "teacher", "student")
        closes = now + timedelta(days=3)
        return open_session(enrolled, self.collector, self.campaign, "lower-secondary", closes, "en", only)

    def respondents(self, session: "Session", group: str, count: int) -> list[Respondent]:
        """People with a slip each."""
        from country.enrol import draw_slips

        site = self.services.site
        return [
            Respondent(identity=site.identity, collector=site.collector, session=session.id, group=group, code=code)
            for code in draw_slips(session, group, count)
        ]

    def close(self, session: "Session") -> None:
        """Closes the session and returns when its close marker is on its way."""
        identity = session.enrolled.identity
        identity.post(f"/v1/sessions/{session.id}/close")
        until(lambda: identity.get(f"/v1/sessions/{session.id}")["state"] == "closed", "the close")

    def counts(self, session: "Session", group: str) -> dict[str, Any] | None:
        """What the operators' command tells of one cell; None if it has none yet."""
        rows = self.services.output("aggregator", "counts", "--json").splitlines()
        cells = (json.loads(row) for row in rows if row)
        return next((cell for cell in cells if (cell["session"], cell["group"]) == (session.id, group)), None)

    def ledger(self) -> dict[str, Any]:
        """The aggregator's ledger."""
        found: dict[str, Any] = json.loads(self.services.run("aggregator", "ledger", "--json").stdout)
        return found

    def reporter_token(self, session: "Session") -> str:
        """A bearer token of the reporter for the session's coordinator, by way of a grant."""
        grant = session.enrolled.identity.post("/v1/grants", {"purpose": "reporter", "session": session.id})["grant"]
        answer = self.http.post(
            f"{self.services.site.reporter}/signon", data={"grant": grant}, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def report(self, session: "Session", accept: str = "application/json") -> httpx.Response:
        """The session's report as its coordinator gets it."""
        token = self.reporter_token(session)
        address = f"/v1/schools/{session.enrolled.code}/sessions/{session.id}/report"
        headers = {"Authorization": f"Bearer {token}", "Accept": accept}
        return self.http.get(f"{self.services.site.reporter}{address}", headers=headers)

    def _ministry(self) -> "Identity":
        from country.client import Identity

        user = f"m{secrets.token_hex(4)}"
        printed = self.services.output("identity", "staff-add", "--user", user, "--role", "officer", "--json")
        made = json.loads(printed)
        officer = Identity(self.http, self.services.site.identity)
        officer.sign_in(user, made["password"], made["totp_secret"])
        return officer
