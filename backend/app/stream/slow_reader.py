"""Keeps a client that doesn't read from holding memory and a place for ever."""

import socket
from contextlib import suppress
from typing import Any

SEND_BUFFER_BYTES = 16_384
"""What the kernel may hold for one client; by itself it grows to megabytes."""

UNREAD_MILLISECONDS = 30_000
"""How long what was sent may stay unread before the kernel drops the connection."""

_TCP_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)


def bound(environ: dict[str, Any]) -> None:
    """Bound what the connection of this request may hold back, if the server lets us at its socket."""
    connection = environ.get("gunicorn.socket")
    if not isinstance(connection, socket.socket):
        return
    with suppress(OSError):  # the client may have gone already
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        if _TCP_USER_TIMEOUT is not None and connection.family in {socket.AF_INET, socket.AF_INET6}:
            connection.setsockopt(socket.IPPROTO_TCP, _TCP_USER_TIMEOUT, UNREAD_MILLISECONDS)
