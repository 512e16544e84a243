"""The options that say which findings are reported, in which format, and where."""

import argparse
import os
import sys
from pathlib import Path

from setpoint.check.report import Report
from setpoint.cli.options import given_path
from setpoint.cli.output import UnwritableOutputError, append_to_file, write_file, write_result
from setpoint.formats import registry
from setpoint.formats.style import Style
from setpoint.formats.summary import summary
from setpoint.text.escape import printable


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Add to `parser` the options for which problems to report, and how."""
    parser.add_argument("--format", choices=registry.FORMATS, default="full", help="the report format")
    parser.add_argument(
        "--output", type=given_path, metavar="FILE", help="where to write the report; by default standard output"
    )
    parser.add_argument(
        "--summary-file",
        metavar="FILE",
        help="append a Markdown summary, for a CI system's step summary",
    )
    rules = "rules by code, start of a code (`SP1`) or name, separated by commas"
    parser.add_argument("--select", action="append", metavar="CODE", help=f"report only these: {rules}")
    parser.add_argument("--ignore", action="append", metavar="CODE", help=f"don't report these: {rules}")
    parser.add_argument(
        "--fail-on", choices=("error", "warning"), default="error", help="the lowest severity that fails the check"
    )
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="colour the report")
    parser.add_argument("-q", "--quiet", action="store_true", help="print problems only, no summary")


def deliver(report: Report, arguments: argparse.Namespace) -> None:
    """Write `report` to where the user wants it.

    Raises:
        UnwritableOutputError: It could not be written completely.
    """
    checked = [*arguments.files, *(source.path for source in report.sources if source.path is not None)]
    for path in (arguments.output, arguments.summary_file):
        if path is not None:
            _refuse_to_overwrite(path, checked)
    if arguments.summary_file is not None:
        from setpoint.formats.step_summary import render

        append_to_file(arguments.summary_file, render(report))
    style = Style(colored=is_colored(arguments.color, arguments.output))
    text = registry.render(arguments.format, report, style, quiet=arguments.quiet)
    if arguments.output is None:
        write_result(text)
        return
    write_file(arguments.output, text)
    if not arguments.quiet:
        sys.stderr.write(f"{summary(report)}\n")


def _refuse_to_overwrite(path: str, files: list[str]) -> None:
    if any(Path(path).exists() and Path(file).exists() and Path(path).samefile(file) for file in files):
        message = f"`{printable(path)}` is one of the files to check; write the report somewhere else"
        raise UnwritableOutputError(message)


def is_colored(choice: str, path: str | None) -> bool:
    """Return whether to use colours; NO_COLOR is honoured as https://no-color.org describes it."""
    if choice != "auto":
        return choice == "always"
    is_terminal = path is None and sys.stdout is not None and sys.stdout.isatty()
    return is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
