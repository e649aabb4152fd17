"""The data dictionary of open data: which tables an edition has, and what each column means, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

FILE: Final = Path(__file__).with_name("dictionary.yaml")
PERCENT: Final = "_percent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column: `type` is string, integer or number; `meaning` and `unit` by language; `values` where there are only
    so many; an empty cell means that there is no figure, and never stands in a `required` column."""

    name: str
    type: str
    meaning: Mapping[str, str]
    unit: Mapping[str, str]
    required: bool
    minimum: float | None
    maximum: float | None
    values: tuple[str, ...]

    def fits(self, value: object) -> bool:
        """Whether a cell may hold this."""
        if value is None or value == "":
            return not self.required
        if self.type == "string":
            return isinstance(value, str) and (not self.values or value in self.values)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not (whole or (self.type == "number" and isinstance(value, float))):
            return False
        number = float(value)  # type: ignore[arg-type]  # an int or a float by now
        return (self.minimum is None or number >= self.minimum) and (self.maximum is None or number <= self.maximum)


@dataclass(frozen=True, kw_only=True, slots=True)
class TableTerms:
    """One table: its columns in order, and those (`key`) that no two rows have alike."""

    name: str
    key: tuple[str, ...]
    title: Mapping[str, str]
    about: Mapping[str, str]
    columns: tuple[Column, ...]


@cache
def tables() -> Mapping[str, TableTerms]:
    """Every table by its name, in the order of the page and of the package."""
    found = yaml.safe_load(FILE.read_text("utf-8"))
    columns = {name: _column(name, terms) for name, terms in found["columns"].items()}
    return {
        name: TableTerms(
            name=name,
            key=tuple(terms["key"]),
            title=terms["title"],
            about=terms["about"],
            columns=tuple(columns[column] for column in terms["columns"]),
        )
        for name, terms in found["tables"].items()
    }


def _column(name: str, terms: Mapping[str, Any]) -> Column:
    return Column(
        name=name,
        type=terms["type"],
        meaning={"en": terms["en"], "az": terms["az"]},
        unit=terms.get("unit", {}),
        required=terms.get("required", False),
        minimum=terms.get("minimum"),
        maximum=terms.get("maximum"),
        values=tuple(str(value) for value in terms.get("values", ())),
    )
