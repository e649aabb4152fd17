"""Rules, dashboards and runbooks: each is checked by Prometheus' own tool, and all speak of figures that exist."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.topics import RESPONSES, topics
from support.metric_lists import LABELS, PROCESSES, WORD
from support.metric_tables import RULES, alerts, documented
from support.monitoring import DASHBOARDS, MONITORING, ROOT, expressions, panels, promtool

RUNBOOKS = ROOT / "docs/runbooks"
CASES = [MONITORING / "prometheus/tests" / name for name in ("soon.yml", "later.yml")]
NOT_OURS = {
    *("up", "ALERTS", "node_filesystem_avail_bytes", "node_filesystem_size_bytes"),
    *("kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes"),
}
"""Figures of Prometheus itself, of a node exporter and of the kubelet."""


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]


def known() -> set[str]:
    """Every name that an expression may use, the parts of histograms among them."""
    found = set(NOT_OURS) | {rule["record"] for rule in rules() if "record" in rule}
    for process in PROCESSES:
        for name, (kind, _) in documented(process).items():
            found |= {f"{name}_{part}" for part in ("bucket", "count", "sum")} if kind == "histogram" else {name}
    return found


def names_in(expr: str) -> set[str]:
    """The metrics that an expression reads."""
    bare = re.sub(r'"[^"]*"', '""', expr)
    bare = re.sub(r"\b(by|on|without|ignoring|group_left)\s*\([^)]*\)", "", bare)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    words = set(re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\w*\s*\()", re.sub(r"\[[^]]*\]", "", bare)))
    return {word for word in words if "_" in word or ":" in word or word in ("up", "ALERTS")} - FUNCTIONS


FUNCTIONS = {"histogram_quantile", "min_over_time", "max_over_time", "count_over_time", "label_replace"}


def test_prometheus_takes_its_configuration_and_the_rules() -> None:
    promtool("check", "config", "prometheus.yml")


def test_every_alert_fires_when_it_should_not_before_and_alone() -> None:
    promtool("test", "rules", *map(str, CASES))


def test_every_alert_has_a_case_and_every_case_an_alert() -> None:
    cases = [case for path in CASES for case in yaml.safe_load(path.read_text("utf-8"))["tests"][1:]]
    named = {case["name"].partition(" ")[0] for case in cases}
    assert {rule["alert"] for rule in alerts()} == named


def test_rules_and_dashboards_ask_for_figures_that_exist() -> None:
    asked = [rule["expr"] for rule in rules()] + [expr for board in DASHBOARDS for expr in expressions(board)]
    assert {name for expr in asked for name in names_in(expr)} - known() == set()


def test_every_figure_of_the_rules_is_found_by_its_name() -> None:
    assert names_in('sum by (job) (rate(http_requests_total{status=~"5.."}[5m])) > up') == {"http_requests_total", "up"}


def test_each_alert_has_a_severity_words_and_a_runbook_of_its_own() -> None:
    for rule in alerts():
        assert rule["labels"].keys() == {"severity"}
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}
        page = ROOT / rule["annotations"]["runbook_url"]
        assert page.parent == RUNBOOKS
        assert page.read_text("utf-8").startswith(f"# {rule['alert']}\n"), rule["alert"]
    assert len({rule["annotations"]["runbook_url"] for rule in alerts()}) == len(list(alerts()))


def test_every_runbook_belongs_to_an_alert_and_says_what_to_do() -> None:
    linked = {Path(rule["annotations"]["runbook_url"]).name for rule in alerts()}
    assert {page.name for page in RUNBOOKS.glob("*.md")} == linked
    for page in RUNBOOKS.glob("*.md"):
        text = page.read_text("utf-8")
        assert "**Meanwhile.** " in text, page.name
        assert "\n## Do\n\n" in text, page.name


def test_every_job_that_is_watched_for_is_scraped() -> None:
    scraped = {
        job["job_name"]
        for job in yaml.safe_load((MONITORING / "prometheus/prometheus.yml").read_text())["scrape_configs"]
    }
    assert scraped - {"machine"} == set(PROCESSES)
    missing = next(rule["expr"] for rule in alerts() if rule["alert"] == "TargetMissing")
    assert set(re.findall(r'job="(\w+)"', missing)) == set(PROCESSES)


def test_the_number_of_partitions_in_the_rules_is_the_contracts() -> None:
    number = topics()[RESPONSES].partitions
    said = [rule["expr"] for rule in alerts() if "partitions_owned" in rule["expr"]]
    assert said
    assert all(set(re.findall(r"(?:<|>=) (\d\d)(?!\d)", expr)) <= {str(number), "58"} for expr in said)


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda path: path.stem)
def test_prometheus_can_read_every_query_of_a_dashboard(board: Path, tmp_path: Path) -> None:
    found = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(expressions(board))]
    (tmp_path / "queries.yml").write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": found}]}))
    promtool("check", "rules", str(tmp_path / "queries.yml"))


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda path: path.stem)
def test_a_panel_asks_a_question_and_reads_what_prometheus_has(board: Path) -> None:
    content = json.loads(board.read_text("utf-8"))
    source = yaml.safe_load((MONITORING / "grafana/provisioning/datasources/prometheus.yml").read_text())
    uid = source["datasources"][0]["uid"]
    seen = list(panels(board))
    assert len({panel["id"] for panel in content["panels"]}) == len(content["panels"])
    for panel in seen:
        assert panel["title"].endswith("?"), panel["title"]
        assert panel["description"], panel["title"]
        assert panel["datasource"]["uid"] == uid
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24


def test_dashboards_are_provisioned_from_where_they_are_mounted() -> None:
    found = yaml.safe_load((MONITORING / "grafana/provisioning/dashboards/guzgu.yml").read_text())
    assert found["providers"][0]["options"]["path"] == "/etc/grafana/dashboards"
    assert {board.stem for board in DASHBOARDS} == {"operator", "campaign-day"}


def test_no_label_has_room_for_a_school_a_session_a_code_or_a_person() -> None:
    named = {label for process in PROCESSES for _, labels in documented(process).values() for label in labels}
    assert named <= set(LABELS)
    assert not re.fullmatch(WORD, "ABCDEFGH")
