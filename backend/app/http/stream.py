"""`GET /v1/stream`: Server-Sent Events."""

from http import HTTPStatus
from math import ceil

from flask import Blueprint, Response, request

from app.http.problem import Problem
from app.http.server import connection
from app.stream import wire
from app.stream.open_streams import OpenStream, OpenStreams, TooManyStreamsError

SEND_BUFFER_BYTES = 16_384
"""What the kernel may hold for one client; by itself it grows to megabytes."""

UNREAD_MILLISECONDS = 30_000
"""How long what was sent may stay unread before the kernel drops the connection."""


def stream(streams: OpenStreams) -> Blueprint:
    """Return the resource that opens one of `streams`."""
    blueprint = Blueprint("stream", __name__)

    @blueprint.get("/v1/stream")
    def follow() -> Response:
        events = iter(()) if request.method == "HEAD" else _opened(streams)
        if client := connection():
            client.bound_what_is_unread(SEND_BUFFER_BYTES, UNREAD_MILLISECONDS)
        response = Response(events, mimetype=wire.CONTENT_TYPE)
        response.headers["X-Accel-Buffering"] = "no"  # nginx would otherwise hold events back
        return response

    return blueprint


def _opened(streams: OpenStreams) -> OpenStream:
    try:
        return streams.open()
    except TooManyStreamsError:
        retry_after = ceil(streams.retry_milliseconds() / 1_000)
    detail = "as many streams are open as this process may hold"
    raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": str(retry_after)})
