"""The logging configuration, of the master and of its workers: every record becomes a line on standard output.

All processes write the same stream, as a twelve-factor app does; standard error is left to what must be said
before logging works.
"""

import logging
import os
import re
from typing import IO, Any

from observability.exception_text import LOGGED_MARK
from observability.logs.formatters import JsonLineFormatter, TextLineFormatter
from observability.logs.record_fields import Context


def logging_config(log_format: str, log_level: str, *, context: Context = dict) -> dict[str, Any]:
    """Return what `logging.config.dictConfig` and gunicorn's `logconfig_dict` take.

    Args:
        log_format: `json` or `text`.
        log_level: The least severe level that is written.
        context: Gives fields of the request in progress.
    """
    formatter = {"json": JsonLineFormatter, "text": TextLineFormatter}[log_format]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "context": context}},
        "filters": {"gunicorn": {"()": GunicornRecords}},
        "handlers": {"lines": {"()": LineHandler, "formatter": "line", "stream": "ext://sys.stdout"}},
        "root": {"level": log_level, "handlers": ["lines"]},
        "loggers": {
            "gunicorn.error": {"level": log_level, "handlers": ["lines"], "filters": ["gunicorn"], "propagate": False},
            # A logging configuration switches gunicorn's access log on; the middleware writes a better one.
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }


class LineHandler(logging.StreamHandler[IO[str]]):
    """Writes lines as UTF-8, whatever the locale; a closed pipe or a full disk fails no request.

    Past the stream's own buffer: what a dead pipe left in there, Python would try to write once more at the end of
    the process, and end it with status 120.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line of `record`."""
        try:
            line = self.format(record) + "\n"
            try:
                descriptor = self.stream.fileno()
            except (AttributeError, OSError, ValueError):
                self.stream.write(line)
                self.flush()
            else:
                _write_all(descriptor, line.encode("utf-8", "backslashreplace"))
        except Exception:  # noqa: BLE001 - whatever it is, it must not reach whoever logs
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name of the base class
        """Leave it: the base class would print a traceback to standard error."""


def _write_all(descriptor: int, data: bytes) -> None:
    while (written := os.write(descriptor, data)) < len(data):
        data = data[written:]


class GunicornRecords(logging.Filter):
    """Takes out of gunicorn's records what a client sent or caused, and what was logged within its request already."""

    _INVALID_REQUEST = re.compile(r"Invalid request from ip=\S*: [A-Za-z /]*")

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether `record` is to be written, and fix it."""
        error = record.exc_info[1] if record.exc_info else None
        if getattr(error, LOGGED_MARK, False):
            return False
        # A client that vanished or stopped reading is no fault of the service; the access line tells of its request.
        if isinstance(error, OSError) and record.msg == "Socket error processing request.":
            return False
        if isinstance(record.msg, str) and (found := self._INVALID_REQUEST.match(record.msg)):
            record.msg = found[0].rstrip()
        if isinstance(record.args, tuple):
            record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
        return True
