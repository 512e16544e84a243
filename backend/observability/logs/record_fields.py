"""What a line says about a record: its fields, the request's, and those of an exception."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import islice

from observability.exception_text import described
from observability.exception_text import fields_of as fields_of_exception
from observability.logs.bounded_values import text_of

Fields = dict[str, object]
Context = Callable[[], Mapping[str, object]]

ATTRIBUTES = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})
_MADE_WITH = len(vars(logging.makeLogRecord({})))
OWN_FIELDS = frozenset({"timestamp", "level", "logger", "message"})
"""What every line has."""
_TAKEN_NAMES = ATTRIBUTES | OWN_FIELDS


def fields_of(record: logging.LogRecord, context: Context) -> Fields:
    """Return the fields of the line about `record`; those of the record override those of the request."""
    fields: Fields = {
        "timestamp": datetime.fromtimestamp(record.created, UTC),
        "level": record.levelname,
        "logger": record.name,
        "message": message_of(record),
        **context(),
    }
    # The attributes that a record is created with come first.
    extras = dict(islice(vars(record).items(), _MADE_WITH, None))
    fields |= extras if _TAKEN_NAMES.isdisjoint(extras) else _renamed(extras)
    if record.exc_info and record.exc_info[1] is not None:
        fields |= fields_of_exception(record.exc_info[1])
    if record.stack_info:
        fields["stacktrace"] = record.stack_info
    return fields


def _renamed(extras: Fields) -> Fields:
    return {
        f"extra.{name}" if name in OWN_FIELDS else name: value
        for name, value in extras.items()
        if name not in ATTRIBUTES
    }


def message_of(record: logging.LogRecord) -> str:
    """Return the message of `record`; its template if its arguments don't fit."""
    if not record.args and type(record.msg) is str:
        return record.msg
    template = described(record.msg) if isinstance(record.msg, BaseException) else record.msg
    try:
        if not isinstance(record.args, tuple) or not record.args:
            return str(template) % record.args if record.args else str(template)
        return str(template) % tuple(described(arg) if isinstance(arg, BaseException) else arg for arg in record.args)
    except Exception:  # noqa: BLE001 - any object can be in a record, and any of its methods can fail
        return text_of(template)


def settle_message(record: logging.LogRecord) -> None:
    """Replace the message of `record` by its text if it can't be formatted as it is.

    Sentry's SDK formats it once more after our handler, and would silently lose the event.
    """
    try:
        record.getMessage()
    except Exception:  # noqa: BLE001 - any object can be in a record, and any of its methods can fail
        record.msg, record.args = message_of(record), ()
