"""Runs what may block for long beside gevent's loop, so that no other request waits for a lock or a disk."""

import sys
from collections.abc import Callable
from contextvars import copy_context
from threading import Lock, get_native_id
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Apart:
    """Runs one thing after the other: in a native thread where gevent runs this process, else in the caller's own."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pool: Any = None
        if is_under_gevent():
            from gevent.threadpool import ThreadPool  # type: ignore[import-untyped]  # noqa: PLC0415 - it costs 40 ms

            self._pool = ThreadPool(1)
        self._home = get_native_id()

    def run(self, function: Callable[[], T]) -> T:
        """Return what `function` returns, or raise what it raises; whoever is in a thread already stays there."""
        if self._pool is None:
            with self._lock:
                return function()
        if get_native_id() != self._home:
            return function()
        # The pool would log what is raised in it, although the caller gets it, and without the context of the caller.
        result, error = self._pool.apply(copy_context().run, (_attempt, function))
        if error is not None:
            raise error
        return cast("T", result)

    def close(self) -> None:
        """End the thread."""
        if self._pool is not None:
            self._pool.kill()


def _attempt(function: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    try:
        return function(), None
    except BaseException as error:  # noqa: BLE001 - the caller raises it
        return None, error


def is_under_gevent() -> bool:
    """Return whether gevent has patched the standard library of this process."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("threading"))
