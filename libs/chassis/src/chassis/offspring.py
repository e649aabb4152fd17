"""How a process that the web process starts for itself begins, and how it ends with it."""

import os
import signal
import threading
import time

LOOK_EVERY_SECONDS = 1.0


def begin() -> None:
    """Leaves Ctrl-C to the parent, and ends this process soon after the parent is gone, however that came."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(os.getppid(),), name="end-with-parent", daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_SECONDS)
    os._exit(0)
