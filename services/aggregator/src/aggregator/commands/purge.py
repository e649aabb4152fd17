"""`purge`: forgets what no session needs any more, in the log, among the dead letters and in the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from aggregator.documents import Document, purged_to
from aggregator.logreader import LogReader
from aggregator.logwriter import LogWriter
from aggregator.purging import Begin, expired_on, needs
from aggregator.retention import Retention
from chassis.errors import Fatal
from contracts.codec import Malformed, decode
from contracts.messages import DeadLetter, Purged
from contracts.topics import DEAD_LETTERS, RESPONSES


@dataclass(kw_only=True, slots=True)
class Report:
    """What a purge did; `waiting` sessions are expired and keep figures and moments until their campaign's last
    edition; `emptied`: the database that a rebuild had left."""

    partitions: int = 0
    records: int = 0
    letters: int = 0
    ids: int = 0
    blanked: int = 0
    moments: int = 0
    waiting: int = 0
    emptied: str = ""

    def __str__(self) -> str:
        said = (
            f"{self.records} records deleted in {self.partitions} partitions, {self.letters} dead letters, "
            f"{self.ids} response ids; figures of {self.blanked} sessions blanked, "
            f"moments of {self.moments} batches deleted"
        )
        if self.waiting:
            said += f"; {self.waiting} expired sessions wait for the last edition of their campaign"
        if self.emptied:
            said += f"; {self.emptied}, which a rebuild had left, was emptied"
        return said


def purge(
    retention: Retention,
    offsets: Callable[[], list[Document]],
    log: LogReader,
    letters: LogReader,
    writer: LogWriter,
    today: date,
) -> Report:
    """Forgets. Run again after any error: every step finds out by itself what is left of it to do."""
    cells = retention.cells()
    needed = dict.fromkeys(retention.sessions_going_on(), True)
    needed |= {session: needs(cell, today) for session, cell in cells.items()}
    stored = {row["_id"]: row for row in offsets()}
    report = Report()
    cuts = _cuts(retention, stored, log, needed)
    writer.delete_below(RESPONSES, cuts)
    writer.mark_purged(RESPONSES, cuts, today)
    for partition, cut in cuts.items():
        report.partitions += 1
        report.records += cut - purged_to(stored[partition])
        report.ids += retention.forget(partition, cut)
    reach = {partition: cuts.get(partition, purged_to(row)) for partition, row in stored.items()}
    dead, report.letters = _letters(letters, reach)
    writer.delete_below(DEAD_LETTERS, dead)
    writer.mark_purged(DEAD_LETTERS, dead, today)
    _forget_figures(retention, cells, today, report)
    retention.done(today)
    return report


def _cuts(
    retention: Retention, stored: Mapping[int, Document], log: LogReader, needed: Mapping[str, bool]
) -> dict[int, int]:
    """Where each partition is cut; the sessions that lose records to it are marked first."""
    begins = {number: Begin(needed=needed) for number in stored}
    starts = log.starts()
    until = {number: row["next"] for number, row in stored.items()}
    for record in log.records(starts=starts, ends=until, enough=lambda number: begins[number].lowest is not None):
        begins[record.partition].read(record.offset, record.value)
    cuts = {}
    for number, begin in begins.items():
        done, start = purged_to(stored[number]), starts[number]
        cut = max(begin.cut(retention.firsts(number), until[number]), done)
        if start > cut:
            raise Fatal(
                f"partition {number}: the log begins at offset {start}, records from {cut} on are still needed: "
                "they were lost, not purged. Nothing was deleted. Restore a backup, see docs/operations.md."
            )
        if cut > done and (begin.anything or start > done):
            retention.mark(number, begin.touched(cut))
            cuts[number] = cut
    return cuts


def _letters(letters: LogReader, reach: Mapping[int, int]) -> tuple[dict[int, int], int]:
    """(where the dead letters of each partition are cut, how many go)."""
    bounds = letters.bounds()
    stays: dict[int, int] = {}
    gone: dict[int, int] = {}
    for record in letters.records(enough=lambda number: number in stays):
        number = record.partition
        if number in stays:
            continue
        try:
            message = decode(record.value)
        except Malformed:
            message = None
        if isinstance(message, DeadLetter) and message.offset >= reach.get(number, 0):
            stays[number] = record.offset
        elif not isinstance(message, Purged):
            gone[number] = gone.get(number, 0) + 1
    return {number: stays.get(number, bounds[number][1]) for number in gone}, sum(gone.values())


def _forget_figures(retention: Retention, cells: Mapping[str, Document], today: date, report: Report) -> None:
    """Blanks unreleased figures and deletes moments, once no edition needs them any more."""
    finished, known = retention.finished(), retention.campaigns()
    expired = [
        cell
        for cell in cells.values()
        if cell["closed"] and expired_on(cell) < today and (_to_blank(cell) or _to_spend(cell))
    ]
    ready = [cell for cell in expired if cell["campaign"] in finished or cell["campaign"] not in known]
    report.waiting = len(expired) - len(ready)
    blank = [cell for cell in ready if _to_blank(cell)]
    retention.blank(blank)
    report.blanked = len(blank)
    report.moments = retention.spend([cell["_id"] for cell in ready if _to_spend(cell)])


def _to_blank(cell: Document) -> bool:
    unreleased = sum(group["n"]["buffer"] + group["n"]["held"] for group in cell["groups"].values())
    return bool(unreleased) and not cell.get("blank")


def _to_spend(cell: Document) -> bool:
    return any(group["n"]["seq"] for group in cell["groups"].values()) and not cell.get("spent")
