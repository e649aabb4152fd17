"""Where the regions stand on a map of tiles, and how they are called: a data file, or a grid where it does not fit."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from look import locale
from reporter.national.audience import TOGETHER

COLUMNS: Final = 5
LETTERS: Final = 5
LAYOUT: Final[dict[str, dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "regions.yaml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A region of the register: its name there, its name and short name in a language, and where its tile stands."""

    region: str
    name: str
    short: str
    column: int
    row: int


def places(regions: Iterable[str], language: str) -> tuple[Place, ...]:
    """The tiles of these regions, with all others of the layout if it knows them all; else a grid of these alone."""
    known = sorted(set(regions), key=lambda region: locale.sort_key(region, language))
    if all(region in LAYOUT for region in known):
        return tuple(
            Place(
                region=region,
                name=name(region, language),
                short=str(found["short"]),
                column=int(found["column"]),
                row=int(found["row"]),
            )
            for region, found in sorted(LAYOUT.items(), key=lambda entry: (entry[1]["row"], entry[1]["column"]))
        )
    return tuple(
        Place(region=region, name=region, short=region[:LETTERS], column=number % COLUMNS, row=number // COLUMNS)
        for number, region in enumerate(known)
    )


def name(region: str, language: str) -> str:
    """A region, or several that are shown together, as people call it."""
    parts = (str(LAYOUT.get(part, {}).get(language, part)) for part in region.split(TOGETHER))
    return TOGETHER.join(parts)
