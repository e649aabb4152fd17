"""A school shows the report of a closed session to the ministry, or stops showing it."""

from functools import partial

from identity import sharing as rule
from identity.desk.desk import Desk
from identity.desk.views import View, mine, view
from identity.reasons import Refused
from identity.staff import Person
from identity.store import campaigns, sessions
from identity.store import sharing as store
from identity.store.place import Txn
from identity.store.sessions import Held


def hindrance(desk: Desk, found: View, txn: Txn = None) -> rule.Hindrance | None:
    """The class that stands in the way of sharing this session, or None."""
    message = found.message
    campaign = campaigns.get(desk.place, message.campaign, txn)
    parts = store.parts(desk.place, message.campaign, txn)
    wanted = next((part for part in parts if part.session == message.session), None)
    if campaign is None or wanted is None:
        raise Refused("unknown-session")
    return rule.hindrance(wanted, parts, campaign.classes)


def beside(desk: Desk, held: Held) -> rule.Sharers:
    """How many schools share in each class that can be published with this session."""
    campaign = campaigns.get(desk.place, held.message.campaign)
    parts = store.parts(desk.place, held.message.campaign)
    wanted = next((part for part in parts if part.session == held.session), None)
    if campaign is None or wanted is None:
        raise Refused("unknown-session")
    return rule.sharers(wanted, parts, campaign.classes)


def share(desk: Desk, who: Person, session: str) -> View:
    """From now on the ministry may open this session's report. Refused before the close, and where fewer than five
    schools that do not share would be left in a published class."""
    found = view(desk, who, session)
    if not found.marked:
        raise Refused("not-closed")

    def act(txn: Txn) -> None:
        store.one_at_a_time(desk.place, found.message.campaign, txn)
        if hindrance(desk, found, txn) is not None:
            raise Refused("sharing-shows-others")
        sessions.set_shared(desk.place, found.message.session, True, txn)
        desk.note(who, "session-shared", txn, session=found.message.session)

    desk.place.transaction(act)
    return view(desk, who, session)


def unshare(desk: Desk, who: Person, session: str) -> View:
    """From now on the ministry cannot open this session's report any more."""
    held = mine(desk, who, session)
    desk.place.transaction(partial(sessions.set_shared, desk.place, held.session, False))
    desk.note(who, "session-unshared", session=held.session)
    return view(desk, who, session)
