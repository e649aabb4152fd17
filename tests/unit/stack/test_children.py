"""Child processes: logged, stopped in order, and gone with their parent."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.children import Child, Children, must_run
from stack.errors import StackError
from stack.toolbox import locate
from stack.waiting import until

SLEEP = ["/bin/sleep", "60"]
STUBBORN = ["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"]
FAMILY = ["/bin/sh", "-c", "sleep 60 & echo $!; wait"]


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    with Children(locate().setpriv, tmp_path / "logs") as held:
        yield held


def _gone(pid: int) -> bool:
    """Whether the process is no more, or dead and only waiting to be buried."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] == "Z"


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _first_line(child: Child) -> str:
    until(lambda: child.log.read_text().endswith("\n"), f"A line of {child.name}", 10)
    return child.log.read_text().split("\n")[0]


def test_what_a_child_says_stands_in_its_own_log_even_after_a_restart(children: Children) -> None:
    for word in ("first", "second"):
        children.start("speaker", ["/bin/echo", word]).wait(10)
    log = children.start("speaker", ["/bin/echo", "third"])
    log.wait(10)
    assert log.log.read_text() == "first\nsecond\nthird\n"


def test_a_child_sees_only_the_environment_that_it_was_given(children: Children) -> None:
    child = children.start("env", ["/usr/bin/env"], env={"COLOUR": "blue"})
    child.wait(10)
    names = {line.split("=")[0] for line in child.log.read_text().splitlines()}
    assert names == {"PATH", "LC_ALL", "TZ", "COLOUR", "PWD"}


def test_stopping_asks_politely_first(children: Children) -> None:
    child = children.start("polite", SLEEP)
    child.stop()
    assert child.exit_code == -signal.SIGTERM


def test_a_child_that_will_not_listen_is_ended(children: Children) -> None:
    child = children.start("stubborn", STUBBORN)
    _first_line(child)
    child.stop(seconds=0.2)
    assert child.exit_code == -signal.SIGKILL


def test_killing_a_child_ends_what_it_started(children: Children) -> None:
    child = children.start("family", FAMILY)
    grandchild = int(_first_line(child))
    child.kill()
    until(lambda: _gone(grandchild), "The end of the grandchild", 10)


def test_a_paused_child_stands_still_until_it_is_resumed(children: Children) -> None:
    child = children.start("sleeper", SLEEP)
    child.pause()
    assert _state(child.pid) == "T"
    child.resume()
    until(lambda: _state(child.pid) == "S", "The end of the pause", 10)


def test_a_paused_child_can_be_stopped(children: Children) -> None:
    child = children.start("sleeper", SLEEP)
    child.pause()
    child.stop(seconds=5)
    assert child.exit_code == -signal.SIGTERM


def test_the_last_one_started_is_stopped_first(children: Children) -> None:
    for name in ("broker", "service"):
        children.start(name, SLEEP)
    order: list[str] = []
    children.stop_all(order.append)
    assert order == ["service", "broker"]
    assert children.running() == []


def test_a_child_outlives_the_thread_that_asked_for_it(children: Children) -> None:
    started: list[Child] = []
    thread = threading.Thread(target=lambda: started.append(children.start("sleeper", SLEEP)))
    thread.start()
    thread.join()
    # A second start runs behind the first one's thread: had the first child died with it, that would be seen here.
    children.start("echo", ["/bin/echo"]).wait(10)
    assert started[0].running


def test_children_die_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from stack.children import Children; from stack.toolbox import locate;"
        "c = Children(locate().setpriv, pathlib.Path(sys.argv[1])).start('orphan', ['/bin/sleep', '60']);"
        "print(c.pid, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        orphan = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        until(lambda: _gone(orphan), "The end of the orphan", 10)


def test_memory_counts_a_child_and_its_descendants(children: Children) -> None:
    family = children.start("family", FAMILY)
    _first_line(family)
    alone = children.start("alone", SLEEP)
    memory = children.memory()
    assert memory["family"] > memory["alone"] > 0
    alone.stop()
    assert "alone" not in children.memory()


def test_a_child_that_ended_too_early_is_named_with_the_end_of_its_log(children: Children) -> None:
    child = children.start("mongodb", ["/bin/sh", "-c", "echo no space left; exit 3"])
    child.wait(10)
    with pytest.raises(StackError, match=r"mongodb ended with code 3 while starting; .*mongodb\.log:\nno space left"):
        must_run(child, "starting")


def test_waiting_for_what_never_comes_ends_with_its_name() -> None:
    with pytest.raises(StackError, match=r"^The moon did not happen within 0 seconds\.$"):
        until(lambda: False, "The moon", 0)
