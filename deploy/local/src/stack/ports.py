"""Loopback ports: free ones for tests, and a sentence for one that somebody else holds."""

import socket
from collections.abc import Mapping

from stack.errors import StackError

LOOPBACK = "127.0.0.1"


def free_ports(number: int) -> list[int]:
    """`number` different loopback ports that nobody listens on now; all are held open until all are chosen."""
    held: list[socket.socket] = []
    try:
        for _ in range(number):
            listener = socket.socket()
            held.append(listener)
            listener.bind((LOOPBACK, 0))
        return [listener.getsockname()[1] for listener in held]
    finally:
        for listener in held:
            listener.close()


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def busy(wanted: Mapping[str, int]) -> list[str]:
    """One sentence for each wanted port that is taken; `wanted` maps the setting's name to its port."""
    return [
        f"Port {port} is already in use by another program: free it, or set {setting} to another port."
        for setting, port in wanted.items()
        if not is_free(port)
    ]


def refuse_if_busy(wanted: Mapping[str, int]) -> None:
    """Raises StackError that names every taken port, so that another program's answer is never taken for ours."""
    if sentences := busy(wanted):
        raise StackError(" ".join(sentences))
