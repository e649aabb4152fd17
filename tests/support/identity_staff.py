"""Everybody who works with identity, signed in at its pages and its API: an officer, analyst, auditor, agency, API key
and the coordinators of two schools."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

import pyotp
from flask.testing import FlaskClient

from contracts.ballots import b64
from identity.desk import accounts, campaigns, conduct, handover, register
from identity.sessions import GroupWish, Wish
from identity.staff import Person
from identity.store import imports
from identity.workspace.frame import local
from support.identity import REGISTER, House

PASSWORD = "a mountain spring"
ROLES = ("officer", "analyst", "auditor", "agency", "api-key", "coordinator", "neighbour")
"""`neighbour` is the coordinator of another school."""


@dataclass(kw_only=True)
class Staff:
    """Headers and browsers by role ("visitor" is nobody), and what belongs to the coordinator's school: an open
    session with slips, a campaign. `planned` is a session of the same school that has not begun."""

    house: House
    tokens: dict[str, str]
    pages: dict[str, FlaskClient]
    school: str
    other_school: str
    campaign: str
    session: str
    planned: str
    registered: list[str] = field(default_factory=lambda: ["001", "002", "003"])

    def bearer(self, role: str) -> dict[str, str]:
        """The headers with which a role asks the API."""
        return {"Authorization": f"Bearer {self.tokens[role]}"} if role in self.tokens else {}

    @property
    def arrival(self) -> str:
        """The file of the register that came last."""
        found = imports.newest(self.house.desk.place)
        assert found is not None
        return found.id

    def day(self, days: int) -> str:
        """A day so many days from now, on the clocks of people there."""
        with self.house.app.app_context():
            return (local(self.house.clock.now) + timedelta(days=days)).date().isoformat()


def staffed(home: House) -> Staff:
    """Makes them all on a house that is empty but for its officer."""
    officer = Person(user="officer", role="officer")
    register.take(home.desk, officer, REGISTER)
    codes = {row["_id"]: row["school"] for row in home.desk.place["codes"].find()}
    secrets = {"officer": (home.officer["password"], home.officer["totp_secret"])}
    for role in ("analyst", "auditor", "agency"):
        made = accounts.add_ministry(home.desk, role, role, "region=Baku" if role == "agency" else None)
        secrets[role] = (made.password, made.totp_secret)
    for user, school in (("coordinator", codes["001"]), ("neighbour", codes["002"])):
        invitation = handover.invite(home.desk, officer, school)
        secrets[user] = (PASSWORD, accounts.sign_up(home.desk, invitation, user, PASSWORD).totp_secret)
    tokens, pages = {}, {"visitor": home.client()}
    for user, (password, secret) in secrets.items():
        tokens[user] = home.headers(user, password, secret)["Authorization"].removeprefix("Bearer ")
        pages[user] = browser_of(home, user, password, secret)
    tokens["api-key"] = accounts.add_api_key(home.desk, officer, "office")
    tokens["data-key"] = accounts.add_api_key(home.desk, officer, "figures", "data")
    campaign, session, planned = _campaign(home, officer, codes["001"])
    return Staff(
        house=home,
        tokens=tokens,
        pages=pages,
        school=codes["001"],
        other_school=codes["002"],
        campaign=campaign,
        session=session,
        planned=planned,
    )


def browser_of(home: House, user: str, password: str, secret: str) -> FlaskClient:
    """A browser in which this user is signed in."""
    page = home.client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.get("/sign-in").text)
    assert token
    home.clock.move(30)
    code = pyotp.TOTP(secret).at(home.clock.now)
    words = {"csrf_token": token[1], "user": user, "password": password, "code": code}
    assert page.post("/sign-in", data=words).status_code == 303, user
    return page


def _campaign(home: House, officer: Person, school: str) -> tuple[str, str, str]:
    now = home.clock.now
    names = {"en": "Autumn", "az": "Payız"}
    name = f"autumn-{b64(home.desk.random_bytes(3)).lower().translate({45: 'x', 95: 'y'})}"
    opens, closes = now - timedelta(hours=1), now + timedelta(days=30)
    campaigns.create(home.desk, officer, campaign=name, names=names, opens=opens, closes=closes)
    person = Person(user="coordinator", role="coordinator", school=school)
    groups = {"teacher": GroupWish(), "leader": GroupWish()}
    end = now + timedelta(days=9)
    session = conduct.create(home.desk, person, name, Wish(level="lower-secondary", closes=end, groups=groups))
    begin = now + timedelta(days=1)
    planned = conduct.create(home.desk, person, name, Wish(level="primary", opens=begin, closes=end, groups=groups))
    home.turn(9)
    return name, session.message.session, planned.message.session
