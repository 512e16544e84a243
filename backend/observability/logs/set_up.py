"""Configures logging for a worker: the format, the request's fields, and every source of lines."""

import logging
import logging.config
from collections.abc import Mapping
from typing import Any

from config.settings import Settings
from observability.logs.configuration import logging_config
from observability.logs.record_fields import ATTRIBUTES, Context
from observability.logs.uncaught import log_what_nobody_catches

_look_for_caller = logging.Logger.findCaller


def set_up_logging(settings: Settings, context: Context) -> None:
    """Send every log line of this process the same way, with the fields of `context`."""
    logging.config.dictConfig(logging_config(settings.log_format, settings.log_level, context=context))
    # What no line shows is not collected for each record, as Python's logging HOWTO recommends.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    setattr(logging, "logAsyncioTasks", False)  # noqa: B010 - Python 3.12 has it
    setattr(logging.Logger, "findCaller", _find_stack_alone)  # noqa: B010 - mypy knows no other way
    setattr(logging.Logger, "makeRecord", _make_record_whatever_the_extras)  # noqa: B010 - mypy knows no other way
    log_what_nobody_catches()


def _find_stack_alone(
    logger: logging.Logger,
    stack_info: bool = False,  # noqa: FBT001, FBT002 - the signature of what it stands in for
    stacklevel: int = 1,
) -> tuple[str, int, str, str | None]:
    """Look for the caller only if its stack is wanted."""
    if stack_info:
        return _look_for_caller(logger, stack_info, stacklevel + 1)
    return "(unknown file)", 0, "(unknown function)", None


def _make_record_whatever_the_extras(  # noqa: PLR0917 - the signature of what it stands in for
    _logger: logging.Logger,
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
    """Make a record without raising `KeyError` if a field has the name of an attribute of records.

    Python refuses such a field, in the middle of the work that wanted to log it.
    """
    record = logging.getLogRecordFactory()(name, level, fn, lno, msg, args, exc_info, func, sinfo)
    if extra:
        vars(record).update(extra if ATTRIBUTES.isdisjoint(extra) else _renamed(extra))
    return record


def _renamed(extra: Mapping[str, object]) -> dict[str, object]:
    return {f"extra.{name}" if name in ATTRIBUTES else str(name): value for name, value in extra.items()}
