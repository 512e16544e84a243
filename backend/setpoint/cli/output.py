"""Writes what a command says to the standard streams, whatever is at the other end, and results to files."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import TextIO

from setpoint.errors import UnableError
from setpoint.text.escape import UNPRINTABLE, printable

_STEERS_A_TERMINAL = rf"(?![\n\t]){UNPRINTABLE}"


class UnwritableOutputError(UnableError):
    """Standard output or a file can't be written to, or no longer; the text says why, for people."""


class _Streams:
    """The standard streams while a command has them to itself.

    Attributes:
        kept: Standard output and standard error; None while nobody keeps them.
    """

    kept: "tuple[TextIO | None, TextIO | None] | None" = None


@contextmanager
def kept_from_the_app() -> Iterator[None]:
    """Keep the standard streams for what a command itself says: whatever the app's code prints meanwhile is lost.

    It may be the very values that are wrong, and a result in JSON would be none with it.
    """
    _Streams.kept = sys.stdout, sys.stderr
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            yield
    finally:
        _Streams.kept = None


def standard_output() -> TextIO | None:
    """Return standard output; None if it is closed."""
    return _Streams.kept[0] if _Streams.kept else sys.stdout


def standard_error() -> TextIO | None:
    """Return standard error; None if it is closed."""
    return _Streams.kept[1] if _Streams.kept else sys.stderr


def say(text: str) -> None:
    """Write `text` to standard error; a closed or full one does not change the outcome of a command."""
    talk = standard_error()
    if talk is not None:
        with suppress(OSError):
            talk.write(text)
            talk.flush()


def is_terminal() -> bool:
    """Return whether standard output is a terminal."""
    output = standard_output()
    return output is not None and output.isatty()


def write_result(text: str) -> None:
    """Write `text` to standard output.

    Raises:
        UnwritableOutputError: It could not be written completely.
    """
    output = standard_output()
    if output is None:
        message = "standard output is closed"
        raise UnwritableOutputError(message)
    if isinstance(output, TextIOWrapper):
        # A terminal that can't show a character shows its code, instead of a traceback.
        output.reconfigure(errors="backslashreplace")
    try:
        output.write(text)
        output.flush()
    except OSError as error:
        _drop_the_rest(output)
        message = f"cannot write to standard output: {error.strerror}"
        raise UnwritableOutputError(message) from None


def write_bytes_as_they_are(content: bytes) -> None:
    """Write `content` to standard output unchanged; a terminal gets only what does not control it.

    Raises:
        UnwritableOutputError: It could not be written completely, or must not be written to a terminal.
    """
    output = standard_output()
    if not isinstance(output, TextIOWrapper):
        write_result(content.decode("utf-8", "backslashreplace"))
        return
    if output.isatty() and re.search(_STEERS_A_TERMINAL, content.decode("utf-8", "surrogateescape")):
        message = "it contains control characters, which a terminal would obey; name a file with `--output`"
        raise UnwritableOutputError(message)
    try:
        output.buffer.write(content)
        output.buffer.flush()
    except OSError as error:
        _drop_the_rest(output)
        message = f"cannot write to standard output: {error.strerror}"
        raise UnwritableOutputError(message) from None


def write_private_file(path: str, content: bytes) -> None:
    """Write `content` to the file at `path`; a new file is readable only by its owner.

    Raises:
        UnwritableOutputError: It could not be written completely.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
    except OSError as error:
        message = f"cannot write `{printable(path)}`: {error.strerror}"
        raise UnwritableOutputError(message) from None


def write_file(path: str, text: str) -> None:
    """Write `text` to the file at `path`, replacing what it held.

    Raises:
        UnwritableOutputError: It could not be written completely.
    """
    _write_to(path, text, "w")


def append_to_file(path: str, text: str) -> None:
    """Append `text` to the file at `path`, which is created if it does not exist.

    Raises:
        UnwritableOutputError: It could not be written completely.
    """
    _write_to(path, text, "a")


def is_colored(choice: str, path: str | None) -> bool:
    """Return whether to use colours; NO_COLOR is honoured as https://no-color.org describes it."""
    if choice != "auto":
        return choice == "always"
    return path is None and is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _write_to(path: str, text: str, mode: str) -> None:
    try:
        with Path(path).open(mode, encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
    except OSError as error:
        message = f"cannot write `{printable(path)}`: {error.strerror}"
        raise UnwritableOutputError(message) from None


def _drop_the_rest(output: TextIO) -> None:
    """Keep Python from trying again at exit, which would print a traceback."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, output.fileno())
    os.close(nowhere)
