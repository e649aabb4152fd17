"""An edition as a package of open data: CSV tables, one JSON document, their description and their checksums.

The data of an edition have the same bytes for ever: what depends on the program's version or place is not in them. What
is said about them (description, and so the checksums) may be said more clearly later.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

from reporter.files.exports import sheet
from reporter.national import dictionary
from reporter.national.dictionary import Column, TableTerms
from reporter.national.open_tables import Document, Table

LICENCE: Final = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
WHOLE: Final = "edition.json"
DESCRIPTION: Final = "datapackage.json"
SUMS: Final = "SHA256SUMS"


def files(head: Document, campaign: Document | None, tables: Mapping[str, Table]) -> dict[str, bytes]:
    """Every file of the package by its name: the tables as CSV, `edition.json`, `datapackage.json` (Frictionless Data
    Package, with the data dictionary) and `SHA256SUMS` over all of them."""
    found = {
        f"{name}.csv": sheet(table.columns, table.rows, mark=False, counted=False) for name, table in tables.items()
    }
    found[WHOLE] = orjson.dumps(document(head, campaign, tables))
    found[DESCRIPTION] = orjson.dumps(_description(head, campaign, tables, found), option=orjson.OPT_INDENT_2)
    found[SUMS] = "".join(f"{_digest(body)}  {name}\n" for name, body in found.items()).encode()
    return found


def names() -> tuple[str, ...]:
    """The names of the files of every package."""
    return (*(f"{name}.csv" for name in dictionary.tables()), WHOLE, DESCRIPTION, SUMS)


def about(head: Document, campaign: Document | None) -> dict[str, Any]:
    """Which edition this is, and how much stands behind it."""
    return {
        "campaign": head["campaign"],
        "names": dict(campaign["names"]) if campaign else {},
        "questionnaire": campaign["questionnaire"] if campaign else None,
        "edition": head["number"],
        "as_of": head["as_of"],
        "final": head["final"],
        "digest": head["digest"],
        "licence": LICENCE["name"],
        "groups": head["groups"],
        "breakdowns": head.get("breakdowns", []),
        "shown_together": head.get("classes", {}),
        "change_since": head.get("since"),
        "ballots_checked": head.get("ballots_checked"),
    }


def document(head: Document, campaign: Document | None, tables: Mapping[str, Table]) -> dict[str, Any]:
    """The whole edition as JSON-ready values: each table a list of rows, and how many rows each should have."""
    return {
        **about(head, campaign),
        **{name: table.documents() for name, table in tables.items()},
        "rows": {name: len(table.rows) for name, table in tables.items()},
    }


def _description(
    head: Document, campaign: Document | None, tables: Mapping[str, Table], made: Mapping[str, bytes]
) -> dict[str, Any]:
    about_it = about(head, campaign)
    terms = dictionary.tables()
    return {
        "profile": "tabular-data-package",
        "name": f"{head['campaign']}-{head['number']}".lower(),
        "title": f"Güzgü: {about_it['names'].get('en', head['campaign'])}, edition {head['number']}",
        "title_az": f"Güzgü: {about_it['names'].get('az', head['campaign'])}, {head['number']} nömrəli buraxılış",
        "version": "1",
        "licenses": [LICENCE],
        "guzgu": about_it,
        "resources": [
            *(_resource(terms[name], len(table.rows), made[f"{name}.csv"]) for name, table in tables.items()),
            {
                "name": "edition",
                "path": WHOLE,
                "title": "All tables in one document",
                "title_az": "Bütün cədvəllər bir sənəddə",
                "format": "json",
                "mediatype": "application/json",
                "encoding": "utf-8",
                **_weight(made[WHOLE]),
            },
        ],
    }


def _resource(terms: TableTerms, rows: int, body: bytes) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": terms.name,
        "path": f"{terms.name}.csv",
        "title": terms.title["en"],
        "title_az": terms.title["az"],
        "description": terms.about["en"],
        "description_az": terms.about["az"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **_weight(body),
        "rows": rows,
        "schema": {
            "fields": [_field(column) for column in terms.columns],
            "missingValues": [""],
            **({"primaryKey": key} if (key := _key(terms)) else {}),
        },
    }


def _key(terms: TableTerms) -> list[str]:
    """The key, as far as it may be declared: in a primary key no cell is empty, which some of codes' are."""
    return [] if terms.name == "codes" else list(terms.key)


def _field(column: Column) -> dict[str, Any]:
    limits = {"minimum": column.minimum, "maximum": column.maximum, "enum": list(column.values) or None}
    constraints = {name: value for name, value in limits.items() if value is not None}
    if column.required:
        constraints["required"] = True
    return {
        "name": column.name,
        "type": column.type,
        "description": column.meaning["en"],
        "description_az": column.meaning["az"],
        **({"unit": column.unit["en"], "unit_az": column.unit["az"]} if column.unit else {}),
        **({"constraints": constraints} if constraints else {}),
    }


def _weight(body: bytes) -> dict[str, Any]:
    return {"bytes": len(body), "hash": f"sha256:{_digest(body)}"}


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
