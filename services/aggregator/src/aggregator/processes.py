"""Processes as the system sees them: told to stop by signals, started again when they end."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from aggregator.settings import Settings
from chassis import logs


def stop_on_signals() -> Callable[[], bool]:
    """Whether SIGTERM or SIGINT came since."""
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, frame: asked.append(received))
    return lambda: bool(asked)


def supervise(settings: Settings, environ: Mapping[str, str], stopping: Callable[[], bool]) -> None:
    """One child process a core, each with a port of its own; one that ends is started again after a second."""
    children: dict[int, subprocess.Popen[bytes]] = {}
    again = dict.fromkeys(range(settings.worker_processes), 0.0)
    while not stopping():
        for number in again:
            child = children.get(number)
            if child is not None and child.poll() is not None:
                logs.event("worker process ended", level=40, number=number, code=child.returncode)
                again[number] = time.monotonic() + 1.0
                del children[number]
            if number not in children and time.monotonic() >= again[number]:
                own = {
                    **environ,
                    "WORKER_PROCESSES": "1",
                    "METRICS_PORT": str(settings.metrics_port + number),
                }
                children[number] = subprocess.Popen([sys.executable, "-m", "aggregator", "worker"], env=own)
        time.sleep(0.2)
    for child in children.values():
        child.terminate()
    for child in children.values():
        child.wait(30)
