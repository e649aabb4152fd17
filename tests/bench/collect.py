"""`make bench-collect`: the collector's whole path beside the same Flask without work, 40 connections, in turn.

Every request of the product is checked (shape, signature, content), published, and answered after the broker's
acknowledgement. The same 2,000 responses go round: the collector keeps nothing, so a repeat costs what the first did.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.load import send
from bench.measure import Contender, Reading, cpu_seconds, in_turn, machine, table
from chassis.web import gunicorn_command
from support.ballots import a_session
from support.collecting import free_port, make_topics, running_collector
from support.parts import GUARD, running_pair

CONNECTIONS = 40
SECONDS = int(os.environ.get("BENCH_SECONDS", "10"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
RESPONSES = 2_000
BODY_BYTES = 8_192
LIMIT, PRODUCT = "Flask with no work", "collector, whole path"


def main() -> int:
    """Prints the table; 1 if an answer was refused."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-collect-")))
        broker, _ = stack.enter_context(running_pair(folder))
        place = make_topics(broker.bootstrap)
        sessions = [a_session(groups=("student",)) for _ in range(20)]
        place.publish(*(signer.message for signer in sessions))
        bodies = folder / "bodies"
        with bodies.open("w") as file:
            for number in range(RESPONSES):
                response = sessions[number % len(sessions)].response("student")
                response["padding"] = " " * (BODY_BYTES - len(json.dumps(response)))
                file.write(json.dumps(response) + "\n")
        collector = stack.enter_context(running_collector(place, log=None, **_environment()))
        for signer in sessions:
            collector.wait_for(signer.message.session)
        bare = stack.enter_context(running_bare())
        refused: list[int] = []

        def contender(name: str, origin: str, process: int) -> Contender:
            def measure() -> Reading:
                before = cpu_seconds(process)
                load = send(f"{origin}/v1/responses", bodies, connections=CONNECTIONS, seconds=SECONDS, folder=folder)
                refused.append(load.refused + load.broken)
                used = cpu_seconds(process) - before
                note = f"p50 {load.p50:.0f} ms, p99 {load.p99:.0f} ms, {refused[-1]} refused or broken"
                return Reading(rate=load.rate, cpu=used / load.answers * 1e6, note=note)

            return Contender(name=name, measure=measure)

        for name, value in machine(("flask", "gunicorn", "kafka-python", "marshmallow")).items():
            print(f"{name}: {value}")
        contenders = [
            contender(LIMIT, f"http://127.0.0.1:{bare[0]}", bare[1]),
            contender(PRODUCT, collector.origin, collector.process.pid),
        ]
        results = in_turn(contenders, ROUNDS, print)
        print("\n".join(table(results, LIMIT)))
        return 1 if any(refused) else 0


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("WEB_PROCESSES", "WEB_THREADS") if name in os.environ}


@contextmanager
def running_bare() -> Iterator[tuple[int, int]]:
    """(port, process id) of the bare app under the collector's own gunicorn settings."""
    port = free_port()
    processes, threads = (
        int(_environment().get(name, usual)) for name, usual in (("WEB_PROCESSES", 1), ("WEB_THREADS", 64))
    )
    command = gunicorn_command("bench.bare:web", "127.0.0.1", port, processes, threads)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    process = subprocess.Popen([*GUARD, *command], env=environment)
    try:
        _until_it_answers(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def _until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/").close()  # loopback
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
