"""Loopback ports: free ones, and the sentence for a taken one."""

import socket

from stack.ports import LOOPBACK, busy, free_ports, is_free


def test_free_ports_are_all_different_and_free() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(is_free(port) for port in ports)


def test_a_taken_port_is_named_with_the_setting_that_moves_it() -> None:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        taken = listener.getsockname()[1]
        [free] = free_ports(1)
        assert busy({"--kafka-port": taken, "--mongo-port": free}) == [
            f"Port {taken} is already in use by another program: free it, or set --kafka-port to another port."
        ]
