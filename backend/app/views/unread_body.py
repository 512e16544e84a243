"""Ends connections on which a body was left unread, so that the client still gets its answer."""

from functools import partial

from flask import Flask, Response, request

from app.views.request_body import WAS_READ
from app.views.server import connection

LINGER_SECONDS = 2.0
"""How long a refused client may take to notice."""

LINGER_BYTES = 16_777_216
"""How much of a refused body is read and dropped before its client is cut off."""


def close_connections_with_unread_bodies(application: Flask) -> None:
    """Keep the server from reading on through the body of a refused request."""
    application.after_request(_give_up_unread_body)


def _give_up_unread_body(response: Response) -> Response:
    environ = request.environ
    announced = environ.get("CONTENT_LENGTH", "") not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ
    if announced and WAS_READ not in environ and (client := connection()):
        client.give_up_body()
        response.call_on_close(partial(client.linger, LINGER_SECONDS, LINGER_BYTES))
    return response
