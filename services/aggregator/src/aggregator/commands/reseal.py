"""`reseal`: what is sealed under the key before the last change is sealed under the one of now, workers running."""

from collections.abc import Iterable
from dataclasses import dataclass

from aggregator.sealing import Sealer
from chassis.mongo import Client, told_apart

ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """How many cells there are, how many of them were sealed anew, how many a worker kept changing meanwhile."""

    cells: int
    anew: int
    busy: int

    def __str__(self) -> str:
        said = f"{self.cells} cells, of them {self.anew} sealed anew"
        if self.busy:
            return f"{said}; {self.busy} changed meanwhile: run this again"
        if self.anew:
            return f"{said}; run this again once every process runs with the new key, and unset BLOB_KEY_PREVIOUS at 0"
        return f"{said}: nothing needs BLOB_KEY_PREVIOUS any more, unset it; backups made before need the old key"


def reseal(client: Client, databases: Iterable[str], sealer: Sealer) -> Report:
    """Goes over every cell; one that is written meanwhile is read again, so that no figure is ever put back. Fatal
    where a cell opens with neither key."""
    cells = anew = busy = 0
    with told_apart():
        for database in databases:
            found = client[database].cells
            for session in found.distinct("_id"):
                cells += 1
                for _ in range(ATTEMPTS):
                    row = found.find_one({"_id": session}, {"blob": 1})
                    new = None if row is None else sealer.resealed(session, bytes(row["blob"]))
                    if row is None or new is None:
                        break
                    if found.update_one({"_id": session, "blob": row["blob"]}, {"$set": {"blob": new}}).modified_count:
                        anew += 1
                        break
                else:
                    busy += 1
    return Report(cells=cells, anew=anew, busy=busy)
