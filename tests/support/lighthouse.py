"""Lighthouse on a running questionnaire page: `python -m support.lighthouse` measures its speed on a phone."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from support.ballots import Signer, a_session
from support.collecting import Collector, make_topics, running_collector
from support.parts import running_pair
from support.signing import running_desk
from support.visiting import ARGUMENTS, CHROMIUM, LETTERS, fingerprint

FOLDER = Path(__file__).parents[1] / "lighthouse"
LIMIT = 180
RUNS = 3
ENOUGH = 0.95


def slip(collector: Collector, signer: Signer, code: str) -> str:
    """The address of a student's slip."""
    link = f"s={signer.message.session}&g={LETTERS['student']}&c={code}&f={fingerprint(signer)}"
    return f"{collector.origin}/?lang=az#{link}"


def audit(address: str, *options: str) -> Any:
    """Lighthouse's whole report on one page, on its slow phone; raises CalledProcessError if it cannot look."""
    command = ["node", str(FOLDER / "node_modules/lighthouse/cli/index.js"), address, "--output=json", "--quiet"]
    flags = " ".join(["--headless=new", *ARGUMENTS])
    with tempfile.TemporaryDirectory(prefix="lighthouse-") as folder:
        report = Path(folder) / "report.json"
        subprocess.run(
            [*command, f"--output-path={report}", "--no-enable-error-reporting", f"--chrome-flags={flags}", *options],
            env={**os.environ, "CHROME_PATH": CHROMIUM},
            check=True,
            timeout=LIMIT,
            capture_output=True,
        )
        return json.loads(report.read_text("utf-8"))


def main() -> int:
    """Prints the median performance of a few runs; 1 if it is too low."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-page-") as folder,
        running_pair(Path(folder)) as (broker, _),
        running_desk() as desk,
    ):
        place = make_topics(broker.bootstrap)
        with running_collector(place, desk.origin) as collector:
            desk.allowed = collector.origin
            signer = a_session(groups=("student",))
            place.publish(signer.message)
            collector.wait_for(signer.message.session)
            scores: list[float] = []
            for number in range(RUNS):
                report = audit(slip(collector, signer, desk.admit(signer, "student")), "--only-categories=performance")
                scores.append(report["categories"]["performance"]["score"])
                shown = {
                    name: report["audits"][name]["displayValue"]
                    for name in ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time")
                }
                print(f"run {number + 1}: performance {scores[-1] * 100:.0f}, {shown}", flush=True)
    median = statistics.median(scores)
    print(f"performance {median * 100:.0f} (median of {RUNS}), at least {ENOUGH * 100:.0f} is wanted")
    return 0 if median >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
