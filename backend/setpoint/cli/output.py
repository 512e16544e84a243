"""Writes results to standard output, whatever is at its other end, and to files."""

import os
import sys
from io import TextIOWrapper
from pathlib import Path

from setpoint.redaction import printable


class UnwritableOutputError(Exception):
    """Standard output or a file takes nothing, or no more; the text says why, for people."""


def write_result(text: str) -> None:
    """Write `text` to standard output.

    Raises:
        UnwritableOutputError: It could not be written as a whole.
    """
    if sys.stdout is None:
        message = "standard output is closed"
        raise UnwritableOutputError(message)
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that can't show a character shows its code instead of a traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        _drop_the_rest()
        message = f"cannot write to standard output: {error.strerror}"
        raise UnwritableOutputError(message) from None


def write_file(path: str, text: str) -> None:
    """Write `text` into the file at `path`, in place of what it held.

    Raises:
        UnwritableOutputError: It could not be written as a whole.
    """
    _write_to(path, text, "w")


def append_to_file(path: str, text: str) -> None:
    """Write `text` behind what the file at `path` holds; a file that isn't there is made.

    Raises:
        UnwritableOutputError: It could not be written as a whole.
    """
    _write_to(path, text, "a")


def _write_to(path: str, text: str, mode: str) -> None:
    try:
        with Path(path).open(mode, encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
    except OSError as error:
        message = f"cannot write `{printable(path)}`: {error.strerror}"
        raise UnwritableOutputError(message) from None


def _drop_the_rest() -> None:
    """Keep Python from trying again when it exits, which would print a traceback."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
