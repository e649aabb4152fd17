"""The reporter's own figures; no label ever names a school, a session or a person."""

from typing import Final

from prometheus_client import Counter, Histogram

SIGNONS: Final = Counter(
    "reporter_signons_total", "Grants from identity that were presented, by what became of them.", ["outcome", "reason"]
)
PAGES: Final = Counter(
    "reporter_pages_total",
    "Reports, dashboards and exports answered: built anew, from ready bytes, not modified, refused, too many at once.",
    ["page", "outcome"],
)
BUILD_SECONDS: Final = Histogram("reporter_build_seconds", "Time to assemble one page or export anew.", ["page"])
KEYS: Final = Counter("reporter_key_reads_total", "Readings of identity's public keys, by outcome.", ["outcome"])

SIGNON_REASONS: Final = ("", "forged", "expired", "used", "malformed", "no-key")
PAGE_OUTCOMES: Final = ("built", "ready", "not-modified", "refused")
PAGE_NAMES: Final = (
    "report",
    "file",
    "print",
    "participation",
    "national",
    "me",
    "open-data",
    "editions",
    "docs",
    "any",
)
