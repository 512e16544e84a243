"""What the app needs from the server that runs it, with a default for any server."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from threading import Event
from typing import Any, Protocol, TypeVar, cast

from flask import Flask, current_app, request

from app.stream.outlet import Writer

_SERVER = "setpoint.server"

Result = TypeVar("Result")


class CountingWriter(Writer, Protocol):
    """Writes to a client, bypassing the server.

    Attributes:
        size: How many bytes of the body it has written.
    """

    size: int


class Connection(Protocol):
    """The connection of a request."""

    def reading_ends_after(self, seconds: float) -> AbstractContextManager[Event]:
        """Stop reading from the client once `seconds` have passed; the event says that they have."""
        ...

    def bound_what_is_unread(self, buffer_bytes: int, milliseconds: int) -> None:
        """Buffer at most `buffer_bytes` for the client, and drop it if they stay unread for `milliseconds`."""
        ...

    def writer(self) -> CountingWriter | None:
        """Return a writer for parts of the answer while its greenlet waits; None if only the greenlet can write."""
        ...

    def give_up_body(self) -> None:
        """Close the connection after this answer, instead of reading the rest of the body."""
        ...

    def linger(self, seconds: float, most_bytes: int) -> None:
        """Say that this was all, then for a moment drop what still arrives."""
        ...


class Server(Protocol):
    """The server that runs the app."""

    def connection_of(self, environ: Mapping[str, Any]) -> Connection | None:
        """Return the connection of the request with this WSGI environment; None if the server keeps it to itself."""
        ...

    def beside_other_requests(self, work: Callable[[], Result]) -> Result:
        """Return what `work` returns, which may be slow, without holding up other requests."""
        ...

    def rest(self, seconds: float) -> None:
        """Let time pass for this request alone, if that is possible."""
        ...


class AnyServer:
    """A server about which nothing is known."""

    def connection_of(self, environ: Mapping[str, Any]) -> Connection | None:  # noqa: ARG002 - the protocol's
        """Return None: nothing is known."""
        return None

    def beside_other_requests(self, work: Callable[[], Result]) -> Result:
        """Do the work here and now."""
        return work()

    def rest(self, seconds: float) -> None:
        """Return at once: other requests might wait as well."""


def served_by(application: Flask, server: Server) -> None:
    """Let the requests of `application` find their server."""
    application.extensions[_SERVER] = server


def current_server() -> Server:
    """Return the server of the app that handles this request."""
    return cast("Server", current_app.extensions[_SERVER])


def connection() -> Connection | None:
    """Return the connection of this request; None if the server keeps it to itself."""
    return current_server().connection_of(request.environ)
