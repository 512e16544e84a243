"""Answers with Server-Sent Events, within the limits of one process and one client."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from math import ceil

from flask import Response, request

from app.stream import wire
from app.stream.open_streams import Content, OpenStream, OpenStreams, TooManyStreamsError
from app.stream.outlet import Writer
from app.views.marks import Taken
from app.views.problem import Problem
from app.views.server import connection
from observability.requests.access import WRITER_KEY

SEND_BUFFER_BYTES = 16_384
"""What the kernel may buffer for one client; by default, it grows to megabytes."""

UNREAD_MILLISECONDS = 30_000
"""How long sent data may stay unread before the kernel drops the connection."""


STREAM_ANSWERS: Mapping[int, Mapping[str, Taken]] = {200: {wire.CONTENT_TYPE: "Server-Sent Events"}}


def opened(streams: OpenStreams, content: Callable[[], Content] | None = None) -> Response:
    """Return a stream of what `content` gives; without one, only heartbeats.

    Raises:
        Problem: 503 if no more streams may be open.
    """
    writer = None
    if client := connection():
        client.bound_what_is_unread(SEND_BUFFER_BYTES, UNREAD_MILLISECONDS)
        writer = client.writer()
        request.environ[WRITER_KEY] = writer
    events = iter(()) if request.method == "HEAD" else _opened(streams, content, writer)
    # Passed through: what Flask otherwise wraps around a body would be held for each open stream.
    response = Response(events, mimetype=wire.CONTENT_TYPE, direct_passthrough=True)
    response.headers["X-Accel-Buffering"] = "no"  # nginx would otherwise hold events back
    return response


def _opened(streams: OpenStreams, content: Callable[[], Content] | None, writer: Writer | None) -> OpenStream:
    found = content() if content else None
    try:
        return streams.open(found, writer)
    except TooManyStreamsError:
        if found:
            found.close()
        retry_after = ceil(streams.retry_milliseconds() / 1_000)
    detail = "this process has no room for another stream"
    raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": str(retry_after)})
