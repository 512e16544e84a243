"""Starts a worker with the values of its master, or ends it in a way that gunicorn understands."""

import functools
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from serving.handover.handover import Handover
from serving.unread_values import mask_unread_values

# gunicorn has no types: these are its Arbiter and its Worker.
Server = Any
Worker = Any


def prepare_worker(server: Server, worker: Worker, handover: Handover) -> None:
    """Give a worker, right after its fork, the values of the env file as they were when the conf was accepted.

    Not as `raw_env`, which gunicorn prints when it logs its configuration.
    """
    os.environ.update(handover.variables, SETPOINT_ORIGINS=handover.origins)  # noqa: TID251 - it is written here
    if worker.cfg.workers != handover.server.workers:  # `gunicorn --workers`; their number decides what is safe
        os.environ["WEB_CONCURRENCY"] = str(worker.cfg.workers)  # noqa: TID251 - it is written here
    mask_unread_values(os.environ)  # noqa: TID251 - until the app has read it
    worker.load_wsgi = functools.partial(_load_app, server, worker, worker.load_wsgi)
    _patch_without_plugins()


def _patch_without_plugins() -> None:
    """Keep gevent, which patches next, from looking for plugins among all installed packages, once for each module."""
    from gevent import events  # type: ignore[import-untyped]  # noqa: PLC0415 - has no types, and in the worker alone

    events.notify_and_call_entry_points = events.notify


def _load_app(server: Server, worker: Worker, load: Callable[[], None]) -> None:
    """Let a worker log why it can't load the app; gunicorn would print the exception, with any value in its text."""
    try:
        load()
    except Exception:
        worker.log.exception("The app could not be loaded")
        sys.exit(server.WORKER_BOOT_ERROR)


def end_worker(server: Server, worker: Worker) -> None:
    """Let a worker that can't start end the server if it was the first, and nothing but itself if others serve.

    gunicorn restarts it for ever after a SystemExit, and ends the whole server after any other exception. A server
    that is stopping must not be ended again: it would fail with a traceback, and wait for no other worker.
    """
    ending = sys.exc_info()[1]
    if os.getpid() != worker.pid or worker.booted or not isinstance(ending, SystemExit) or not ending.code:
        return
    if not worker.alive:
        sys.exit(0)
    if not server.WORKERS:
        sys.exit(server.WORKER_BOOT_ERROR)
    # Not again at once: each attempt costs the CPU time of a start.
    time.sleep(1)
    sys.exit(1)
