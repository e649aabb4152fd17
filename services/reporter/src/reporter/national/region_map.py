"""The map of regions: one area of one group, each region's share beside the nation's."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from reporter.drawn import tiles
from reporter.drawn.picture import Picture
from reporter.drawn.tiles import SHADES, Tile
from reporter.national import breakdowns, findings, overview, places
from reporter.national.audience import holds
from reporter.national.nation import Figure, Nation
from reporter.told.words import Voice

NARROWEST: Final = 4
"""So many per cents a shade covers at least, so that regions close together look alike."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionMap:
    """A map with what stands around it: its finding, the key of its shades, the rows of its table, and the regions
    that are not shown."""

    title: str
    finding: str
    picture: Picture
    key: Sequence[tuple[int, str]]
    rows: Sequence[tuple[str, ...]]
    missing: Sequence[str]
    own: bool
    short: Sequence[tuple[str, str]]


def region_map(
    voice: Voice, found: Nation, registered: Sequence[str], level: str, group: str, area: str, own: bool = False
) -> RegionMap | None:
    """The map of an area and group at a level, None without a figure; `registered`: the regions of the register; `own`:
    the reader sees but one of them here."""
    by_class = {cls: row for cls in found.classes("region") if (row := found.of(level, group, cls).get(area))}
    nation = found.of(level, group).get(area)
    if not by_class or nation is None:
        return None
    limits = _limits([row.share for row in by_class.values()])
    spots, tiles_, missing = places.places(registered, voice.language), [], []
    for spot in spots:
        row = next((row for cls, row in by_class.items() if holds(cls, spot.region)), None)
        if row is None:
            missing.append(spot.name)
        tiles_.append(_tile(voice, spot, row, nation, limits))
    title = voice.t("where.title", area=voice.area(area), group=voice.group_name(group))
    words = voice.t("where.words", title=title, list="; ".join(tile.words for tile in tiles_))
    return RegionMap(
        title=title,
        finding=_finding(voice, list(by_class.values()), nation, group, area),
        picture=tiles.tiles(tiles_, title, words, f"map-{area}-{group}"),
        key=[(shade, voice.percents(low, high)) for shade, (low, high) in enumerate(pairwise(limits))],
        rows=[_row(voice, row, nation) for row in sorted(by_class.values(), key=lambda row: (-row.share, row.cls))],
        missing=missing,
        own=own,
        short=[(spot.short, spot.name) for spot in sorted(spots, key=lambda spot: spot.name)],
    )


def choice(found: Nation, level: str) -> tuple[str, str] | None:
    """(group, area) in which regions differ most beyond chance; else any that has regions; None without any."""
    gaps = findings.class_gaps(found, level)
    if gaps:
        return gaps[0].lower.group, gaps[0].lower.area
    for cls in found.classes("region"):
        for group in reversed(overview.groups(found, level, cls)):
            return group, next(iter(found.of(level, group, cls)))
    return None


def _limits(shares: Sequence[float]) -> list[float]:
    """The ends of the shades' steps: whole per cents, all of one width."""
    low = math.floor(100 * min(shares) + 1e-9)
    width = max(NARROWEST, math.ceil((100 * max(shares) - low) / len(SHADES) - 1e-9))
    low = max(0, min(low, 100 - width * len(SHADES)))
    return [(low + width * place) / 100 for place in range(len(SHADES) + 1)]


def _tile(voice: Voice, spot: places.Place, row: Figure | None, nation: Figure, limits: Sequence[float]) -> Tile:
    place = {"name": spot.name, "short": spot.short, "column": spot.column, "row": spot.row}
    if row is None:
        words = voice.t("where.tile_none", region=spot.name)
        return Tile(**place, value="", shade=0, mark=None, words=words)  # type: ignore[arg-type]  # texts and numbers by name
    shade = sum(row.share >= limit for limit in limits[1:-1])
    mark = findings.clear(row, nation)
    words = voice.t("where.tile", region=spot.name, share=overview.cell(voice, row)[0], word=_word(voice, mark))
    return Tile(**place, value=voice.percent(row.share), shade=shade, mark=mark, words=words)  # type: ignore[arg-type]  # as above


def _row(voice: Voice, row: Figure, nation: Figure) -> tuple[str, ...]:
    share, interval = overview.cell(voice, row)
    word = _word(voice, findings.clear(row, nation))
    return (
        breakdowns.class_name(voice, row.cls),
        share,
        interval,
        word,
        voice.number(row.schools),
        voice.number(row.people),
    )


def _word(voice: Voice, mark: str | None) -> str:
    return voice.t(f"where.{mark or 'near'}")


def _finding(voice: Voice, rows: Sequence[Figure], nation: Figure, group: str, area: str) -> str:
    low = min(rows, key=lambda row: row.share)
    high = max(rows, key=lambda row: row.share)
    given = {"area": voice.area(area), "group": voice.group(group)}
    if len(rows) == 1:
        word = _word(voice, findings.clear(low, nation))
        region = breakdowns.class_name(voice, low.cls)
        return voice.t("where.find_one", **given, region=region, share=voice.percent(low.share), word=word)
    if findings.clear(low, high) is None:
        return voice.t("where.find_alike", **given)
    return voice.t(
        "where.find_range",
        **given,
        low=voice.percent(low.share),
        low_region=breakdowns.class_name(voice, low.cls),
        high=voice.percent(high.share),
        high_region=breakdowns.class_name(voice, high.cls),
    )
