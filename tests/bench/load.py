"""Load over HTTP by wrk: a bounded number of connections for a bounded time, each body as it stands in a file."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPT = """
local bodies, at = {}, 0
for line in io.lines(os.getenv("BODIES")) do bodies[#bodies + 1] = line end
local heads = { ["Content-Type"] = "application/json" }
request = function()
  at = at % #bodies + 1
  return wrk.format(os.getenv("METHOD"), nil, heads, bodies[at])
end
done = function(summary, latency, requests)
  local form = '"answers": %d, "microseconds": %d, "refused": %d, "broken": %d, "p50": %d, "p95": %d, "p99": %d'
  io.write(string.format('RESULT {' .. form .. '}\\n',
    summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of it: answers, those with a status of 400 and above, broken connections, seconds, and latencies in
    milliseconds."""

    answers: int
    refused: int
    broken: int
    seconds: float
    p50: float
    p95: float
    p99: float

    @property
    def rate(self) -> float:
        return (self.answers - self.refused) / self.seconds


def send(url: str, bodies: Path, *, connections: int, seconds: int, folder: Path, method: str = "POST") -> Load:
    """Sends the lines of `bodies` one after the other, over and over."""
    script = folder / "load.lua"
    script.write_text(SCRIPT)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "12s", "-s", str(script), url]
    environment = {"BODIES": str(bodies), "METHOD": method, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=seconds + 60)
    [line] = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    found = json.loads(line.removeprefix("RESULT "))
    return Load(
        answers=found["answers"],
        refused=found["refused"],
        broken=found["broken"],
        seconds=found["microseconds"] / 1e6,
        p50=found["p50"] / 1000,
        p95=found["p95"] / 1000,
        p99=found["p99"] / 1000,
    )
