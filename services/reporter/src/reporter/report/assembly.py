"""From plain documents to one session as its readers see it: each group's state, and the report of what is shown."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from contracts.questionnaire import GROUPS, Questionnaire, bank
from reporter.report import advice, change, plan, school, whole
from reporter.report.advice import Suggestion
from reporter.report.benchmark import Benchmark, benchmark
from reporter.report.change import Change, Sitting
from reporter.report.plan import Followed, Plan
from reporter.report.records import ALONE, Beside, Record
from reporter.report.school import SchoolReport
from reporter.report.whole import Level, WholeFigure
from reporter.shown import disclosure, figures
from reporter.shown.tables import Reason, ShownGroup, Withheld

State = Literal["none", "filling", "after-close", "withheld", "shown", "released", "final"]


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupState:
    """How far one group of a session has come. `answers` in steps of 5 (0 below k), exact once known; `slips`
    after the close; `rate` of the registered people, `over` if more answered than the registry knows."""

    group: str
    state: State
    reason: Reason | None
    k: int
    registered: int
    expected: int
    answers: int
    n: int | None
    as_of: str | None
    rate: float | None
    over: bool
    slips: Mapping[str, int] | None

    @property
    def slips_left(self) -> int | None:
        """How many slips that still work should be left in the box after the close; None before."""
        if self.slips is None:
            return None
        printed = self.slips["issued"] + self.slips.get("reissued", 0)
        return max(0, printed - self.slips["revoked"] - self.slips["used"])


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionView:
    """One session: its terms, whether all that was received is counted (None before the first count), its groups; the
    change since an earlier one, what may be worth beginning with, its plan and what became of the last one, the whole
    school over its levels, the `items` that it asks, and the names of its and the earlier `campaigns`, by language."""

    session: str
    school: str
    campaign: str
    level: str
    questionnaire: str
    state: str
    opens: str
    closes: str
    complete: bool | None
    groups: tuple[GroupState, ...]
    report: SchoolReport
    own: Mapping[str, Mapping[str, str]]
    openings: tuple[tuple[str, str], ...]
    change: Change | None
    advice: tuple[Suggestion, ...]
    plan: Plan
    followed: Followed | None
    whole: tuple[WholeFigure, ...]
    items: tuple[str, ...]
    campaigns: Mapping[str, Mapping[str, str]]
    benchmark: Benchmark


def view(
    terms: Mapping[str, Any],
    participation: Mapping[str, Any] | None,
    snapshots: Sequence[Mapping[str, Any]],
    openings: Sequence[Mapping[str, Any]],
    questionnaire: Questionnaire,
    beside: Beside = ALONE,
) -> SessionView:
    """The view of a session from its message, its `participation` document, the last snapshot of each group, and what
    stands `beside` it."""
    shown = _shown(terms, snapshots, questionnaire)
    tables = [table for table in shown.values() if isinstance(table, ShownGroup)]
    counted = participation or {}
    report = school.report(terms["level"], tables, questionnaire)
    now = _sitting(Record(terms=terms, snapshots=snapshots))
    earlier = {record.terms["session"]: _sitting(record) for record in beside.earlier}
    changed = change.change(terms["level"], now, [sitting for sitting in earlier.values() if sitting.groups])
    return SessionView(
        session=terms["session"],
        school=terms["school"],
        campaign=terms["campaign"],
        level=terms["level"],
        questionnaire=terms["questionnaire"],
        state=terms["timetable"]["state"],
        opens=terms["timetable"]["opens"],
        closes=terms["timetable"]["closes"],
        complete=bool(participation["complete"]) if participation else None,
        groups=tuple(
            _group(group, terms["groups"][group], counted.get("groups", {}).get(group), shown.get(group))
            for group in GROUPS
            if group in terms["groups"]
        ),
        report=report,
        own={item["code"]: item["own"] for group in terms["groups"].values() for item in group["items"] if item["own"]},
        openings=tuple(sorted({(str(opening["day"]), str(opening["role"])) for opening in openings})),
        change=changed,
        advice=advice.suggestions(report, changed, questionnaire),
        plan=plan.of_document(terms["session"], beside.plan),
        followed=_followed(beside, earlier, now),
        whole=whole.whole([_level(terms, now), *(_level(record.terms, _sitting(record)) for record in beside.levels)]),
        items=tuple(dict.fromkeys(item["code"] for group in terms["groups"].values() for item in group["items"])),
        campaigns=beside.campaigns,
        benchmark=benchmark(beside.bands, terms["stratum"], report),
    )


def stamp(*parts: Any) -> str:
    """A short digest of JSON-ready parts, for ETags."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _shown(
    terms: Mapping[str, Any], snapshots: Sequence[Mapping[str, Any]], questionnaire: Questionnaire
) -> dict[str, ShownGroup | Withheld]:
    return {
        str(document["group"]): disclosure.show(document, terms["groups"][document["group"]]["k"], questionnaire)
        for document in snapshots
        if document["group"] in terms["groups"]
    }


def _sitting(record: Record) -> Sitting:
    questionnaire = bank(record.terms["questionnaire"])
    shown = _shown(record.terms, record.snapshots, questionnaire)
    return Sitting(
        session=record.terms["session"],
        campaign=record.terms["campaign"],
        opened=record.terms["timetable"]["opens"][:10],
        questionnaire=questionnaire,
        groups={group: table for group, table in shown.items() if isinstance(table, ShownGroup)},
    )


def _level(terms: Mapping[str, Any], sitting: Sitting) -> Level:
    return Level(
        level=terms["level"],
        questionnaire=sitting.questionnaire,
        asked=tuple(terms["groups"]),
        groups=sitting.groups,
    )


def _followed(beside: Beside, earlier: Mapping[str, Sitting], now: Sitting) -> Followed | None:
    if beside.last_plan is None or not beside.last_plan["steps"]:
        return None
    session = str(beside.last_plan["_id"])
    return plan.followed(plan.of_document(session, beside.last_plan), earlier[session], now)


def _group(
    group: str, terms: Mapping[str, Any], counted: Mapping[str, Any] | None, shown: ShownGroup | Withheld | None
) -> GroupState:
    table = shown if isinstance(shown, ShownGroup) else None
    steps = int(counted["answers"]) if counted else 0
    exact = counted.get("answered") if counted else None
    answers = steps if exact is None else int(exact)
    slips = counted.get("slips") if counted else None
    state, reason = _state(group, int(terms["k"]), counted, shown)
    people = table.n if table else answers
    rate = figures.response_rate(people, int(terms["registered"])) if people else None
    return GroupState(
        group=group,
        state=state,
        reason=reason,
        k=int(terms["k"]),
        registered=int(terms["registered"]),
        expected=int(terms["expected"]),
        answers=answers,
        n=table.n if table else None,
        as_of=table.as_of if table else None,
        rate=rate[0] if rate else None,
        over=bool(rate and rate[1]),
        slips={name: int(count) for name, count in slips.items()} if slips else None,
    )


def _state(
    group: str, k: int, counted: Mapping[str, Any] | None, shown: ShownGroup | Withheld | None
) -> tuple[State, Reason | None]:
    if isinstance(shown, ShownGroup):
        return ("final" if shown.final else "released"), None
    if isinstance(shown, Withheld):
        return "withheld", shown.reason
    said = counted["state"] if counted else "empty"
    if said == "withheld":
        below = counted is not None and int(counted["answers"]) < k
        told = counted.get("withheld") if counted else None
        return "withheld", told or ("below-k" if below else "more-answers-than-codes")
    if said == "empty":
        return "none", None
    if said == "released":
        return "shown", None
    return ("filling" if group == "student" else "after-close"), None
