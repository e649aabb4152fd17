"""Identity's figures; labels come from closed sets and never hold a school, a session, a code or a person."""

from prometheus_client import Counter, Gauge, Histogram

from chassis.company import Company
from contracts.values import GROUPS

BALLOTS = Counter(
    "identity_ballots_total",
    "Requests for a ballot, by outcome (signed, refused) and reason; signed ones ten at a time.",
    ["outcome", "reason"],
)
BALLOT_OUTCOMES = {
    "signed": ("first", "repeated"),
    "refused": (
        *("unknown-slip", "too-many-attempts", "not-yet-open", "session-closed", "code-used", "bad-blinded-message"),
        *("malformed", "signers-busy", "signers-away", "database"),
    ),
}
BALLOT_SECONDS = Histogram("identity_ballot_seconds", "Time to sign a ballot, ten at a time.")
signed = Company()
"""Tells what is known of signed ballots."""
SIGNERS_TAKEN = Gauge(
    "identity_signers_taken", "Requests that use or wait for a signing process.", multiprocess_mode="livesum"
)
SIGNERS_PLACES = Gauge(
    "identity_signers_places",
    "Requests that may use or wait for a signing process at a time; the next is refused as busy.",
    multiprocess_mode="livesum",
)
SLIPS = Counter("identity_slips_total", "Slips made or taken back, by group and act.", ["group", "act"])
SLIP_ACTS = ("issued", "reissued", "revoked")
SESSIONS = Counter(
    "identity_session_acts_total",
    "Acts of coordinators upon sessions (created, extended, closed, cancelled).",
    ["act"],
)
SESSION_ACTS = ("created", "extended", "closed", "cancelled")
SIGN_INS = Counter("identity_sign_ins_total", "Sign-ins of staff, by outcome.", ["outcome"])
SIGN_IN_OUTCOMES = ("done", "wrong-credentials", "too-many-attempts")
ROWS = Counter("identity_import_rows_total", "Rows of imported registers, by outcome.", ["outcome"])
ROW_OUTCOMES = ("taken", "refused")
PUBLISHED = Counter("identity_published_total", "Messages acknowledged by Kafka, by topic.", ["topic"])
OUTBOX = Gauge("identity_outbox_waiting", "Messages that wait to be published.", multiprocess_mode="livemax")
OUTBOX_AGE = Gauge(
    "identity_outbox_age_seconds", "Time since the oldest waiting message was first seen.", multiprocess_mode="livemax"
)
MARKERS_LATE = Gauge(
    "identity_close_markers_overdue",
    "Sessions whose close marker is due and not in the outbox.",
    multiprocess_mode="livemax",
)
CODES_OVERDUE = Gauge(
    "identity_code_hashes_overdue",
    "Hashes of participation codes that should have been purged two days ago, told by the relay.",
    multiprocess_mode="livemax",
)
KEY_POOL = Gauge("identity_key_pool", "Fresh key pairs in the pool.", multiprocess_mode="livemax")
LEADER = Gauge("identity_relay_leader", "1 while this process is the relay.", multiprocess_mode="livemax")


def begin() -> None:
    """Makes every series appear with 0, so that a rate never starts in the middle."""
    for outcome, reasons in BALLOT_OUTCOMES.items():
        for reason in reasons:
            BALLOTS.labels(outcome, reason)
    for group in GROUPS:
        for act in SLIP_ACTS:
            SLIPS.labels(group, act)
    for act in SESSION_ACTS:
        SESSIONS.labels(act)
    for outcome in SIGN_IN_OUTCOMES:
        SIGN_INS.labels(outcome)
    for outcome in ROW_OUTCOMES:
        ROWS.labels(outcome)
