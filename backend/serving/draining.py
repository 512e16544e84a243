"""Lets a worker end soon and politely when it is told to: gunicorn would wait for its streams, then cut them."""

from typing import Any, Protocol
from weakref import WeakSet

import gevent  # type: ignore[import-untyped]  # has no types

STREAMS = "setpoint.streams"
"""Where the app keeps its open streams among its extensions."""

_LOOK_EVERY_SECONDS = 0.25


class Worker(Protocol):
    """What is needed of a gunicorn worker."""

    alive: bool
    wsgi: Any


class Request(Protocol):
    """What is needed of gunicorn's request."""

    def force_close(self) -> None:
        """Close the connection once this request is answered."""


class Draining:
    """Ends the streams of `worker` once it is told to stop, and each connection with the request under way.

    The signal handler of a worker only sets a flag, so the flag is looked at, by a greenlet of its own.
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._streams = getattr(worker.wsgi, "extensions", {}).get(STREAMS)
        self._requests: WeakSet[Request] = WeakSet()
        gevent.spawn(self._drain_when_stopped)

    def begin(self, request: Request) -> None:
        """Take note that the worker answers `request`."""
        self._requests.add(request)

    def _drain_when_stopped(self) -> None:
        while self._worker.alive:
            gevent.sleep(_LOOK_EVERY_SECONDS)
        for request in list(self._requests):
            # Its connection would otherwise be kept, and the worker with it, in case the client asks again.
            request.force_close()
        if self._streams is not None:
            self._streams.drain()
