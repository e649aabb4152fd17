"""An edition as open data: one row a figure, as guarded CSV or as JSON."""

from typing import Any, Final

from reporter.files.exports import sheet
from reporter.national.nation import Nation

NATIONAL_COLUMNS: Final = (
    *("campaign", "edition", "as_of", "final", "level", "group", "class", "area", "schools", "answers"),
    *("schools_registered", "people_registered", "agree_percent", "agree_low", "agree_high", "mean"),
)


def national_sheet(nation: Nation) -> bytes:
    """An edition's figures, a row an area, class, level and group."""
    return sheet(
        NATIONAL_COLUMNS,
        (
            [
                *(nation.campaign, nation.number, nation.as_of, str(nation.final).lower()),
                *(row.level, row.group, row.cls, row.area, row.schools, row.people),
                *(row.schools_registered, row.people_registered),
                *(_hundredths(row.share), _hundredths(row.low), _hundredths(row.high)),
                None if row.mean is None else f"{row.mean:.2f}",
            ]
            for row in nation.figures
        ),
    )


def national_document(nation: Nation) -> dict[str, Any]:
    """An edition's figures as JSON-ready values; percentages and means with at most two decimals."""
    return {
        "campaign": nation.campaign,
        "edition": nation.number,
        "as_of": nation.as_of,
        "final": nation.final,
        "digest": nation.digest,
        "people": dict(nation.people),
        "in_no_breakdown": dict(nation.in_no_breakdown),
        "breakdowns": list(nation.breakdowns),
        "breakdowns_left_out": dict(nation.left_out),
        "figures": [
            {
                "level": row.level,
                "group": row.group,
                "class": row.cls,
                "area": row.area,
                "schools": row.schools,
                "answers": row.people,
                "schools_registered": row.schools_registered,
                "people_registered": row.people_registered,
                "agree_percent": _number_of(row.share),
                "agree_low": _number_of(row.low),
                "agree_high": _number_of(row.high),
                "mean": None if row.mean is None else round(row.mean, 2),
            }
            for row in nation.figures
        ],
        "rows": len(nation.figures),
    }


def _number_of(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


def _hundredths(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.2f}"
