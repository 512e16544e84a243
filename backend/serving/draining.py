"""Ends the event streams of a worker when the worker is told to stop, because gunicorn would cut them."""

from typing import Any, Protocol

import gevent  # type: ignore[import-untyped]  # has no types

_LOOK_EVERY_SECONDS = 0.25
STREAMS = "setpoint.streams"
"""Where the app keeps its open streams among its extensions."""


class Worker(Protocol):
    """What is needed of a gunicorn worker."""

    alive: bool
    wsgi: Any


def drain_at_the_end(worker: Worker) -> None:
    """Watch `worker` from a greenlet and drain its streams once it is to stop.

    A worker waits for open connections until graceful_timeout, and an endless stream never ends by itself.
    The signal handler only sets a flag, so the flag is looked at.
    """
    streams = getattr(worker.wsgi, "extensions", {}).get(STREAMS)
    if streams is not None:
        gevent.spawn(_drain_when_stopped, worker, streams)


def _drain_when_stopped(worker: Worker, streams: Any) -> None:
    while worker.alive:
        gevent.sleep(_LOOK_EVERY_SECONDS)
    streams.drain()
