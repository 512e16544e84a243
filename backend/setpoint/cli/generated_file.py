"""Writes a generated file, or says that the one on disk has drifted from what would be written."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from setpoint.cli.output import write_result
from setpoint.cli.settings_option import add_settings_option
from setpoint.cli.source_options import contracts_of
from setpoint.contract.settings_class import SettingsContract
from setpoint.errors import UnableError
from setpoint.project import Project

Generator = Callable[[Sequence[SettingsContract], str], str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every command for a generated file takes to `parser`."""
    parser.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="where to write; by default as `[tool.setpoint]` says, else standard output",
    )
    add_settings_option(parser)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if FILE is out of date")


def run(arguments: argparse.Namespace, generate: Generator, configured: Callable[[Project], Path | None]) -> int:
    """Write the file, print it, or check it; return the exit status."""
    contracts, project = contracts_of(arguments)
    command = f"{arguments.program} {arguments.command}"
    text = generate(contracts, command)
    path = Path(arguments.file) if arguments.file else configured(project)
    if path is None:
        write_result(text)
        return 0
    return _checked(path, text, command) if arguments.check else _written(path, text)


def _checked(path: Path, text: str, command: str) -> int:
    try:
        if path.read_bytes() == text.encode():
            return 0
    except OSError:
        pass
    sys.stderr.write(f"error: `{path}` is out of date; run `{command}`\n")
    return 1


def _written(path: Path, text: str) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"cannot write `{path}`: {error.strerror}"
        raise UnableError(message) from None
    sys.stderr.write(f"wrote {path}\n")
    return 0
