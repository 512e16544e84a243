"""gunicorn's own log records: they become lines like all others, without what a client sent or caused."""

import logging
import re
from typing import Any

from observability.exception_text import LOGGED_MARK
from observability.logs.configuration import logging_config


def gunicorn_logging(log_format: str, log_level: str) -> dict[str, Any]:
    """Return gunicorn's setting `logconfig_dict`.

    Args:
        log_format: `json` or `text`.
        log_level: The least severe level that is written.
    """
    return {
        **logging_config(log_format, log_level),
        "filters": {"gunicorn": {"()": GunicornRecords}},
        "loggers": {
            # The root's handler writes its lines, in a worker with the fields of the current request. A level here
            # would win over `--log-level`.
            "gunicorn.error": {"handlers": [], "filters": ["gunicorn"], "propagate": True},
            # A logging configuration switches gunicorn's access log on; the middleware writes a better one.
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }


class GunicornRecords(logging.Filter):
    """Removes from gunicorn's records what a client sent or caused, and what was already logged within its request."""

    _INVALID_REQUEST = re.compile(r"Invalid request from ip=\S*: [A-Za-z /]*")

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to write `record`, and fix it."""
        error = record.exc_info[1] if record.exc_info else None
        if getattr(error, LOGGED_MARK, False):
            return False
        # A client that vanished or stopped reading is no fault of the service; the access line has its request.
        if isinstance(error, OSError) and record.msg == "Socket error processing request.":
            return False
        if isinstance(record.msg, str) and (found := self._INVALID_REQUEST.match(record.msg)):
            record.msg = found[0].rstrip()
        if isinstance(record.args, tuple):
            record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
        return True
