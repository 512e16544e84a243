"""`backup`: copy the database while the service runs."""

import argparse
import json
from pathlib import Path

from app.cli.opened import DONE, unable_in_words
from app.store.sqlite.backup import back_up
from config.settings import Settings
from setpoint import load
from setpoint.cli.output import say, write_result
from setpoint.text.escape import printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="where to write; an existing file is not replaced")
    parser.add_argument("--json", action="store_true", help="print where it was written as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Write the copy.

    Raises:
        UnableError: It can't be written, or the database is none that is copied so.
    """
    settings = load(Settings)
    with unable_in_words():
        back_up(settings.database_url.get_secret_value(), arguments.file)
    shown = printable(str(arguments.file))
    say(f"wrote `{shown}`; it is useless without `ENCRYPTION_KEYS`, which you should back up elsewhere\n")
    if arguments.json:
        write_result(json.dumps({"version": 1, "file": str(arguments.file)}) + "\n")
    return DONE
