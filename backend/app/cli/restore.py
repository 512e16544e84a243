"""`restore`: put a checked copy of the database in its place, while the service is stopped."""

import argparse
import json
from pathlib import Path

from app.cli.opened import DONE, REFUSED, unable_in_words
from app.domain.errors import DamagedError
from app.store.sealing import Keyring, Sealer
from app.store.sqlite.backup import restore
from config.settings import Settings
from setpoint import load
from setpoint.cli.output import say, write_result
from setpoint.text.escape import printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a file that `backup` wrote")
    parser.add_argument("--json", action="store_true", help="print what was restored as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Put the copy in its place; return 1 if it is not what was written.

    Raises:
        UnableError: The service runs, a database is there, or the keys are others.
    """
    settings = load(Settings)
    shown = printable(str(arguments.file))
    try:
        with unable_in_words(DamagedError):
            sealer = Sealer(Keyring.parse(settings.encryption_keys.get_secret_value()))
            restore(arguments.file, settings.database_url.get_secret_value(), sealer)
    except DamagedError as error:
        say(f"error: `{shown}` is damaged, and nothing was restored:\n{error}\n")
        return REFUSED
    say(f"restored `{shown}`; every revision in it was checked\n")
    if arguments.json:
        write_result(json.dumps({"version": 1, "restored": str(arguments.file)}) + "\n")
    return DONE
