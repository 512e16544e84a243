"""A request's connection, as far as a gunicorn worker gives access to it."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Event
from time import monotonic
from typing import Any, Protocol

import gevent  # type: ignore[import-untyped]  # has no types
from gunicorn.http.message import Request as HttpRequest  # type: ignore[import-untyped]  # has no types

from serving.worker.chunk_writer import ChunkWriter

_PIECE_BYTES = 65_536
_TCP_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)


class Request(Protocol):
    """What is needed from gunicorn's request."""

    def force_close(self) -> None:
        """Close the connection once this request is answered, and say so in the answer."""


_under_way: ContextVar[Request | None] = ContextVar("request under way", default=None)


def begin_request(request: Request) -> None:
    """Remember gunicorn's request, which the WSGI environment doesn't hold; a greenlet answers one at a time."""
    _under_way.set(request)


def connection_of(environ: Mapping[str, Any]) -> "GunicornConnection | None":
    """Return the connection of the request with this WSGI environment; None if gunicorn does not serve it."""
    client = environ.get("gunicorn.socket")
    return GunicornConnection(client, _under_way.get()) if isinstance(client, socket.socket) else None


class GunicornConnection:
    """What the app may do with a connection."""

    def __init__(self, client: socket.socket, request: Request | None) -> None:
        self._client = client
        self._request = request

    @contextmanager
    def reading_ends_after(self, seconds: float) -> Iterator[Event]:
        """Stop reading from the client once `seconds` have passed; the event says that they have."""
        passed = Event()
        timer = gevent.get_hub().loop.timer(seconds)  # a greenlet that waits for it takes five times as long to make
        timer.start(self._stop_reading, passed)
        try:
            yield passed
        finally:
            timer.close()

    def bound_what_is_unread(self, buffer_bytes: int, milliseconds: int) -> None:
        """Let the kernel buffer `buffer_bytes` for a client, and drop it if they stay unread for `milliseconds`."""
        with suppress(OSError):  # the client may already be gone
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer_bytes)
            if _TCP_USER_TIMEOUT is not None and self._client.family in {socket.AF_INET, socket.AF_INET6}:
                self._client.setsockopt(socket.IPPROTO_TCP, _TCP_USER_TIMEOUT, milliseconds)

    def writer(self) -> ChunkWriter | None:
        """Return a writer for parts of the answer that works as gunicorn does, without the answering greenlet.

        None if gunicorn frames parts differently (HTTP/2, HTTP/1.0, uWSGI), or a write may block or encrypt.
        """
        request: Any = self._request
        client = self._client
        if type(request) is not HttpRequest or request.version <= (1, 0):
            return None
        if type(client) is not socket.socket or os.get_blocking(client.fileno()):
            return None
        return ChunkWriter(client)

    def give_up_body(self) -> None:
        """Let gunicorn close the connection after this answer, which says so to the client (RFC 9112, section 9.6).

        It would otherwise read the rest of the body before it looks for the next request, without a limit.
        """
        if self._request is not None:
            self._request.force_close()

    def linger(self, seconds: float, most_bytes: int) -> None:
        """Say that this was all, then for a moment drop what still arrives.

        With bytes unread, closing would reset the connection, and the client could lose the answer
        (RFC 9112, section 9.6).
        """
        ends_at, dropped = monotonic() + seconds, 0
        with suppress(OSError):  # the client is gone, or silent
            self._client.shutdown(socket.SHUT_WR)
            while dropped < most_bytes and (left := ends_at - monotonic()) > 0:
                self._client.settimeout(left)
                part = self._client.recv(_PIECE_BYTES)
                if not part:
                    return
                dropped += len(part)

    def _stop_reading(self, passed: Event) -> None:
        passed.set()
        with suppress(OSError):  # the client may already be gone
            self._client.shutdown(socket.SHUT_RD)
