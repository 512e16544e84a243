"""Configure logging for a worker: the format, the request's fields, and every source of lines."""

import logging
import logging.config
from collections.abc import Mapping
from typing import Any

from config.settings import Settings
from observability.logs.configuration import logging_config
from observability.logs.record_fields import Context
from observability.logs.uncaught import log_what_nobody_catches

_make_record = logging.Logger.makeRecord


def set_up_logging(settings: Settings, context: Context) -> None:
    """Make every log line of this process go one way, with the fields of `context`."""
    logging.config.dictConfig(logging_config(settings.log_format, settings.log_level, context=context))
    setattr(logging.Logger, "makeRecord", _make_record_whatever_the_extras)  # noqa: B010 - mypy knows no other way
    log_what_nobody_catches()


def _make_record_whatever_the_extras(  # noqa: PLR0917 - the signature of what it stands in for
    logger: logging.Logger,
    name: str,
    level: int,
    fn: str,
    lno: int,
    msg: object,
    args: Any,
    exc_info: Any,
    func: str | None = None,
    extra: Mapping[str, object] | None = None,
    sinfo: str | None = None,
) -> logging.LogRecord:
    """Make a record without raising `KeyError` where a field is called as an attribute of records is.

    Python refuses such a field in the middle of the work that wanted to log it.
    """
    record = _make_record(logger, name, level, fn, lno, msg, args, exc_info, func, None, sinfo)
    taken = {*vars(record), "message", "asctime"}
    for field, value in (extra or {}).items():
        setattr(record, f"extra.{field}" if field in taken else str(field), value)
    return record
