"""What the leading editor tells of the whole database: age of the purge, balance of the ledger, people by group."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from aggregator import metrics
from aggregator.archive import Archive
from aggregator.commands.ledger import ledger
from aggregator.retention import last_purge
from aggregator.sealing import Sealer
from chassis.logs import event
from chassis.mongo import Client
from contracts.values import GROUPS

PURGE_SECONDS = 60.0
LEDGER_SECONDS = 600.0
"""No oftener than participation is shown."""


@dataclass(kw_only=True)
class Oversight:
    """`look` is called at every turn, and looks when it is time again."""

    client: Client
    database: str
    sealer: Sealer
    today: Callable[[], date]
    monotonic: Callable[[], float] = time.monotonic
    _due: dict[str, float] = field(default_factory=dict)

    def look(self) -> None:
        """Sets the figures that are due. Unavailable if MongoDB is away."""
        if self._is_due("purge", PURGE_SECONDS):
            metrics.PURGE_AGE.set(last_purge(self.client, self.database, self.today()))
        if self._is_due("ledger", LEDGER_SECONDS):
            with self.client.start_session(snapshot=True) as session:
                tell_ledger(Archive(self.client, self.database, self.sealer, session))

    def _is_due(self, name: str, seconds: float) -> bool:
        now = self.monotonic()
        if now < self._due.get(name, now):
            return False
        self._due[name] = now + seconds
        return True


def tell_ledger(archive: Archive) -> None:
    """Tells whether the ledger balances, and how many people are counted in each group."""
    found = ledger(archive, {})
    metrics.BALANCED.set(1 if found["balanced"] else 0)
    if not found["balanced"]:
        event("the ledger does not balance", level=40)
    people: Counter[tuple[str, str]] = Counter()
    for row in archive.cells():
        for group, cell in row["groups"].items():
            people[group, "released"] += cell["n"]["released"]
            people[group, "held"] += cell["n"]["buffer"] + cell["n"]["held"]
    for group in GROUPS:
        for state in ("released", "held"):
            metrics.PEOPLE.labels(group, state).set(people[group, state] // 10 * 10)
