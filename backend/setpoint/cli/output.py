"""Writes results to standard output, whatever is at the other end, and to files."""

import os
import re
import sys
from io import TextIOWrapper
from pathlib import Path

from setpoint.errors import UnableError
from setpoint.text.escape import UNPRINTABLE, printable

_STEERS_A_TERMINAL = rf"(?![\n\t]){UNPRINTABLE}"


class UnwritableOutputError(UnableError):
    """Standard output or a file can't be written to, or no longer; the text says why, for people."""


def write_result(text: str) -> None:
    """Write `text` to standard output.

    Raises:
        UnwritableOutputError: It could not be written completely.
    """
    if sys.stdout is None:
        message = "standard output is closed"
        raise UnwritableOutputError(message)
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that can't show a character shows its code, instead of a traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        _drop_the_rest()
        message = f"cannot write to standard output: {error.strerror}"
        raise UnwritableOutputError(message) from None


def write_bytes_as_they_are(content: bytes) -> None:
    """Write `content` to standard output unchanged; a terminal gets only what does not control it.

    Raises:
        UnwritableOutputError: It could not be written completely, or must not be written to a terminal.
    """
    if sys.stdout is None or not isinstance(sys.stdout, TextIOWrapper):
        write_result(content.decode("utf-8", "backslashreplace"))
        return
    if sys.stdout.isatty() and re.search(_STEERS_A_TERMINAL, content.decode("utf-8", "surrogateescape")):
        message = "it contains control characters, which a terminal would obey; name a file with `--output`"
        raise UnwritableOutputError(message)
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except OSError as error:
        _drop_the_rest()
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
    is_terminal = path is None and sys.stdout is not None and sys.stdout.isatty()
    return is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _write_to(path: str, text: str, mode: str) -> None:
    try:
        with Path(path).open(mode, encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
    except OSError as error:
        message = f"cannot write `{printable(path)}`: {error.strerror}"
        raise UnwritableOutputError(message) from None


def _drop_the_rest() -> None:
    """Keep Python from trying again at exit, which would print a traceback."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
