"""An edition as it is announced on `editions-v1`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from aggregator.nation import ALL
from chassis.kafka import Outgoing
from contracts.codec import encode
from contracts.messages import NationalEdition

Cell = Callable[[str], Mapping[str, Any] | None]
"""A document of an edition by its id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where announcements go, and the address below which the reporter publishes open data."""

    topic: str
    open_data: str = ""


def announcement(head: Mapping[str, Any], cell: Cell, places: Places) -> Outgoing:
    """The record of an edition with its headline figures, dated to its day."""
    day = date.fromisoformat(head["as_of"])
    message = NationalEdition(
        campaign=head["campaign"],
        number=head["number"],
        day=day,
        final=head["final"],
        digest=head["digest"],
        figures=_headline(head, cell),
        open_data=f"{places.open_data}/{head['campaign']}/{head['number']}" if places.open_data else "",
    )
    midnight = datetime.combine(day, time(), UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return Outgoing(
        topic=places.topic,
        partition=0,
        key=head["campaign"].encode(),
        value=encode(message),
        timestamp_ms=midnight // timedelta(milliseconds=1),
    )


def _headline(head: Mapping[str, Any], cell: Cell) -> dict[str, object]:
    found: dict[str, object] = {}
    for group, totals in head["groups"].items():
        document = cell(f"{head['_id']}/{ALL}/{group}")
        whole = document["classes"].get(ALL) if document else None
        areas = {area: row["share"] for area, row in whole["areas"].items()} if whole else {}
        found[group] = {"schools": totals["schools"], "people": totals["people"], "shares": areas}
    return found
