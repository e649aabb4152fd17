"""Tables of Markdown: written from rows, read back into rows."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Headings and rows of cells. `by_hand`: one more column whose words are kept from the page, found by the row's
    first cell."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    by_hand: str | None = None


def written(table: Table, before: Sequence[Sequence[str]] = ()) -> str:
    """The table as Markdown; `before` are the rows that stood on the page."""
    said = {row[0]: row[-1] for row in before}
    heads = (*table.heads, *((table.by_hand,) if table.by_hand else ()))
    rows = [(*row, said.get(row[0], "")) if table.by_hand else row for row in table.rows]
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join("|" + "".join(f" {cell} |" if cell else " |" for cell in line) + "\n" for line in lines)


def rows_of(text: str) -> list[list[str]]:
    """The rows below a table's headings, as cells."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in _cells(line)] for line in lines[2:]]


def escaped(text: str) -> str:
    """A text that may stand in a cell."""
    return " ".join(text.replace("|", "\\|").split())


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|").replace("\\|", "\0")
    return [cell.replace("\0", "\\|") for cell in inner.split("|")]
