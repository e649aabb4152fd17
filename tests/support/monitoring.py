"""Prometheus for tests: the program that runs, the one that checks its files, and every query of the dashboards."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MONITORING = ROOT / "deploy/monitoring"
DASHBOARDS = sorted((MONITORING / "grafana/dashboards").glob("*.json"))


def program(name: str) -> str:
    """`prometheus` or `promtool`, of this machine or as set-up unpacked it."""
    return shutil.which(name) or str(ROOT / "build/tools/prometheus" / name)


def promtool(*arguments: str, cwd: Path = MONITORING / "prometheus") -> None:
    """Runs it; fails with all it says if it is not content."""
    done = subprocess.run([program("promtool"), *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def panels(dashboard: Path) -> Iterator[dict[str, Any]]:
    """Every panel of a dashboard but rows."""
    for panel in json.loads(dashboard.read_text("utf-8"))["panels"]:
        if panel["type"] != "row":
            yield panel


def expressions(dashboard: Path) -> list[str]:
    """Every query of a dashboard, Grafana's own variables replaced by values."""
    found = [target["expr"] for panel in panels(dashboard) for target in panel.get("targets", [])]
    return [expr.replace("$__rate_interval", "5m").replace("$__range", "1h") for expr in found]
