"""Turns every log record into exactly one line: JSON for machines, text for people."""

import contextlib
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

from observability.escaping import one_line, side_by_side
from observability.known_secrets import is_to_be_masked
from observability.logs.bounded_values import LONGEST_TEXT, text_of, text_within_bounds, within_bounds
from observability.logs.record_fields import OWN_FIELDS, Context, Fields, fields_of, message_of, settle_message

_LONGEST_LINE = 65_536
_JSON_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS
_PLAIN_WORD = re.compile(r"[\w./:@+-]+", re.ASCII)


class LineFormatter(logging.Formatter):
    """A formatter that never raises, and never writes a second line or a known secret.

    It tries three ways: everything as it is, if nothing in it is long or secret; everything masked and within limits;
    or only the fields that every record has.
    """

    def __init__(self, *, context: Context = dict) -> None:
        """Take what each line needs in addition to its record.

        Args:
            context: Returns fields of the current request.
        """
        super().__init__()
        self._context = context

    def format(self, record: logging.LogRecord) -> str:
        """Write `record` as one line."""
        if record.levelno >= logging.ERROR:
            settle_message(record)
        try:
            line = self.line_of(fields_of(record, self._context))
            # A line shorter than the limit for one field can't hold a field that exceeds it.
            if len(line) <= LONGEST_TEXT and not is_to_be_masked(line):
                return line
        except Exception:  # noqa: BLE001, S110 - any value can be in a record; the next way takes all of them
            pass
        for write in (self._within_bounds, self._least):
            with contextlib.suppress(Exception):
                line = write(record)
                if len(line) <= _LONGEST_LINE:
                    return line
        return self.line_of({"level": "ERROR", "logger": __name__, "message": "a log record could not be written"})

    def line_of(self, fields: Fields) -> str:
        """Write `fields` as one line, or raise."""
        raise NotImplementedError

    def _within_bounds(self, record: logging.LogRecord) -> str:
        return self.line_of(dict(map(_field_within_bounds, fields_of(record, self._context).items())))

    def _least(self, record: logging.LogRecord) -> str:
        fields: Fields = {"timestamp": datetime.now(UTC), "level": record.levelname, "logger": record.name}
        fields |= {"message": text_within_bounds(message_of(record)), **self._context(), "truncated": True}
        return self.line_of(fields)


class JsonLineFormatter(LineFormatter):
    """Writes a record as a JSON object, with OpenTelemetry's names where they exist."""

    def line_of(self, fields: Fields) -> str:
        """Write `fields` as JSON."""
        line = orjson.dumps(fields, default=_as_json, option=_JSON_OPTIONS).decode()
        # JSON has escapes for everything that is unsafe in ASCII except this one character.
        return line if line.isascii() and "\x7f" not in line else one_line(line)


class TextLineFormatter(LineFormatter):
    """Writes a record as text for people: when, how severe, who, what, then `name=value`."""

    def line_of(self, fields: Fields) -> str:
        """Write `fields` as text."""
        rest = dict(fields)
        now = rest.pop("timestamp", None)
        when = now.isoformat(timespec="milliseconds") if isinstance(now, datetime) else "-"
        head = f"{when} {rest.pop('level')!s:8} {rest.pop('logger')}: {rest.pop('message')}"
        return one_line(" ".join([head, *(f"{name}={_as_word(value)}" for name, value in rest.items())]))


def _as_json(value: object) -> object:
    """Return something that orjson can write instead of `value`, which it can't."""
    if isinstance(value, Mapping):
        return {str(name): part for name, part in value.items()}
    return list(value) if isinstance(value, (set, frozenset)) else text_of(value)


def _as_word(value: object) -> str:
    if isinstance(value, str):
        if _PLAIN_WORD.fullmatch(value):
            return value
        value = side_by_side(value)
    return orjson.dumps(within_bounds(value), default=_as_json, option=_JSON_OPTIONS).decode()


def _field_within_bounds(field: tuple[str, object]) -> tuple[str, object]:
    name, value = field
    if name in OWN_FIELDS and name != "message":
        return name, value
    return name if name in OWN_FIELDS else text_within_bounds(name), within_bounds(value)
