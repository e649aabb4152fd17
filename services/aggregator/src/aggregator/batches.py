"""Released batches of a campaign, as differences between the snapshots of each cell, and cells that stayed below k."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from aggregator.archive import Archive
from aggregator.documents import Document
from aggregator.nation import Batch
from aggregator.release import BELOW_K
from chassis.errors import Fatal

REST = "rest"


class Last:
    """The newest snapshot of a cell that was read."""

    __slots__ = ("items", "n", "seq")

    def __init__(self) -> None:
        self.seq = 0
        self.n = 0
        self.items: dict[str, Any] = {}


Known = Mapping[tuple[str, str], Last]
"""By (session, group); a defaultdict, so that cells come into it as they are read."""


def released(archive: Archive, campaign: str, known: Known) -> Iterator[Batch]:
    """What was released beyond `known`, each cell's batches in order; `known` goes along. Batches whose moments were
    purged come without them; Fatal if they are missing otherwise."""
    news: list[str] = []
    spent: set[str] = set()
    for row in archive.cells({"campaign": campaign}):
        if row.get("spent"):
            spent.add(row["_id"])
        for group, cell in row["groups"].items():
            news += _between(known, row["_id"], group, cell["n"]["seq"])
    return _read(archive, news, spent, known)


def released_since(archive: Archive, campaign: str, known: Known, day: date) -> Iterator[Batch]:
    """The same for releases of this day and later: it reads what is new, where `released` looks at every cell."""
    newest: dict[tuple[str, str], int] = {}
    for name in archive.snapshots_since(campaign, day):
        session, group, seq = name.split("/")
        newest[session, group] = max(newest.get((session, group), 0), int(seq))
    news = [name for (session, group), seq in sorted(newest.items()) for name in _between(known, session, group, seq)]
    return _read(archive, news, set(), known)


def _between(known: Known, session: str, group: str, newest: int) -> list[str]:
    last = known.get((session, group))
    return [f"{session}/{group}/{seq}" for seq in range((last.seq if last else 0) + 1, newest + 1)]


def _read(archive: Archive, news: Sequence[str], spent: Collection[str], known: Known) -> Iterator[Batch]:
    for at in range(0, len(news), 1000):
        chunk = news[at : at + 1000]
        snapshots = {row["_id"]: row for row in archive.snapshots({"_id": {"$in": chunk}})}
        moments = archive.moments(chunk)
        for name in chunk:
            if name not in snapshots or (name not in moments and name.partition("/")[0] not in spent):
                raise Fatal(f"snapshot {name} or its moments are missing: see `verify`")
            yield _batch(snapshots[name], moments.get(name), known)


def below_k(archive: Archive, campaign: str) -> Iterator[Batch]:
    """Every closed cell that stayed below k, whole, as one batch of its school."""
    for cell in archive.whole_cells({"campaign": campaign, "closed": True}):
        if cell.state.withheld == BELOW_K and cell.state.steps.total:
            yield Batch(
                id=f"{cell.session}/{cell.group}/{REST}",
                session=cell.session,
                group=cell.group,
                people=cell.state.steps.total,
                items={item: np.array(counts, np.int64) for item, counts in cell.unreleased_items.items()},
                moments=cell.unreleased_moments,
            )


def _batch(row: Document, moments: Document | None, known: Known) -> Batch:
    last = known[row["session"], row["group"]]
    items = {item: np.array(counts, np.int64) for item, counts in row["items"].items()}
    batch = Batch(
        id=row["_id"],
        session=row["session"],
        group=row["group"],
        people=row["n"] - last.n,
        items={item: counts - last.items.get(item, 0) for item, counts in items.items()},
        moments={} if moments is None else moments["area"],
    )
    if moments is not None and batch.people != moments["n"]:
        raise Fatal(f"snapshot {row['_id']} and its moments are of different people: see `verify`")
    last.seq, last.n, last.items = row["seq"], row["n"], items
    return batch
