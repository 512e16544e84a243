"""Turn every log record into exactly one line: JSON for machines, text for people."""

import contextlib
import logging
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import orjson

from observability.logs.bounded_values import (
    LONGEST_TEXT,
    encodable,
    one_line,
    text_of,
    text_within_bounds,
    within_bounds,
)
from observability.logs.record_fields import Context, Fields, fields_of, message_of

MASK = "********"

_LONGEST_LINE = 65_536
_JSON_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS
_PLAIN_WORD = re.compile(r"[\w./:@+-]+", re.ASCII)


class LineFormatter(logging.Formatter):
    """A formatter that never raises and never writes a second line.

    It tries three ways: everything; everything within bounds; the fields that every record has.
    """

    mask_guard = "()"
    """Pattern with one group: what is kept of what stands right before a secret."""

    def __init__(self, *, context: Context = dict, secrets: Iterable[str] = ()) -> None:
        """Take what each line needs beyond its record.

        Args:
            context: Gives fields of the request in progress.
            secrets: Texts that are masked wherever they stand in a line.
        """
        super().__init__()
        self._context = context
        self._secrets = tuple({form for secret in secrets for form in _written_forms(secret)})
        self._secret = re.compile(f"{self.mask_guard}(?:{'|'.join(map(re.escape, self._secrets))})")

    def format(self, record: logging.LogRecord) -> str:
        """Write `record` as one line."""
        for write in (self._everything, self._within_bounds, self._least):
            with contextlib.suppress(Exception):
                line = self._masked(one_line(write(record)))
                if len(line) <= _LONGEST_LINE:
                    return line
        return self.line_of({"level": "ERROR", "logger": __name__, "message": "a log record could not be written"})

    def line_of(self, fields: Fields) -> str:
        """Write `fields`, or raise."""
        raise NotImplementedError

    def _everything(self, record: logging.LogRecord) -> str:
        line = self.line_of(fields_of(record, self._context))
        # A line shorter than the limit for one field can't hold a field that exceeds it.
        return line if len(line) <= LONGEST_TEXT else self._within_bounds(record)

    def _within_bounds(self, record: logging.LogRecord) -> str:
        fields = fields_of(record, self._context)
        return self.line_of({text_within_bounds(name): within_bounds(value) for name, value in fields.items()})

    def _least(self, record: logging.LogRecord) -> str:
        fields: Fields = {"timestamp": datetime.now(UTC), "level": record.levelname, "logger": record.name}
        fields |= {"message": text_within_bounds(message_of(record)), **self._context(), "truncated": True}
        return self.line_of(fields)

    def _masked(self, line: str) -> str:
        return self._secret.sub(rf"\1{MASK}", line) if any(secret in line for secret in self._secrets) else line


class JsonLineFormatter(LineFormatter):
    """Writes a record as a JSON object, with OpenTelemetry's names where it has some."""

    # After an odd number of backslashes the first letter belongs to an escape sequence, and is no part of the text.
    mask_guard = r"(?<!\\)((?:\\\\)*)"

    def line_of(self, fields: Fields) -> str:
        """Write `fields` as JSON."""
        return orjson.dumps(fields, default=_as_json, option=_JSON_OPTIONS).decode()


class TextLineFormatter(LineFormatter):
    """Writes a record as words for people: when, how severe, who, what, then `name=value`."""

    def line_of(self, fields: Fields) -> str:
        """Write `fields` as text."""
        rest = dict(fields)
        now = rest.pop("timestamp", None)
        when = now.isoformat(timespec="milliseconds") if isinstance(now, datetime) else "-"
        head = f"{when} {rest.pop('level')!s:8} {rest.pop('logger')}: {rest.pop('message')}"
        return " ".join([head, *(f"{name}={_as_word(value)}" for name, value in rest.items())])


def _as_json(value: object) -> object:
    """Return what orjson can write in the place of `value`, which it can't."""
    if isinstance(value, Mapping):
        return {str(name): part for name, part in value.items()}
    return list(value) if isinstance(value, (set, frozenset)) else text_of(value)


def _as_word(value: object) -> str:
    if isinstance(value, str):
        if _PLAIN_WORD.fullmatch(value):
            return value
        value = _side_by_side(value)
    return orjson.dumps(within_bounds(value), default=_as_json, option=_JSON_OPTIONS).decode()


def _written_forms(secret: str) -> set[str]:
    text = encodable(secret)
    encoded = {one_line(orjson.dumps(form).decode()[1:-1]) for form in (text, _side_by_side(text))}
    return {one_line(text), *encoded} - {""}


def _side_by_side(text: str) -> str:
    return " | ".join(line.strip() for line in text.split("\n"))
