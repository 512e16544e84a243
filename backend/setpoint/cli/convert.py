"""`convert`: write the values of an env file for another program."""

import argparse
import sys
from pathlib import Path

from setpoint.cli.output import write_result
from setpoint.cli.reading_options import add_reading_options, trouble_with
from setpoint.conversion import Conversion, convert
from setpoint.envfile.loaders import LOADERS, PORTABLE
from setpoint.redaction import printable
from setpoint.sources import DEFAULT_LOADER, EnvFile, read_env_file
from setpoint.wording import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    add_reading_options(parser)
    names = ", ".join(LOADERS)
    parser.add_argument(
        "--from",
        dest="reader",
        default=DEFAULT_LOADER,
        choices=LOADERS,
        metavar="NAME",
        help=f"the program for which the file was written, {DEFAULT_LOADER} by default; one of {names}",
    )
    parser.add_argument(
        "--to",
        dest="writer",
        required=True,
        choices=(*LOADERS, PORTABLE.name),
        metavar="NAME",
        help=f"the program that is to read it; one of the same, or {PORTABLE.name}",
    )
    parser.add_argument("--output", metavar="FILE", help="where to write; by default standard output")


def run(arguments: argparse.Namespace) -> int:
    """Write the new file and return the exit status: 1, and nothing written, if a value can't be expressed."""
    file = read_env_file(arguments.file, dict(arguments.set), arguments.reader)
    if file.trouble is not None:
        sys.stderr.write(trouble_with(file))
        return 2
    conversion = convert(file, arguments.writer)
    if conversion.text is None:
        sys.stderr.write(_obstacles(file, conversion))
        return 1
    if conversion.lost_comments:
        lost = counted(conversion.lost_comments, "comment")
        sys.stderr.write(f"warning: {arguments.writer} knows no comments, so {lost} had to go\n")
    return _written(conversion.text, arguments.output)


def _written(text: str, path: str | None) -> int:
    if path is None:
        write_result(text)
        return 0
    try:
        Path(path).write_bytes(text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        sys.stderr.write(f"error: cannot write `{printable(path)}`: {error.strerror}\n")
        return 2
    return 0


def _obstacles(file: EnvFile, conversion: Conversion) -> str:
    lines = []
    for obstacle in conversion.obstacles:
        position = file.source.position(obstacle.span.start)
        place = f"{printable(file.path)}:{position.line}:{position.column}"
        owner = f"`{printable(obstacle.name)}`: " if obstacle.name else ""
        lines.append(f"{place}: error: {owner}{obstacle.message}\n")
    return "".join([*lines, "nothing was written\n"])
