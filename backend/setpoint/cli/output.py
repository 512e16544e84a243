"""Writes results to standard output, whatever is at its other end."""

import os
import sys
from io import TextIOWrapper


class UnwritableOutputError(Exception):
    """Standard output takes nothing, or no more; the text says why, for people."""


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


def _drop_the_rest() -> None:
    """Keep Python from trying again when it exits, which would print a traceback."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
