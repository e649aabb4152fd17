"""The aggregator's figures; labels come from closed sets and never name a school, session or code."""

import math

from prometheus_client import Counter, Gauge, Histogram

from aggregator.intake import REASONS

RECORDS = Counter(
    "aggregator_records_total",
    "Records of responses-v1 committed, by outcome (folded, duplicate, buried, marker) and reason of burying; folded "
    "and duplicate ones ten at a time.",
    ["outcome", "reason"],
)
for _outcome in ("folded", "duplicate", "marker"):
    RECORDS.labels(_outcome, "")
for _reason in REASONS:
    RECORDS.labels("buried", _reason)
BATCH_SECONDS = Histogram(
    "aggregator_batch_seconds",
    "Time from a gathered batch to its commit, ten batches at a time.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
BATCH_RECORDS = Histogram(
    "aggregator_batch_records",
    "Records in a committed batch, ten batches at a time.",
    buckets=(1, 10, 100, 1_000, 5_000, 20_000, 100_000),
)
RETRIED = Counter("aggregator_batches_retried_total", "Batches that were tried again, by what was away.", ["reason"])
STALLED = Gauge(
    "aggregator_partition_stalled_seconds",
    "Seconds since that partition of this worker last advanced which has stood still the longest although it has "
    "lag, by the worker's own clock; 0 without lag.",
)
LAG = Gauge("aggregator_lag_records", "Records of this worker's partitions not folded yet, rounded up to tens.")
LOG = Gauge("aggregator_log_records", "Sum of the ends of the logs of this worker's partitions, rounded down to tens.")
MARGIN = Gauge(
    "aggregator_partition_margin",
    "Records between the beginning of a partition's log and the next one to fold, of the partition with the fewest; "
    "rounded down to thousands, but exact below 0.",
)
OWNED = Gauge("aggregator_partitions_owned", "Partitions that this worker owns.")
IDS = Gauge("aggregator_ids", "Response ids in memory, rounded down to thousands.")
SESSIONS = Gauge("aggregator_sessions_open", "Sessions in memory, not yet closed.")
RELEASES = Counter(
    "aggregator_releases_total", "Snapshots released, by group and whether it is the cell's last.", ["group", "final"]
)
WITHHELD = Counter(
    "aggregator_withheld_total", "Cells withheld at their close, by group and reason.", ["group", "reason"]
)
FENCED = Counter("aggregator_fenced_total", "Times that another process owned a partition that this one held.")
EDITIONS = Counter("aggregator_editions_total", "Editions made, by whether it is the campaign's last.", ["final"])
EDITION_WAITING = Gauge(
    "aggregator_edition_waiting_people",
    "People in released batches that no edition has admitted yet, by group.",
    ["group"],
)
EDITION_SECONDS = Histogram(
    "aggregator_edition_seconds",
    "Time to look for admissible batches and to make an edition of them.",
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120),
)
BAD_PROOFS = Gauge(
    "aggregator_bad_ballot_proofs", "Ballot proofs that the last check found false; stops final editions."
)
EDITOR_LEADS = Gauge("aggregator_editor_leads", "1 while this editor holds the lease.")
PEOPLE = Gauge(
    "aggregator_people",
    "People counted, by group and whether a snapshot has them (released, held back); told by the editor every ten "
    "minutes, rounded down to tens.",
    ["group", "state"],
)
BALANCED = Gauge(
    "aggregator_ledger_balanced",
    "1 if the last look at the whole ledger balanced, 0 if not; NaN before the first. Told by the leading editor.",
)
BALANCED.set(math.nan)
LAST_EDITIONS_DUE = Gauge(
    "aggregator_last_editions_due", "Closed campaigns without their last edition, told by the leading editor."
)
WAITING_SECONDS = Gauge(
    "aggregator_edition_waiting_seconds",
    "Seconds for which released batches have been waiting without an edition that admitted any, longest of all "
    "campaigns; 0 if none waits.",
)
PURGE_AGE = Gauge("aggregator_purge_age_days", "Days since the last whole purge, told by the editor; it runs daily.")
