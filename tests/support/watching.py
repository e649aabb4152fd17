"""A real Prometheus over a running stack, with the rules as they are shipped and only the addresses changed."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from stack.children import Children
from stack.ports import LOOPBACK, free_ports
from stack.toolbox import ROOT, locate
from stack.waiting import until
from support.monitoring import MONITORING, program

BLOCK = re.compile(r"^( *)```\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


class Prometheus:
    """Asks a running Prometheus."""

    def __init__(self, http: httpx.Client, address: str) -> None:
        self._http = http
        self.address = address

    def query(self, expr: str) -> list[Mapping[str, Any]]:
        """The series of an instant query: [{metric, value}]."""
        answer = self._http.get(f"{self.address}/api/v1/query", params={"query": expr}).json()
        assert answer["status"] == "success", answer
        found: list[Mapping[str, Any]] = answer["data"]["result"]
        return found

    def firing(self) -> set[str]:
        """The alerts that fire now."""
        return {row["metric"]["alertname"] for row in self.query('ALERTS{alertstate="firing"}')}

    def up(self) -> set[str]:
        """The jobs that it can read."""
        return {row["metric"]["job"] for row in self.query("up == 1")}


@contextmanager
def prometheus(folder: Path, http: httpx.Client, addresses: Mapping[str, str]) -> Iterator[Prometheus]:
    """Runs until the block ends; `addresses` are the processes' figures by job."""
    shipped = yaml.safe_load((MONITORING / "prometheus/prometheus.yml").read_text("utf-8"))
    jobs = [job for job in shipped["scrape_configs"] if job["job_name"] in addresses]
    for job in jobs:
        address = addresses[job["job_name"]].removeprefix("http://").removesuffix("/metrics")
        job["static_configs"] = [{"targets": [address]}]
    rules = [str(MONITORING / "prometheus" / pattern) for pattern in shipped["rule_files"]]
    folder.mkdir(parents=True)
    config = folder / "prometheus.yml"
    config.write_text(yaml.safe_dump({**shipped, "rule_files": rules, "scrape_configs": jobs}))
    (port,) = free_ports(1)
    asked = Prometheus(http, f"http://{LOOPBACK}:{port}")

    def ready() -> bool:
        try:
            return http.get(f"{asked.address}/-/ready").status_code == 200
        except httpx.TransportError:
            return False

    with Children(locate().setpriv, folder / "logs") as children:
        children.start(
            "prometheus",
            [
                *(program("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}"),
                f"--web.listen-address={LOOPBACK}:{port}",
            ],
            env={},
            cwd=folder,
        )
        until(ready, "Prometheus", 60.0)
        yield asked


def commands(runbook: str) -> list[str]:
    """The lines of a runbook's blocks, in order: what an operator types."""
    text = (ROOT / "docs/runbooks" / f"{runbook}.md").read_text("utf-8")
    return [line.strip() for _, block in BLOCK.findall(text) for line in block.splitlines() if line.strip()]


def work(runbook: str, how: Mapping[str, Callable[[], None]]) -> None:
    """Does every command of a runbook in order, each as `how` says; KeyError for one that nobody knows to do."""
    for command in commands(runbook):
        how[command]()
