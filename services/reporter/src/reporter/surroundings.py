"""Finds what stands beside a session: earlier ones of its level, other levels of its campaign, and plans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reporter.readers.access import Viewer, may_open
from reporter.report.benchmark import Known
from reporter.report.records import Beside, Record
from reporter.store import Store

EARLIER: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What was found, the snapshots by their keys alone: enough to see whether a ready page is still right."""

    earlier: tuple[Mapping[str, Any], ...]
    levels: tuple[Mapping[str, Any], ...]
    keys: Mapping[str, Sequence[str]]
    plans: Mapping[str, Mapping[str, Any]]
    session: str
    bands: Known
    campaigns: Mapping[str, Mapping[str, str]]

    @property
    def stamp(self) -> list[Any]:
        """What a page that shows all this depends on."""
        terms = [[found["session"], found["timetable"]["state"]] for found in (*self.earlier, *self.levels)]
        plans = [[session, plan["steps"]] for session, plan in sorted(self.plans.items())]
        bands = [self.bands.final, self.bands.closes, sorted(found["_id"] for found in self.bands.documents)]
        return [terms, sorted(self.keys.items()), plans, bands, sorted(self.campaigns.items())]

    def read(self, store: Store) -> Beside:
        """The documents themselves."""
        documents = store.snapshots([key for keys in self.keys.values() for key in keys])
        last = next((terms["session"] for terms in reversed(self.earlier) if _steps(self.plans, terms)), None)
        return Beside(
            earlier=tuple(_record(terms, documents) for terms in self.earlier),
            levels=tuple(_record(terms, documents) for terms in self.levels),
            plan=self.plans.get(self.session),
            last_plan=None if last is None else self.plans[last],
            bands=self.bands,
            campaigns=self.campaigns,
        )


def look_around(store: Store, viewer: Viewer, terms: Mapping[str, Any]) -> Surroundings:
    """What this viewer may see beside the session: a ministry role only what the school shares, as everywhere."""
    others = [
        found
        for found in store.sessions_of(terms["school"])
        if found["session"] != terms["session"]
        and found["timetable"]["state"] != "cancelled"
        and may_open(viewer, terms["school"], found)
    ]
    opened = terms["timetable"]["opens"]
    before = [found for found in others if found["level"] == terms["level"] and found["timetable"]["opens"] < opened][
        :EARLIER
    ]
    earlier = tuple(reversed(before))
    levels = tuple(
        sorted(
            (found for found in others if found["campaign"] == terms["campaign"] and found["level"] != terms["level"]),
            key=lambda found: (found["level"], found["session"]),
        )
    )
    named = [found["session"] for found in (*earlier, *levels)]
    return Surroundings(
        earlier=earlier,
        levels=levels,
        keys=store.latest_keys(named),
        plans=store.plans([terms["session"], *(found["session"] for found in earlier)]),
        session=terms["session"],
        bands=_bands(store, terms["campaign"], terms["level"]),
        campaigns=_names(store, [terms, *earlier]),
    )


def _bands(store: Store, campaign: str, level: str) -> Known:
    closes = next((found["closes"] for found in store.campaigns() if found["campaign"] == campaign), None)
    head = store.edition(campaign)
    if head is None or not head["final"]:
        return Known(closes=closes)
    return Known(final=True, documents=store.benchmarks(head["_id"], level), closes=closes)


def _names(store: Store, sessions: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, str]]:
    wanted = {terms["campaign"] for terms in sessions}
    return {found["campaign"]: found["names"] for found in store.campaigns() if found["campaign"] in wanted}


def _steps(plans: Mapping[str, Mapping[str, Any]], terms: Mapping[str, Any]) -> bool:
    return bool(plans.get(terms["session"], {}).get("steps"))


def _record(terms: Mapping[str, Any], documents: Sequence[Mapping[str, Any]]) -> Record:
    return Record(terms=terms, snapshots=[found for found in documents if found["session"] == terms["session"]])
