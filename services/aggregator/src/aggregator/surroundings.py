"""What the database is to the aggregator beside its content: rights, index, clock."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from chassis.mongo import Client, told_apart

ACTIONS: Mapping[str, frozenset[str]] = {
    "read": frozenset({"find"}),
    "append": frozenset({"find", "insert"}),
    "write": frozenset({"find", "insert", "update", "remove"}),
}
"""What the words of contracts/access.yaml allow."""


def missing_rights(client: Client, databases: Iterable[str], wanted: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each collection in which this user may not do what `wanted` ({collection: word}) says."""
    with told_apart():
        status = client.admin.command("connectionStatus", showPrivileges=True)
    privileges = status["authInfo"]["authenticatedUserPrivileges"]
    for database in databases:
        for collection, word in wanted.items():
            allowed = {
                action
                for one in privileges
                if _covers(one["resource"], database, collection)
                for action in one["actions"]
            }
            if lacking := sorted(ACTIONS[word] - allowed):
                yield f"{database}.{collection}: the user may not {', '.join(lacking)}; provision again"


def scans(client: Client, database: str) -> Iterator[str]:
    """A sentence if the sessions of a partition are looked for without an index."""
    with told_apart():
        plan = client[database].cells.find({"partition": 0}).explain()["queryPlanner"]["winningPlan"]
    if _stages(plan) & {"COLLSCAN"}:
        yield f"{database}.cells has no index on partition; provision again"


def clock_gap(client: Client, now: datetime, allowed: float) -> Iterator[str]:
    """A sentence if this clock and the database's are further apart than `allowed` seconds."""
    with told_apart():
        theirs: datetime = client.admin.command("hello")["localTime"]
    gap = abs((theirs.replace(tzinfo=UTC) - now).total_seconds())
    if gap > allowed:
        yield f"this machine's clock and the database's are {gap:.0f} s apart, {allowed:g} s are allowed"


def _covers(resource: Mapping[str, Any], database: str, collection: str) -> bool:
    if resource.get("anyResource"):
        return True
    return resource.get("db") in ("", database) and resource.get("collection") in ("", collection)


def _stages(plan: Mapping[str, Any]) -> set[str]:
    inner = [plan.get("inputStage"), plan.get("queryPlan"), *plan.get("inputStages", [])]
    return {str(plan.get("stage"))}.union(*(_stages(one) for one in inner if one))
