"""The alerts of deploy/monitoring as the Prometheus operator reads them; run as a program it writes that file."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy/monitoring/prometheus/rules"
WRITTEN = ROOT / "deploy/k8s/monitoring/rules.yaml"
COMMAND = "PYTHONPATH=tests .venv/bin/python -m support.cluster_rules"


def rules() -> dict[str, Any]:
    """One PrometheusRule with the groups of all rule files."""
    groups = [
        group for path in sorted(RULES.glob("*.yml")) for group in yaml.safe_load(path.read_text("utf-8"))["groups"]
    ]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {
            "name": "guzgu",
            "namespace": "guzgu-statistics",
            "labels": {"app.kubernetes.io/part-of": "guzgu"},
        },
        "spec": {"groups": groups},
    }


def text() -> str:
    """The file's text."""
    head = f"# Written from deploy/monitoring/prometheus/rules by `{COMMAND}`; do not change it here.\n"
    return head + yaml.safe_dump(rules(), sort_keys=False, allow_unicode=True, width=120)


if __name__ == "__main__":
    WRITTEN.write_text(text(), "utf-8")
