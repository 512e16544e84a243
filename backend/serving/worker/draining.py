"""Lets a worker end quickly and politely when it is told to: gunicorn would wait for its streams, then cut them."""

from collections.abc import Callable
from typing import Protocol

import gevent  # type: ignore[import-untyped]  # has no types

from serving.worker.connection import Request, begin_request

_LOOK_EVERY_SECONDS = 0.25

_to_be_called: list[Callable[[], None]] = []


def before_the_end(call: Callable[[], None]) -> None:
    """Register `call` to be called once this worker is told to stop; it must return at once."""
    _to_be_called.append(call)


class Worker(Protocol):
    """What is needed from a gunicorn worker."""

    alive: bool


class Draining:
    """Calls what was registered once `worker` is told to stop, and ends each connection with its current request.

    The signal handler of a worker only sets a flag, so a separate greenlet watches the flag.
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._requests = set[Request]()
        gevent.spawn(self._drain_when_stopped)

    def begin(self, request: Request) -> None:
        """Record that the worker is answering `request`."""
        begin_request(request)
        self._requests.add(request)

    def end(self, request: Request) -> None:
        """Record that `request` is answered, or has failed."""
        self._requests.discard(request)

    def _drain_when_stopped(self) -> None:
        while self._worker.alive:
            gevent.sleep(_LOOK_EVERY_SECONDS)
        for request in list(self._requests):
            # Its connection would otherwise be kept alive, and the worker with it, in case the client asks again.
            request.force_close()
        for call in _to_be_called:
            call()
