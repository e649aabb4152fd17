"""What an edition is compared with: the schools of its closed campaign as benchmark bands see them (last snapshots,
with the moments that go with them), and the last edition of the campaign before."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from aggregator.archive import Archive
from aggregator.benchmark import SchoolMean, Standing, school_mean
from aggregator.documents import Document
from aggregator.earlier import Earlier, campaign_before
from aggregator.nation import as_begun, core_items, plus
from chassis.errors import Fatal
from contracts.messages import Campaign, SchoolSession

_AT_ONCE = 500


def standings(archive: Archive, campaign: str, sessions: Mapping[str, SchoolSession]) -> Iterator[Standing]:
    """Every cell of a campaign that was released at its close, but for those whose moments were purged. Cells
    withheld then have no last snapshot. Fatal if moments are missing otherwise."""
    spent = {row["_id"] for row in archive.cells({"campaign": campaign, "spent": True})}
    final = archive.snapshots({"campaign": campaign, "final": True})
    last = (row for row in final if row["session"] not in spent)
    while some := list(islice(last, _AT_ONCE)):
        names = {row["_id"]: [f"{_cell(row)}/{seq}" for seq in range(1, row["seq"] + 1)] for row in some}
        moments = archive.moments([name for batches in names.values() for name in batches])
        for row in some:
            if gone := [name for name in names[row["_id"]] if name not in moments]:
                raise Fatal(f"the moments of snapshot {gone[0]} are missing: see `verify`")
            yield _standing(row, sessions[row["session"]], [moments[name]["area"] for name in names[row["_id"]]])


def last_edition_before(archive: Archive, campaign: Campaign) -> Earlier | None:
    """The last edition of the campaign before this one, None where there is none."""
    before = campaign_before(campaign, archive.campaigns())
    heads = archive.heads(before.campaign) if before is not None else []
    if before is None or not heads or not heads[-1]["final"]:
        return None
    cells = {
        (row["level"], row["group"]): row for row in archive.beside_head(heads[-1]["_id"]) if row["kind"] == "cell"
    }
    return Earlier(campaign=as_begun(before, heads), number=heads[-1]["number"], cells=cells)


def _standing(row: Document, session: SchoolSession, batches: list[Mapping[str, Any]]) -> Standing:
    summed: dict[str, dict[str, Any]] = {}
    for batch in batches:
        for area, moments in batch.items():
            summed[area] = plus(summed.get(area), moments)
    items: dict[str, list[list[int]]] = {}
    for item in core_items(session.groups[row["group"]]):
        items.setdefault(item[0], []).append(row["items"][item])
    found: dict[str, SchoolMean | None] = {
        area: school_mean(counts, summed.get(area)) for area, counts in sorted(items.items())
    }
    return Standing(
        id=_cell(row),
        level=session.level,
        size=session.stratum.size,
        settlement=session.stratum.settlement,
        group=row["group"],
        areas={area: mean for area, mean in found.items() if mean is not None},
    )


def _cell(row: Document) -> str:
    return f"{row['session']}/{row['group']}"
