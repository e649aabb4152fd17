"""The audit log of the ministry, to read, filter and take along; and the manifest of key cards, to be checked."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from flask import Response, request

from identity import codes
from identity.current import the_desk
from identity.desk import checking
from identity.store import records, schools
from identity.store.records import Lines
from identity.workspace.frame import blueprint, moment_of, needs, page_asked, render, t

PAGE = 50
COLUMNS = ("at", "act", "who", "school", "session", "campaign", "group", "user", "count", "about")
_SHOWN_APART = frozenset({"_id", *COLUMNS})
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _asked() -> Lines:
    """What the filter on the page asks for."""
    asked = request.args
    first, last = moment_of(asked.get("from", ""), "00:00"), moment_of(asked.get("to", ""), "00:00")
    return Lines(
        act=asked.get("act", "") if asked.get("act", "") in ACTS else "",
        who=asked.get("who", "").strip().lower()[:60],
        school=codes.normal(asked.get("school", ""))[:20],
        since=first,
        until=None if last is None else last + timedelta(days=1),
    )


ACTS = (
    *("staff-added", "staff-ended", "secrets-reset", "api-key-added", "api-key-rotated", "api-key-removed"),
    *("register-taken", "school-added", "school-changed", "school-ended", "school-follows", "school-reopened"),
    *("ending-refused", "invitation-printed", "invitation-reissued", "invitation-withdrawn"),
    *("coordinator-signed-up", "coordinator-ended", "handover-printed", "handover-withdrawn"),
    *("campaign-created", "campaign-closed", "session-created", "session-extended", "session-closed"),
    *("session-cancelled", "slips-issued", "slips-reissued", "slip-cap-raised", "session-shared"),
    *("session-unshared", "report-opened", "earlier-report-opened"),
)
"""Every act that the log knows."""


@blueprint.get("/audit")
@needs("audit")
def audit() -> Response:
    place, asked, number = the_desk().place, _asked(), page_asked()
    total = records.count_notes(place, asked.filter())
    notes = records.notes(place, asked.filter(), PAGE, (number - 1) * PAGE)
    query = "&".join(f"{name}={value}" for name, value in _query().items())
    return render(
        "audit.html",
        notes=notes,
        named=schools.named(place, notes),
        total=total,
        acts=sorted(ACTS, key=lambda act: t(f"act.{act}")),
        asked=request.args,
        query=query,
        page=number,
        pages=max(1, -(-total // PAGE)),
    )


def _query() -> dict[str, str]:
    return {
        name: quote(request.args[name]) for name in ("act", "who", "school", "from", "to") if request.args.get(name)
    }


@blueprint.get("/audit.csv")
@needs("audit")
def audit_file() -> Response:
    """Every line that the filter leaves, the newest first; a cell that a program could take for a formula is text."""
    rows = records.every_note(the_desk().place, _asked().filter())
    headers = {"Content-Disposition": 'attachment; filename="guzgu-audit.csv"'}
    return Response(_file(rows), mimetype="text/csv", headers=headers)


def _file(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield "\ufeff" + _row(COLUMNS)
    for row in rows:
        more = "; ".join(f"{name}={_plain(row[name])}" for name in sorted(set(row) - _SHOWN_APART))
        values = {**row, "at": row["at"].strftime("%Y-%m-%dT%H:%M:%SZ"), "about": more}
        yield _row([str(values.get(name) or "") for name in COLUMNS])


def _plain(value: Any) -> str:
    if not isinstance(value, list):
        return str(value)
    return ", ".join(
        " ".join(filter(None, (one["level"], one["field"], f"{one['before']} → {one['after']}")))
        if isinstance(one, dict)
        else str(one)
        for one in value
    )


def _row(cells: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in cells])
    return text.getvalue()


@blueprint.get("/manifest")
@needs("audit")
def manifest() -> Response:
    """What the manifest proves and how to check it; the newest lines checked here; a slip's fingerprint looked up."""
    desk, asked = the_desk(), request.args.get("fingerprint", "").strip()[:40]
    found = checking.of_fingerprint(desk, asked) if asked else None
    return render(
        "manifest.html",
        head=checking.head(desk),
        asked=asked,
        found=found,
        origin=desk.settings.identity_origin,
    )
