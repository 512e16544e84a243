"""Ports for programs that open theirs themselves; who can inherit a socket gets one that is open already."""

import random
import socket
from contextlib import suppress


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on, and that the kernel gives to no connection meanwhile.

    One of the kernel's own choice would be taken by any outgoing connection before the program has opened it.
    """
    while True:
        port = random.randrange(20_000, 30_000)  # noqa: S311 - below those for outgoing connections
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
