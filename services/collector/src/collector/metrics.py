"""The collector's figures; labels come from closed sets, never a school, a session or an id."""

from prometheus_client import Counter, Gauge, Histogram

from chassis.company import Company

RESPONSES = Counter(
    "collector_responses_total",
    "Responses answered, by outcome (accepted, refused, unavailable) and reason; accepted ones ten at a time.",
    ["outcome", "reason"],
)
OUTCOMES = {
    "accepted": ("acknowledged",),
    "refused": (
        *("too-large", "media-type", "not-json", "shape", "unknown-session", "closed", "cancelled", "not-yet-open"),
        *("key", "signature", "content"),
    ),
    "unavailable": ("directory", "unusable-session", "busy", "broker", "late", "error"),
}
"""Every label pair that RESPONSES can have; a test drives each."""

ROUNDS = Histogram(
    "collector_round_records",
    "Records sent to Kafka in one round; rounds that succeeded ten at a time.",
    buckets=(1, 2, 4, 8, 16, 32, 48, 64),
)
ROUND_SECONDS = Histogram(
    "collector_round_seconds",
    "Time from sending a round to its last acknowledgement or failure; rounds that succeeded ten at a time.",
)
PUBLISHED = Counter(
    "collector_published_total",
    "Records sent to Kafka, by what became of them (acknowledged, unknown); acknowledged ones ten at a time.",
    ["outcome"],
)
WAITING = Gauge(
    "collector_waiting_responses", "Responses that wait for their acknowledgement.", multiprocess_mode="livesum"
)
PLACES = Gauge(
    "collector_waiting_places",
    "Responses that may wait for their acknowledgement at a time; the next is refused as busy.",
    multiprocess_mode="livesum",
)
SESSIONS = Gauge("collector_directory_sessions", "School sessions known to this process.", multiprocess_mode="livemax")
DIRECTORY_RECORDS = Counter(
    "collector_directory_records_total",
    "Records read from the sessions topic, by what became of them (taken, stale, unusable, malformed).",
    ["outcome"],
)
DIRECTORY_AGE = Gauge(
    "collector_directory_confirmed_age_seconds",
    "Seconds since the directory last stood at the end of the sessions topic.",
    multiprocess_mode="livemax",
)
QUESTIONNAIRES = Counter(
    "collector_questionnaires_total",
    "Questionnaires asked for, by status (200, 304, 404, 503); those given ten at a time.",
    ["status"],
)
QUESTIONNAIRE_STATUSES = ("200", "304", "404", "503")

for _outcome, _reasons in OUTCOMES.items():
    for _reason in _reasons:
        RESPONSES.labels(_outcome, _reason)
for _found in ("taken", "stale", "unusable", "malformed"):
    DIRECTORY_RECORDS.labels(_found)
for _found in ("acknowledged", "unknown"):
    PUBLISHED.labels(_found)
for _found in QUESTIONNAIRE_STATUSES:
    QUESTIONNAIRES.labels(_found)

accepted = Company()
"""Tells what is known of accepted responses."""
questionnaires = Company()
"""Tells of questionnaires that were given."""
