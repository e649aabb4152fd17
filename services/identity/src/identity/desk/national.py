"""What the register's changes mean for campaigns that go on: their classes and the totals by stratum."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from contracts.messages import Campaign
from identity import registry
from identity.breakdowns import widened
from identity.desk.desk import Desk
from identity.registry import Entry
from identity.store import campaigns, schools


def make_room(desk: Desk, coming: Sequence[Entry]) -> None:
    """Before schools come into the register: every class of theirs gets a place in the campaigns that go on, so that
    no session is ever drawn up in a class of its own."""
    going = _going_on(desk)
    if not going:
        return
    entries = {entry.registry_id: entry for entry in (*schools.all_entries(desk.place), *coming)}
    for campaign in going:
        classes = widened(campaign.classes, list(entries.values()))
        if classes != campaign.classes:
            _change(desk, replace(campaign, revision=campaign.revision + 1, classes=classes))


def refresh(desk: Desk) -> None:
    """After the register changed: campaigns that go on get the new totals."""
    going = _going_on(desk)
    if not going:
        return
    totals = registry.totals(schools.all_entries(desk.place))
    for campaign in going:
        if campaign.strata != totals:
            _change(desk, replace(campaign, revision=campaign.revision + 1, strata=totals))


def _going_on(desk: Desk) -> list[Campaign]:
    return [campaign for campaign in campaigns.every(desk.place) if campaign.state != "closed"]


def _change(desk: Desk, campaign: Campaign) -> None:
    desk.place.transaction(partial(campaigns.change, desk.place, campaign))
