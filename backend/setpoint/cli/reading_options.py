"""What the commands share that read one env file as one program does."""

import argparse

from setpoint.sources.env_file import EnvFile, Trouble
from setpoint.text.escape import printable


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the file and `--set` to `parser`."""
    parser.add_argument("file", metavar="FILE", help="the env file; `-` is standard input")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=_pair,
        metavar="NAME=value",
        help="a variable of the process environment that references may use; none otherwise",
    )


def trouble_with(file: EnvFile) -> str:
    """Return the line that says why `file` could not be read."""
    return f"error: {trouble_in_words(file)}\n"


def trouble_in_words(file: EnvFile) -> str:
    """Return why `file` could not be read, in words."""
    reason = "it does not exist" if file.trouble is Trouble.MISSING else (file.reason or "").lower()
    return f"cannot read `{printable(file.path)}`: {reason}"


def _pair(text: str) -> tuple[str, str]:
    name, equal_sign, value = text.partition("=")
    if not name or not equal_sign:
        message = "it is not `NAME=value`"
        raise argparse.ArgumentTypeError(message)
    return name, value
