"""What the app asks of a request's connection, if the server that serves it lets us at it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from threading import Event
from typing import Any, Protocol

from flask import Flask, current_app, request

_CONNECTIONS = "setpoint.connections"


class Connection(Protocol):
    """The connection of a request."""

    def reading_ends_after(self, seconds: float) -> AbstractContextManager[Event]:
        """Stop reading from the client once `seconds` have passed; the event says that they have."""
        ...

    def bound_what_is_unread(self, buffer_bytes: int, milliseconds: int) -> None:
        """Hold no more than `buffer_bytes` for the client, and drop it if they stay unread for `milliseconds`."""
        ...

    def give_up_body(self) -> None:
        """Close the connection after this answer, instead of reading the rest of the body."""
        ...

    def linger(self, seconds: float, most_bytes: int) -> None:
        """Say that this was all, and drop what still comes for a moment."""
        ...


ConnectionOf = Callable[[Mapping[str, Any]], Connection | None]
"""Finds the connection by the WSGI environment of a request."""


def no_connection(_environ: Mapping[str, Any]) -> None:
    """Find nothing: for a server that keeps its connections to itself."""


def use_connections(application: Flask, connection_of: ConnectionOf) -> None:
    """Have the requests of `application` find their connections by `connection_of`."""
    application.extensions[_CONNECTIONS] = connection_of


def connection() -> Connection | None:
    """Return the connection of this request; None if the server keeps it to itself."""
    connection_of: ConnectionOf = current_app.extensions[_CONNECTIONS]
    return connection_of(request.environ)
