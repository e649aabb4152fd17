"""A process that is asked how it is: by somebody who does not wait for the answer, and while a part of it is away."""

import socket
import struct
import threading

import pytest
from prometheus_client import REGISTRY

from chassis import ops


def failing(check: str, kind: str = "ready") -> float | None:
    return REGISTRY.get_sample_value("service_check_failing", {"check": check, "kind": kind})


def test_a_check_that_waits_for_a_part_that_is_away_holds_up_no_other_figure() -> None:
    back, slow = threading.Event(), threading.Event()
    questions = []

    def part() -> str | None:
        questions.append("asked")
        if slow.is_set():
            back.wait(20)
            return "the part is away"
        return None

    health = ops.Health(patience=0.01)
    health.ready("quick", lambda: None)
    health.ready("part", part)
    health.patience = 10
    assert 200 == ops.answer("/metrics", health)[0]
    assert (0, 0) == (failing("quick"), failing("part"))

    slow.set()
    health.patience = 0.01
    figures = [ops.answer("/metrics", health)[2] for _ in range(3)]
    assert not back.is_set(), "nobody waited for the part"
    assert all(b'service_check_failing{check="part",kind="ready"} 0.0' in one for one in figures), "its last answer"
    assert 2 == len(questions), "it is asked anew only once it has answered"

    back.set()
    health.patience = 10
    ops.answer("/metrics", health)
    assert (0, 1) == (failing("quick"), failing("part"))


def test_a_prober_that_gives_up_leaves_no_trace_in_the_log(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, answered = threading.Event(), threading.Event()

    def slow(path: str, health: ops.Health) -> tuple[int, str, bytes]:
        assert gone.wait(10)
        answered.set()
        return 200, "text/plain", b"x" * 50_000_000

    monkeypatch.setattr(ops, "answer", slow)
    server = ops.serve("127.0.0.1", 0, ops.Health())
    server.daemon_threads = False  # closing it then waits for the thread that answers
    try:
        with socket.create_connection(("127.0.0.1", server.server_port)) as prober:
            prober.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            # Closing resets the connection, so that the answer meets nobody.
            prober.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone.set()
        assert answered.wait(10)
    finally:
        server.shutdown()
        server.server_close()
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")
