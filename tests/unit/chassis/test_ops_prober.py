"""A process that is asked how it is, by somebody who does not wait for the answer."""

import socket
import struct
import threading

import pytest

from chassis import ops


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
