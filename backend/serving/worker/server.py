"""What a gunicorn worker does for the app: gives access to connections, and runs work next to other requests."""

import sys
from collections.abc import Callable, Mapping
from contextvars import copy_context
from typing import Any, TypeVar, cast

import gevent  # type: ignore[import-untyped]  # has no types
from gevent.threadpool import ThreadPool  # type: ignore[import-untyped]  # has no types

from serving.worker.connection import GunicornConnection, connection_of

_SECONDS_TO_HOLD_UP = 0.0002
"""After how long a thread must let the event loop run, so that new requests wait no longer than that."""

Result = TypeVar("Result")


class GunicornServer:
    """The server as the app knows it."""

    def __init__(self) -> None:
        sys.setswitchinterval(_SECONDS_TO_HOLD_UP)
        gevent.setswitchinterval(_SECONDS_TO_HOLD_UP)
        # Nobody asks which greenlet has started which, and each connection would hold the answer.
        gevent.config.track_greenlet_tree = False
        # One thread: checks take turns, and the event loop has the other half of the processor.
        self._threads = ThreadPool(1)

    def connection_of(self, environ: Mapping[str, Any]) -> GunicornConnection | None:
        """Return the connection of the request with this WSGI environment."""
        return connection_of(environ)

    def rest(self, seconds: float) -> None:
        """Let time pass for the greenlet of this request."""
        gevent.sleep(seconds)

    def beside_other_requests(self, work: Callable[[], Result]) -> Result:
        """Do `work` in a thread, while the event loop keeps running."""
        # The pool would log what is raised in it, without the secrets of the request, which raises it anyway.
        result, error = self._threads.apply(copy_context().run, (_attempt, work))
        if error is not None:
            raise error
        return cast("Result", result)


def _attempt(work: Callable[[], Result]) -> tuple[Result | None, BaseException | None]:
    try:
        return work(), None
    except BaseException as error:  # noqa: BLE001 - the request raises it
        return None, error
