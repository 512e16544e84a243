"""Turn every log record into exactly one line on standard output: JSON for machines, text for people.

All processes write the same stream, as a twelve-factor app does; standard error is left to what must be said
before logging works. gunicorn's master runs this file by its path, so that nothing of ours stays old in it after
a reload: therefore it imports the standard library and orjson alone, and loads its neighbour by its path.
"""

import contextlib
import logging
import re
import runpy
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import orjson

Fields = dict[str, object]
Context = Callable[[], Mapping[str, object]]

MASK = "********"
LOGGED_MARK = "_setpoint_logged"
"""Attribute of an exception that was logged within its request; gunicorn's own line about it is dropped."""

_exceptions: Any = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("exception_text.py"))))

_LONGEST_TEXT = 8_192
_LONGEST_LINE = 65_536
_DEEPEST_LEVEL = 6
_MOST_ITEMS = 200
_LARGEST_INTEGER = 2**63

_STANDARD_ATTRIBUTES = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})
_OWN_FIELDS = frozenset({"timestamp", "level", "logger", "message"})
_JSON_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS
# Line breaks for some reader, commands for some terminal, or marks that reorder what people see.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PLAIN_WORD = re.compile(r"[\w./:@+-]+", re.ASCII)
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


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
                line = self._masked(_one_line(write(record)))
                if len(line) <= _LONGEST_LINE:
                    return line
        return self.line_of({"level": "ERROR", "logger": __name__, "message": "a log record could not be written"})

    def line_of(self, fields: Fields) -> str:
        """Write `fields`, or raise."""
        raise NotImplementedError

    def _everything(self, record: logging.LogRecord) -> str:
        line = self.line_of(_fields_of(record, self._context))
        # A line shorter than the limit for one field can't hold a field that exceeds it.
        return line if len(line) <= _LONGEST_TEXT else self._within_bounds(record)

    def _within_bounds(self, record: logging.LogRecord) -> str:
        fields = _fields_of(record, self._context)
        return self.line_of({_text_within_bounds(name): _within_bounds(value) for name, value in fields.items()})

    def _least(self, record: logging.LogRecord) -> str:
        fields: Fields = {"timestamp": datetime.now(UTC), "level": record.levelname, "logger": record.name}
        fields |= {"message": _text_within_bounds(_message_of(record)), **self._context(), "truncated": True}
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


class LineHandler(logging.StreamHandler[IO[str]]):
    """Writes lines as UTF-8, whatever the locale; a closed pipe or a full disk fails no request."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line of `record`."""
        with contextlib.suppress(Exception):
            line = self.format(record) + "\n"
            buffer = getattr(self.stream, "buffer", None)
            if buffer is None:
                self.stream.write(line)
            else:
                buffer.write(line.encode("utf-8", "backslashreplace"))
            self.flush()


class GunicornRecords(logging.Filter):
    """Takes out of gunicorn's records what a client sent or caused, and what was logged within its request already."""

    _INVALID_REQUEST = re.compile(r"Invalid request from ip=\S*: [A-Za-z /]*")

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether `record` is to be written, and mend it."""
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


def logging_config(
    log_format: str, log_level: str, *, context: Context = dict, secrets: Iterable[str] = ()
) -> dict[str, object]:
    """Return what `logging.config.dictConfig` and gunicorn's `logconfig_dict` take.

    Args:
        log_format: `json` or `text`.
        log_level: The least severe level that is written.
        context: Gives fields of the request in progress.
        secrets: Texts to mask. Not for gunicorn's configuration, which it shows at the debug level.
    """
    formatter = {"json": JsonLineFormatter, "text": TextLineFormatter}[log_format]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "context": context, "secrets": tuple(secrets)}},
        "filters": {"gunicorn": {"()": GunicornRecords}},
        "handlers": {"lines": {"()": LineHandler, "formatter": "line", "stream": "ext://sys.stdout"}},
        "root": {"level": log_level, "handlers": ["lines"]},
        "loggers": {
            "gunicorn.error": {"level": log_level, "handlers": ["lines"], "filters": ["gunicorn"], "propagate": False},
            # A logging configuration switches gunicorn's access log on; the middleware writes a better one.
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }


def _fields_of(record: logging.LogRecord, context: Context) -> Fields:
    fields: Fields = {
        "timestamp": datetime.fromtimestamp(record.created, tz=UTC),
        "level": record.levelname,
        "logger": record.name,
        "message": _message_of(record),
        **context(),
    }
    for name, value in vars(record).items():
        if name not in _STANDARD_ATTRIBUTES:
            fields[f"extra.{name}" if name in _OWN_FIELDS else name] = value
    if record.exc_info and record.exc_info[1] is not None:
        fields |= _exceptions.fields_of(record.exc_info[1])
    if record.stack_info:
        fields["stacktrace"] = record.stack_info
    return fields


def _message_of(record: logging.LogRecord) -> str:
    template = _exceptions.described(record.msg) if isinstance(record.msg, BaseException) else record.msg
    try:
        if not isinstance(record.args, tuple) or not record.args:
            return str(template) % record.args if record.args else str(template)
        return str(template) % tuple(
            _exceptions.described(arg) if isinstance(arg, BaseException) else arg for arg in record.args
        )
    except Exception:  # noqa: BLE001 - any object can stand in a record, and any of its methods can fail
        return _text_of(template)


def _as_json(value: object) -> object:
    """Return what orjson can write in the place of `value`, which it can't."""
    if isinstance(value, Mapping):
        return {str(name): part for name, part in value.items()}
    return list(value) if isinstance(value, (set, frozenset)) else _text_of(value)


def _as_word(value: object) -> str:
    if isinstance(value, str):
        if _PLAIN_WORD.fullmatch(value):
            return value
        value = _side_by_side(value)
    return orjson.dumps(_within_bounds(value), default=_as_json, option=_JSON_OPTIONS).decode()


def _within_bounds(value: object, level: int = 0) -> object:
    if value is None or isinstance(value, (bool, float, date)):
        return value
    if isinstance(value, int) and abs(value) < _LARGEST_INTEGER:
        return int(value)
    if not isinstance(value, (Mapping, list, tuple, set, frozenset)):
        return _text_within_bounds(value)
    if level == _DEEPEST_LEVEL:
        return f"<{_exceptions.type_name(value)}>"
    if isinstance(value, Mapping):
        parts = islice(value.items(), _MOST_ITEMS)
        return {_text_within_bounds(name): _within_bounds(part, level + 1) for name, part in parts}
    return [_within_bounds(part, level + 1) for part in islice(value, _MOST_ITEMS)]


def _text_within_bounds(value: object) -> str:
    text = _text_of(value)
    if len(text) > _LONGEST_TEXT:
        text = f"{text[:_LONGEST_TEXT]}… ({len(text)} characters)"
    return _encodable(text)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _text_of(value: object) -> str:
    try:
        if isinstance(value, BaseException):
            return str(_exceptions.described(value))
        return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    except Exception:  # noqa: BLE001 - any object can stand in a record, and any of its methods can fail
        return f"<{_exceptions.type_name(value)}>"


def _written_forms(secret: str) -> set[str]:
    text = _encodable(secret)
    encoded = {_one_line(orjson.dumps(form).decode()[1:-1]) for form in (text, _side_by_side(text))}
    return {_one_line(text), *encoded} - {""}


def _side_by_side(text: str) -> str:
    return " | ".join(line.strip() for line in text.split("\n"))


def _one_line(text: str) -> str:
    return _UNSAFE.sub(_escaped, text) if not text.isascii() or not text.isprintable() else text


def _escaped(found: re.Match[str]) -> str:
    return _SHORT_ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}"
