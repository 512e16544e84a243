"""Say what an exception was, in words that can hold no value.

The text of an exception is withheld, because it often quotes the value that caused it; its type and its stack
with the lines of source are told. What the interpreter itself words, of names alone, is told as well: not what
other code says by an exception of the same type.

gunicorn's master imports this module, and so it needs the standard library alone.
"""

import opcode
import os
import traceback
from collections.abc import Iterator
from types import TracebackType

LOGGED_MARK = "_setpoint_logged"
"""Attribute of an exception that was logged within its request; gunicorn's own line about it is dropped."""

_WORDED_BY_PYTHON: frozenset[type[BaseException]] = frozenset(
    {
        AttributeError,
        ImportError,
        ModuleNotFoundError,
        NameError,
        RecursionError,
        UnboundLocalError,
        ZeroDivisionError,
    }
)
_RAISE = opcode.opmap["RAISE_VARARGS"]
_IMPORT_SYSTEM = "<frozen importlib"

_LONGEST_TEXT = 8_192
_MOST_FRAMES = 64
_MOST_CAUSES = 8


def public_text(error: BaseException) -> str | None:
    """Return the text of `error` if it can hold no value."""
    if isinstance(error, OSError) and isinstance(error.errno, int):
        return os.strerror(error.errno)
    return str(error) if type(error) in _WORDED_BY_PYTHON and _is_raised_by_python(error) else None


def fields_of(error: BaseException) -> dict[str, object]:
    """Return the fields of a log line about `error`, under OpenTelemetry's names."""
    fields: dict[str, object] = {"exception.type": type_name(error)}
    if (text := public_text(error)) is not None:
        fields["exception.message"] = text
    # Its end says most: where the error was raised.
    fields["exception.stacktrace"] = _stacktrace(error)[-_LONGEST_TEXT:]
    return fields


def described(error: BaseException) -> str:
    """Return the type of `error`, and its text if that can hold no value."""
    text = public_text(error)
    return type_name(error) if text is None else f"{type_name(error)}: {text}"


def type_name(value: object) -> str:
    """Return what the type of `value` is called, with its module unless it is built in."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def with_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and what led to it, a few steps back."""
    known: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and len(known) < _MOST_CAUSES and all(following is not each for each in known):
        known.append(following)
        yield following
        unsuppressed = None if following.__suppress_context__ else following.__context__
        following = following.__cause__ or unsuppressed


def _is_raised_by_python(error: BaseException) -> bool:
    """Return whether the interpreter raised `error`, and no `raise` of any code but the import system's."""
    traceback_: TracebackType | None = error.__traceback__
    if traceback_ is None:
        return False
    while traceback_.tb_next is not None:
        traceback_ = traceback_.tb_next
    code = traceback_.tb_frame.f_code
    instruction = code.co_code[traceback_.tb_lasti : traceback_.tb_lasti + 1]
    return code.co_filename.startswith(_IMPORT_SYSTEM) or (instruction != b"" and instruction[0] != _RAISE)


def _stacktrace(error: BaseException) -> str:
    return "\nwhich led to\n".join(map(_stacktrace_of_one, reversed(list(with_causes(error)))))


def _stacktrace_of_one(error: BaseException) -> str:
    frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), limit=-_MOST_FRAMES)
    members = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    lines = ["Traceback (most recent call last):\n", *frames.format(), described(error)]
    return "".join([*lines, *(f"\nwhich holds {described(member)}" for member in members[:_MOST_CAUSES])])
