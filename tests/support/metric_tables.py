"""Every figure of every process, and every alert, as rows: for the reference pages and for the tests that compare."""

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from support.metric_lists import LABELS, PROCESSES, ROOT
from support.tables import Table, escaped

RULES = ROOT / "deploy/monitoring/prometheus/rules/guzgu.yml"
MODULES: Mapping[str, tuple[str, ...]] = {
    "every process": ("chassis.ops",),
    "web": ("chassis.web",),
    "identity": ("identity.metrics",),
    "collector": ("collector.metrics",),
    "aggregator": ("aggregator.metrics",),
    "reporter": ("reporter.metrics",),
}


def figures(name: str) -> list[MetricWrapperBase]:
    """The figures of one table of MODULES, by name."""
    found = [one for module in MODULES[name] for one in vars(import_module(module)).values()]
    return sorted((one for one in found if isinstance(one, MetricWrapperBase)), key=lambda one: told_name(one))


def told_name(figure: Any) -> str:
    """The name as it stands on /metrics."""
    return str(figure._name) + ("_total" if figure._type == "counter" else "")


def table(name: str) -> Table:
    """Name, type, labels and meaning of each figure of a table."""
    rows = (
        (f"`{told_name(one)}`", str(one._type), ", ".join(one._labelnames), escaped(str(one._documentation)))
        for one in figures(name)
    )
    return Table(heads=("metric", "type", "labels", "meaning"), rows=tuple(rows))


def of_python() -> Table:
    """The figures that the Python client adds to each process."""
    kept = re.compile("process_|python_")
    rows = {
        (f"`{one.name}{'_total' if one.type == 'counter' else ''}`", one.type, escaped(one.documentation))
        for one in REGISTRY.collect()
        if kept.match(one.name)
    }
    return Table(heads=("metric", "type", "meaning"), rows=tuple(sorted(rows)))


def labels() -> Table:
    """Each label and its values."""
    return Table(heads=("label", "values"), rows=tuple((f"`{name}`", words) for name, (_, words) in LABELS.items()))


def documented(process: str) -> dict[str, tuple[str, frozenset[str]]]:
    """(type, label names) of every figure that a process shows, by its name."""
    mine = {
        told_name(one): (str(one._type), frozenset(one._labelnames))
        for part in PROCESSES[process]
        for one in figures(part)
    }
    return mine | {row[0].strip("`"): (row[1], frozenset()) for row in of_python().rows}


def alerts() -> Iterator[Mapping[str, Any]]:
    """Every alerting rule."""
    for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"]:
        yield from (rule for rule in group["rules"] if "alert" in rule)


def alert_table() -> Table:
    """Each alert with its runbook, its severity, and the condition in PromQL."""
    rows = (
        (
            f"[{rule['alert']}](../runbooks/{Path(rule['annotations']['runbook_url']).name})",
            rule["labels"]["severity"],
            f"`{escaped(rule['expr'])}`",
            rule.get("for", "at once"),
        )
        for rule in alerts()
    )
    return Table(heads=("alert", "severity", "condition", "for"), rows=tuple(rows))
