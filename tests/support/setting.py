"""Schools, sessions and slips for tests of the whole stack, made over HTTP as ministry and coordinators make them."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from support.foreign import Office, Respondent, from_now, instant

if TYPE_CHECKING:
    from stack.services import Services

LEVEL = "lower-secondary"


def until(ready: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """The first true value of `ready`; AssertionError naming `what` after `seconds`."""
    limit = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < limit, f"{what} did not happen within {seconds:g} s"
        time.sleep(0.1)
    return found


def http_client() -> httpx.Client:
    """A client for many threads that follows no proxy settings of the machine."""
    limits = httpx.Limits(max_connections=32, max_keepalive_connections=32)
    return httpx.Client(timeout=30, trust_env=False, limits=limits)


def new_officer(services: "Services", http: httpx.Client) -> Office:
    """An officer of the ministry, added by identity's command and signed in."""
    user = f"m{secrets.token_hex(4)}"
    made = json.loads(services.output("identity", "staff-add", "--user", user, "--role", "officer", "--json"))
    return Office.signed_in(http, services.site.identity, user, made["password"], made["totp_secret"])


@dataclass(frozen=True, kw_only=True)
class School:
    """A registered school and its coordinator."""

    code: str
    name: str
    office: Office


@dataclass(frozen=True, kw_only=True)
class Session:
    """A school session as identity described it when it was made."""

    id: str
    campaign: str
    fingerprint: str
    school: School

    def state(self) -> Any:
        """How it stands now."""
        return self.school.office.get(f"/v1/sessions/{self.id}")


class Setting:
    """One campaign of its own on a running stack."""

    def __init__(self, services: "Services", http: httpx.Client, ministry: Office) -> None:
        self.services = services
        self.http = http
        self.ministry = ministry
        self.campaign = f"c{secrets.token_hex(4)}"
        self._opened = False

    def school(self, teachers: int = 20, students: int = 60, leaders: int = 4) -> School:
        """A registered school with these people at lower secondary level, its coordinator signed in."""
        registry_id, name = f"T-{secrets.token_hex(4)}", f"Sınaq {secrets.token_hex(3)} məktəbi"
        row = f"{registry_id},{name},Baku,urban,Azerbaijani,full-secondary,{LEVEL},{leaders},{teachers},{students},0"
        made = self.ministry.import_schools([row])
        assert (made["taken"], made["refused"]) == (1, []), made
        code = self.ministry.school_code(registry_id)
        invitation = self.ministry.post(f"/v1/schools/{code}/invitations")["invitation"]
        office = Office.invited(self.http, self.services.site.identity, invitation, f"u{secrets.token_hex(4)}")
        return School(code=code, name=name, office=office)

    def session(self, school: School, *groups: str, **terms: Any) -> Session:
        """A session of these groups (all if none is named); `terms` (opens, closes, grace) as identity takes them.
        Returns when the collector knows it, and when it is open unless `opens` says later."""
        self.open_campaign()
        body: dict[str, Any] = {
            "campaign": self.campaign,
            "level": LEVEL,
            "closes": from_now(days=3),
            "groups": {group: {} for group in groups or ("leader", "teacher", "student")},
            **terms,
        }
        made = school.office.post("/v1/sessions", body)
        session = Session(id=made["session"], campaign=self.campaign, fingerprint=made["fingerprint"], school=school)
        address = f"{self.services.site.collector}/v1/sessions/{session.id}/questionnaire"
        wanted = "planned" if "opens" in terms else "open"
        until(
            lambda: (found := self.http.get(address)).status_code == 200 and found.json()["state"] == wanted,
            f"the collector's knowing of a session that is {wanted}",
        )
        return session

    def codes(self, session: Session, group: str, count: int, **options: bool) -> list[str]:
        """The participation codes of so many new slips."""
        body = {"group": group, "count": count, **options}
        codes: list[str] = session.school.office.post(f"/v1/sessions/{session.id}/slips", body)["codes"]
        return codes

    def respondent(self, session: Session, group: str, code: str) -> Respondent:
        """Somebody with this code."""
        site = self.services.site
        return Respondent(
            http=self.http,
            identity=site.identity,
            collector=site.collector,
            session=session.id,
            group=group,
            code=code,
            fingerprint=session.fingerprint,
        )

    def respondents(self, session: Session, group: str, count: int) -> list[Respondent]:
        """People with a slip each."""
        return [self.respondent(session, group, code) for code in self.codes(session, group, count)]

    def close(self, session: Session) -> None:
        """Closes the session and returns when its close marker is on its way."""
        session.school.office.post(f"/v1/sessions/{session.id}/close")
        until(lambda: session.state()["state"] == "closed", "the close")

    def all_counts(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What the operators' command tells of each cell, by (session, group)."""
        rows = [json.loads(row) for row in self.services.output("aggregator", "counts", "--json").splitlines() if row]
        return {(row["session"], row["group"]): row for row in rows}

    def counts(self, session: Session, group: str) -> dict[str, Any] | None:
        """The same of one cell; None if it has none yet."""
        return self.all_counts().get((session.id, group))

    def counted(self, session: Session, group: str, n: int) -> dict[str, Any]:
        """The cell as soon as `n` people are in it; AssertionError if there are more, or never so many."""
        return self.counted_of(session.id, group, n)

    def counted_of(self, session: str, group: str, n: int) -> dict[str, Any]:
        """The same for the id of a session."""
        found = until(
            lambda: (cell := self.all_counts().get((session, group))) is not None and cell["n"] >= n and cell,
            f"a count of {n}",
        )
        assert found["n"] == n
        return dict(found)

    def ledger(self) -> dict[str, Any]:
        """The aggregator's ledger."""
        found: dict[str, Any] = json.loads(self.services.run("aggregator", "ledger", "--json").stdout)
        return found

    def reporter_token(self, session: Session) -> str:
        """A bearer token of the reporter for the session's coordinator, by way of a grant."""
        grant = session.school.office.post("/v1/grants", {"purpose": "reporter", "session": session.id})["grant"]
        answer = self.http.post(
            f"{self.services.site.reporter}/signon", data={"grant": grant}, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def report(self, session: Session, accept: str = "application/json", lang: str = "en") -> httpx.Response:
        """The session's report as its coordinator gets it."""
        token = self.reporter_token(session)
        address = f"/v1/schools/{session.school.code}/sessions/{session.id}/report"
        headers = {"Authorization": f"Bearer {token}", "Accept": accept}
        return self.http.get(f"{self.services.site.reporter}{address}", params={"lang": lang}, headers=headers)

    def open_campaign(self) -> None:
        """Starts the campaign, once."""
        if self._opened:
            return
        now = datetime.now(UTC)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        names = {"en": "A campaign", "az": "Kampaniya"}
        closes = instant(now + timedelta(days=9))
        body = {"campaign": self.campaign, "names": names, "opens": instant(midnight), "closes": closes}
        self.ministry.post("/v1/campaigns", body)
        self._opened = True
