"""The logging configuration of the master and its workers: every record becomes a line on standard output.

All processes write to the same stream, as a twelve-factor app does; standard error is for what must be said
before logging works.
"""

import logging
import os
from typing import IO, Any

from observability.logs.formatters import JsonLineFormatter, TextLineFormatter
from observability.logs.record_fields import Context


def logging_config(log_format: str, log_level: str, *, context: Context = dict) -> dict[str, Any]:
    """Return the argument for `logging.config.dictConfig`.

    Args:
        log_format: `json` or `text`.
        log_level: The least severe level that is written.
        context: Returns fields of the current request.
    """
    formatter = {"json": JsonLineFormatter, "text": TextLineFormatter}[log_format]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "context": context}},
        "handlers": {"lines": {"()": LineHandler, "formatter": "line", "stream": "ext://sys.stdout"}},
        "root": {"level": log_level, "handlers": ["lines"]},
    }


class LineHandler(logging.StreamHandler[IO[str]]):
    """Writes lines as UTF-8, whatever the locale; a closed pipe or a full disk fails no request.

    It bypasses the stream's own buffer: Python would try again to write what a dead pipe left there at the end of
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
        """Do nothing: the base class would print a traceback to standard error."""


def _write_all(descriptor: int, data: bytes) -> None:
    while (written := os.write(descriptor, data)) < len(data):
        data = data[written:]
