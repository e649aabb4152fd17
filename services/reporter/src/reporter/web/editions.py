"""Editions as programs read them: which there are, and the tables of one as far as the reader sees it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

from contracts.questionnaire import CURRENT, bank
from reporter.national import audience, open_tables
from reporter.national.open_tables import Table
from reporter.readers.access import Viewer
from reporter.store import Store

FORMAT: Final = 1
"""Raised when the bytes of a released edition would change; addresses of the earlier format must then go on."""
LATEST: Final = "latest"
LONGEST_NUMBER: Final = 6


class Recently:
    """The tables of the few editions that were read last, so that many pages of one are cut from one reading."""

    def __init__(self, room: int = 3) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._found: OrderedDict[tuple[str, str], Mapping[str, Table]] = OrderedDict()

    def get(self, key: tuple[str, str], read: Callable[[], Mapping[str, Table]]) -> Mapping[str, Table]:
        """The tables of `key`, read if they are not here."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        fresh = read()
        with self._lock:
            self._found[key] = fresh
            while len(self._found) > self._room:
                self._found.popitem(last=False)
        return fresh


def message(store: Store, campaign: str) -> Mapping[str, Any] | None:
    """The newest message of a campaign."""
    return next((found for found in store.campaigns() if found["campaign"] == campaign), None)


def brief(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A campaign's message without its thousands of strata, which change with the revision alone: for stamps."""
    return None if found is None else {name: value for name, value in found.items() if name != "strata"}


def newest(store: Store) -> str | None:
    """The campaign that opened last of those with an edition."""
    names = (found["campaign"] for found in store.campaigns())
    return next((name for name in names if store.edition(name)), None)


def head(store: Store, campaign: str, edition: str) -> Mapping[str, Any] | None:
    """The head of an edition by its number as text, or of the newest one ("latest")."""
    if edition == LATEST:
        return store.edition(campaign)
    if not edition.isascii() or not edition.isdigit() or len(edition) > LONGEST_NUMBER or edition[0] == "0":
        return None
    return store.edition_numbered(campaign, int(edition))


def tables(store: Store, kept: Recently, found: Mapping[str, Any], viewer: Viewer | None) -> Mapping[str, Table]:
    """All tables of an edition, with the classes that this reader sees."""

    def read() -> Mapping[str, Table]:
        campaign = message(store, found["campaign"])
        questionnaire = bank(campaign["questionnaire"] if campaign else CURRENT)
        cells = store.edition_cells(found["_id"])
        return open_tables.tables(found, cells, questionnaire, lambda level, cls: audience.seen(level, cls, viewer))

    return kept.get((str(found["_id"]), audience.name(viewer)), read)


def entry(found: Mapping[str, Any]) -> dict[str, Any]:
    """An edition in a list."""
    address = f"/open-data/{found['campaign']}/{found['number']}"
    return {
        **{"campaign": found["campaign"], "edition": found["number"], "as_of": found["as_of"], "final": found["final"]},
        **{"digest": found["digest"], "open_data": address, "description": f"{address}/datapackage.json"},
    }
