"""The option `--secrets-dir`, shared by the commands that look at values."""

import argparse
from pathlib import Path

from setpoint.text.escape import printable


def add_secrets_dir(parser: argparse.ArgumentParser) -> None:
    """Add `--secrets-dir` to `parser`."""
    parser.add_argument(
        "--secrets-dir",
        action="append",
        default=[],
        type=_directory,
        metavar="DIR",
        help="a directory with a file for each secret, under all other sources; by default those of the settings class,"
        " unless FILEs are given; can be repeated",
    )


def _directory(path: str) -> str:
    if not Path(path).is_dir():
        message = f"`{printable(path)}` is not a directory"
        raise argparse.ArgumentTypeError(message)
    return path
