"""The four figures that an operator looks at first, read from what the services show under /metrics."""

import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.error import URLError

from prometheus_client.parser import text_string_to_metric_families

Sample = tuple[str, Mapping[str, str], float]
"""A figure's name, labels and value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Responses accepted, folded and folded again in vain, records waiting, snapshots released, editions made; None
    where the process that knows does not answer."""

    accepted: int | None
    folded: int | None
    duplicates: int | None
    lag: int | None
    released: int | None
    editions: int | None


def figures(read: Callable[[str], str | None], addresses: Mapping[str, str]) -> Figures:
    """`read` gives the text behind an address of `addresses` (by process), or None."""
    collector = samples(read(addresses["collector"]))
    aggregator = samples(read(addresses["aggregator"]))
    editor = samples(read(addresses["editor"]))
    return Figures(
        accepted=total(collector, "collector_responses_total", outcome="accepted"),
        folded=total(aggregator, "aggregator_records_total", outcome="folded"),
        duplicates=total(aggregator, "aggregator_records_total", outcome="duplicate"),
        lag=total(aggregator, "aggregator_lag_records"),
        released=total(aggregator, "aggregator_releases_total"),
        editions=total(editor, "aggregator_editions_total"),
    )


def samples(text: str | None) -> list[Sample] | None:
    """All figures of a /metrics text; None stays None."""
    if text is None:
        return None
    return [
        (sample.name, sample.labels, sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    ]


def total(found: Iterable[Sample] | None, name: str, **labels: str) -> int | None:
    """The sum of a figure over all label values, or over those named."""
    if found is None:
        return None
    fitting = (
        value for other, held, value in found if other == name and all(held.get(k) == v for k, v in labels.items())
    )
    return round(sum(fitting))


def fetch(address: str) -> str | None:
    """The text there, or None if nobody answers within two seconds."""
    try:
        with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310  # our own loopback address
            text: str = response.read().decode()
            return text
    except (URLError, OSError):
        return None
