"""What a committed batch adds to the figures that operators watch, and to the log."""

from functools import partial

from aggregator import metrics
from aggregator.changes import Changes
from chassis.company import Company, Tens
from chassis.logs import event

_folded, _duplicates, _batches = Tens(), Tens(), Company()


def told(changes: Changes, seconds: float) -> None:
    """Counts what became of each record, what was released or withheld, and how long it took."""
    records = folded = duplicates = 0
    for tally in changes.tallies:
        records += tally.last - tally.first + 1
        folded += tally.folded
        duplicates += tally.duplicates
        metrics.RECORDS.labels("marker", "").inc(tally.markers)
    metrics.RECORDS.labels("folded", "").inc(_folded.add(folded))
    metrics.RECORDS.labels("duplicate", "").inc(_duplicates.add(duplicates))
    for dead in changes.dead:
        metrics.RECORDS.labels("buried", dead.reason).inc()
        # Its place stands in the dead letter; beside the time of this line it would date its neighbours.
        event("buried", level=40, reason=dead.reason)
    for release in changes.releases:
        metrics.RELEASES.labels(release.group, str(release.final).lower()).inc()
    for state in changes.sessions:
        if state.closing is not None:
            for group, cell in state.groups.items():
                if cell.withheld:
                    metrics.WITHHELD.labels(group, cell.withheld).inc()
    _batches.tell(partial(_tell_batch, records, seconds))


def _tell_batch(records: int, seconds: float) -> None:
    metrics.BATCH_RECORDS.observe(records)
    metrics.BATCH_SECONDS.observe(seconds)
