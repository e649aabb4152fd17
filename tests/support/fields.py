"""Which fields are kept where, as docs/stored.md publishes them, and which of what is kept are not among them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "stored.md"


@lru_cache
def published() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    """Patterns of field paths by place (`statistics.cells`, `responses-v1`), from the page's headings and tables."""
    found: dict[str, tuple[re.Pattern[str], ...]] = {}
    for part in PAGE.read_text("utf-8").split("\n### ")[1:]:
        places, _, text = part.partition("\n")
        fields = re.findall(
            r"`([^`]+)`", "\n".join(line.split("|")[1] for line in text.splitlines() if line[:1] == "|")
        )
        patterns = tuple(_pattern(field) for field in fields)
        found |= {place: patterns for place in re.findall(r"`([^`]+)`", places)}
    return found


def _pattern(field: str) -> re.Pattern[str]:
    """`groups.<group>.k` as a pattern: <…> is one name of many, … at the end is everything below."""
    pieces = [re.escape(piece) for piece in re.split(r"<[^>]*>", field.removesuffix(".…"))]
    return re.compile("[^.]+".join(pieces) + (r"(\..*)?" if field.endswith(".…") else ""))


def paths(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of everything in a document that holds nothing further; list members share their list's path.
    A dot in a name is spelt as a colon."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            name = str(name).replace(".", ":")
            yield from paths(inner, f"{at}.{name}" if at else name)
    elif isinstance(value, list | tuple) and value:
        for inner in value:
            yield from paths(inner, at)
    else:
        yield at, value


def unlisted(rows: Iterable[tuple[str, Any]]) -> list[str]:
    """Each (place, document)'s fields that the page does not list under that place."""
    found = set()
    for place, document in rows:
        known = published().get(place, ())
        for path, _ in paths(document):
            if path and not any(pattern.fullmatch(path) for pattern in known):
                found.add(f"{place}: {path}")
    return sorted(found)
