"""Writes to the client of a stream whose greenlet waits, as gunicorn would if the greenlet gave it something."""

import os
import socket
from contextlib import suppress


class ChunkWriter:
    """Writes chunks (RFC 9112, section 7.1) on a socket that never blocks.

    Attributes:
        size: How many bytes it has written or begun to write, without the chunk framing.
    """

    __slots__ = ("_client", "_left", "size")

    def __init__(self, client: socket.socket) -> None:
        """Write to `client`, on which nobody else writes at the same time."""
        self._client = client
        self._left = b""
        self.size = 0

    def write(self, content: bytes) -> bool:
        """Write `content` without waiting; return whether `finish` has nothing left to do."""
        chunk = b"%X\r\n%b\r\n" % (len(content), content)
        try:
            written = os.write(self._client.fileno(), chunk)
        except OSError:  # the buffer is full, or the client is gone: `finish` finds out
            written = 0
        self.size += len(content)
        self._left = chunk[written:]
        return not self._left

    def finish(self) -> None:
        """Wait until all of it is written; if that fails, so does the server's next write."""
        left, self._left = self._left, b""
        try:
            if left:
                self._client.sendall(left)
        except OSError:
            with suppress(OSError):  # it may already be shut
                self._client.shutdown(socket.SHUT_RDWR)
