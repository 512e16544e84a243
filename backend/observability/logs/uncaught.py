"""Logs uncaught exceptions and warnings like everything else."""

import logging
import sys
import threading
from types import TracebackType

_logger = logging.getLogger("observability.uncaught")


def log_what_nobody_catches() -> None:
    """Hook every place where Python or gevent would print a traceback to standard error."""
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_end_of_program
    threading.excepthook = _log_end_of_thread
    sys.unraisablehook = _log_unraisable
    if "gevent.hub" in sys.modules:
        _hook_gevent()


def _log_end_of_program(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _logger.critical("the program ended with an exception", exc_info=(kind, error, traceback))


def _log_end_of_thread(arguments: threading.ExceptHookArgs) -> None:
    if issubclass(arguments.exc_type, SystemExit) or arguments.exc_value is None:
        return
    _logger.error(
        "a thread ended with an exception",
        exc_info=arguments.exc_value,
        extra={"thread.name": arguments.thread.name if arguments.thread else None},
    )


def _log_unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    where = getattr(unraisable.object, "__qualname__", type(unraisable.object).__qualname__)
    _logger.error(
        "an exception could not be raised",
        exc_info=unraisable.exc_value or True,
        extra={"code.function.name": where},
    )


def _hook_gevent() -> None:
    def log_end_of_greenlet(
        _hub: object,
        _context: object,
        kind: type[BaseException],
        error: BaseException,
        _traceback: TracebackType | None,
    ) -> None:
        if not issubclass(kind, (SystemExit, KeyboardInterrupt)):
            _logger.error("a greenlet ended with an exception", exc_info=error)

    # On the class, because threads have their own hubs; by its module, because only gevent itself may load it.
    sys.modules["gevent.hub"].Hub.print_exception = log_end_of_greenlet
