"""Child processes that never outlive their parent: each with its own log file, stopped politely, then for good."""

import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from os import getpid, killpg
from pathlib import Path
from types import TracebackType
from typing import Self

from stack.errors import StackError
from stack.memory import tree_bytes
from stack.standstill import stands_still
from stack.waiting import until

MINIMAL_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

STANDSTILL_SECONDS = 10.0

# The kernel's death signal follows the *thread* that started a child, so one thread that lives as long as this
# process starts them all: a test's helper thread may restart a broker and end.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


# Asks the kernel to be killed with its parent, then looks whether that came too late; then becomes the program.
BOUND = '[ "$PPID" = "$0" ] || exit 70; exec "$@"'


def bound_to_us(setpriv: Path, command: Sequence[str]) -> list[str]:
    """The command that runs `command` under its own process id and dies with this process, however this one ends."""
    return [str(setpriv), "--pdeathsig", "KILL", "--", "/bin/sh", "-c", BOUND, str(getpid()), *command]


class Child:
    """One running program, with all that it started itself; handles of tests to kill, freeze and thaw it."""

    def __init__(self, name: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.name = name
        self.log = log
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._process.poll()

    def stop(self, seconds: float = 20.0) -> None:
        """Asks it to end (SIGTERM), and ends it with all its descendants if it has not within `seconds`."""
        if self.running:
            self._signal(signal.SIGCONT)
            with suppress(ProcessLookupError):
                self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to it and to all that it started; returns when it is gone."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def pause(self) -> None:
        """SIGSTOP: it holds its sockets and does nothing until `resume`; returns when all of it stands still, which on
        a busy machine is a while after the signal."""
        self._signal(signal.SIGSTOP)
        until(lambda: stands_still(self.pid), f"The standstill of {self.name}", STANDSTILL_SECONDS, 0.01)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def wait(self, seconds: float) -> int:
        """Its exit code; raises subprocess.TimeoutExpired if it still runs after `seconds`."""
        return self._process.wait(seconds)

    def memory(self) -> int:
        """Bytes of memory of it and its descendants, shared pages counted once (PSS)."""
        return tree_bytes(self.pid)

    def log_tail(self, lines: int = 12) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])

    def _signal(self, number: signal.Signals) -> None:
        # The group outlives its leader, so what a killed leader left behind is reached too.
        with suppress(ProcessLookupError, PermissionError):
            killpg(self.pid, number)


class Children:
    """All children of one stack; leaving the `with` block stops them, the last one started first."""

    def __init__(self, setpriv: Path, logs: Path) -> None:
        """`logs`: the folder of the log files, made when needed; a child's file is `<name>.log`, appended to."""
        self._setpriv = setpriv
        self._logs = logs
        self._children: list[Child] = []

    def start(
        self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> Child:
        """Starts `command` in a session of its own (Ctrl-C reaches the parent alone) with `env` over a minimal one."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name}.log"
        bound = bound_to_us(self._setpriv, command)

        def begin() -> "subprocess.Popen[bytes]":
            with log.open("ab") as out:
                return subprocess.Popen(
                    bound,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env={**MINIMAL_ENVIRONMENT, **(env or {})},
                    cwd=cwd,
                    start_new_session=True,
                )

        child = Child(name, _starter.submit(begin).result(), log)
        self._children = [other for other in self._children if other.running]
        self._children.append(child)
        return child

    def running(self) -> list[Child]:
        return [child for child in self._children if child.running]

    def memory(self) -> dict[str, int]:
        """Bytes of each running child's tree by name, shared pages counted once."""
        return {child.name: child.memory() for child in self.running()}

    def stop_all(self, say: Callable[[str], None] = lambda name: None) -> None:
        """Stops the last one started first; `say` hears each name before its child is stopped."""
        for child in reversed(self._children):
            if child.running:
                say(child.name)
            child.stop()
        self._children = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_all()


def must_run(child: Child, doing: str) -> None:
    """Raises StackError with the end of its log if the child has ended while `doing`."""
    if not child.running:
        raise StackError(
            f"{child.name} ended with code {child.exit_code} while {doing}; the end of {child.log}:\n{child.log_tail()}"
        )
