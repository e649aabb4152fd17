"""What a committed batch adds to the figures that operators watch, and to the log."""

from aggregator import metrics
from aggregator.changes import Changes
from chassis.logs import event


def told(changes: Changes, seconds: float) -> None:
    """Counts what became of each record, what was released or withheld, and how long it took."""
    records = 0
    for tally in changes.tallies:
        records += tally.last - tally.first + 1
        metrics.RECORDS.labels("folded", "").inc(tally.folded)
        metrics.RECORDS.labels("duplicate", "").inc(tally.duplicates)
        metrics.RECORDS.labels("marker", "").inc(tally.markers)
    for dead in changes.dead:
        metrics.RECORDS.labels("buried", dead.reason).inc()
        event("buried", reason=dead.reason, partition=dead.record.partition, offset=dead.record.offset)
    for release in changes.releases:
        metrics.RELEASES.labels(release.group, str(release.final).lower()).inc()
    for state in changes.sessions:
        if state.closing is not None:
            for group, cell in state.groups.items():
                if cell.withheld:
                    metrics.WITHHELD.labels(group, cell.withheld).inc()
    metrics.BATCH_RECORDS.observe(records)
    metrics.BATCH_SECONDS.observe(seconds)
