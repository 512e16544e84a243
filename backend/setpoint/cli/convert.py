"""`convert`: write the values of an env file for another program."""

import argparse

from setpoint.application.conversion import Conversion, Remark, convert
from setpoint.application.shown_reading import ShownReading, by_looks
from setpoint.cli.options import add_reading_options, given_path
from setpoint.cli.output import say, write_bytes_as_they_are, write_private_file
from setpoint.envfile.loaders import LOADERS, PORTABLE
from setpoint.sources.env_file import DEFAULT_LOADER, read_env_file, refuse_unreadable
from setpoint.text.escape import printable
from setpoint.text.join import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
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
        help=f"the program that will read it; one of the same, or {PORTABLE.name}",
    )
    parser.add_argument(
        "--output",
        type=given_path,
        metavar="FILE",
        help="where to write, by default standard output; a new file is readable only by you",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the new file and return the exit status: 1, with nothing written, if a value can't be expressed."""
    given = dict(arguments.set)
    file = read_env_file(arguments.file, given, arguments.reader)
    refuse_unreadable([file])
    shown = ShownReading(file, by_looks(file, given))
    conversion = convert(file, arguments.writer)
    if conversion.text is None:
        say(_obstacles(shown, conversion))
        return 1
    if conversion.lost_comments:
        lost = counted(conversion.lost_comments, "comment")
        say(f"warning: {arguments.writer} does not support comments, so {lost} had to be left out\n")
    say("".join(_line(shown, "warning", remark) for remark in conversion.remarks))
    content = conversion.text.encode("utf-8", "surrogateescape")
    if arguments.output is None:
        write_bytes_as_they_are(content)
    else:
        write_private_file(arguments.output, content)
    return 0


def _obstacles(shown: ShownReading, conversion: Conversion) -> str:
    lines = [_line(shown, "error", obstacle) for obstacle in conversion.obstacles]
    return "".join([*lines, "nothing was written\n"])


def _line(shown: ShownReading, severity: str, remark: Remark) -> str:
    place = shown.location(remark.span)
    owner = f"`{printable(shown.name(remark.name))}`: " if remark.name else ""
    return f"{place.path}:{place.line}:{place.column}: {severity}: {owner}{remark.message}\n"
