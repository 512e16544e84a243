"""Ends connections on which a body was left unread, so that the client still gets its answer."""

import socket
from contextlib import suppress
from functools import partial
from time import monotonic

from flask import Flask, Response, request

from app.http.request_body import WAS_READ

LINGER_SECONDS = 2.0
"""How long a client that was refused may take to notice."""

LINGER_BYTES = 16_777_216
"""How much of a body that was refused is dropped before its client is cut off."""

_PIECE_BYTES = 65_536


def close_connections_with_unread_bodies(application: Flask) -> None:
    """Keep the server from reading on and on through the body of a request that was refused."""
    application.after_request(_give_up_unread_body)


def _give_up_unread_body(response: Response) -> Response:
    """Tell gunicorn that the connection can't be used again.

    It would otherwise read the rest of the body before it looks for the next request, without a
    limit. `failed` is how its own readers tell that they don't know where that request begins.
    """
    announced = bool(request.content_length) or "Transfer-Encoding" in request.headers
    body = request.environ["wsgi.input"]
    if announced and WAS_READ not in request.environ and hasattr(body, "failed"):
        body.failed = True
        response.call_on_close(partial(_linger, request.environ.get("gunicorn.socket")))
    return response


def _linger(connection: object) -> None:
    """Say that this was all, and drop what still comes for a moment.

    With bytes unread, closing would reset the connection, and the client could lose the answer
    (RFC 9112, section 9.6).
    """
    if not isinstance(connection, socket.socket):
        return
    ends_at, dropped = monotonic() + LINGER_SECONDS, 0
    with suppress(OSError):  # the client is gone, or silent
        connection.shutdown(socket.SHUT_WR)
        while dropped < LINGER_BYTES and (left := ends_at - monotonic()) > 0:
            connection.settimeout(left)
            part = connection.recv(_PIECE_BYTES)
            if not part:
                return
            dropped += len(part)
