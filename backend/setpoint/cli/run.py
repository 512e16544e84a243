"""`run`: check env files, then become the command that is to have their values."""

import argparse
import errno
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from setpoint.application.importing import contracts_of, import_rules
from setpoint.application.launch import KEPT_WHEN_CLEAN, prepare
from setpoint.application.loading import say
from setpoint.check.diagnostic import Severity
from setpoint.check.report import Status
from setpoint.cli.options import add_settings_option, chosen_settings
from setpoint.envfile.loaders import LOADERS
from setpoint.errors import UnableError
from setpoint.formats import full
from setpoint.formats.style import Style
from setpoint.sources.env_file import DEFAULT_LOADER
from setpoint.text.escape import printable

_CANNOT_BE_EXECUTED = 126
_NOT_FOUND = 127
# Python ignores these for itself, and a command would inherit that.
_IGNORED_BY_PYTHON = ("SIGPIPE", "SIGXFSZ")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    parser.usage = "%(prog)s [options] [-f FILE ...] -- CMD [argument ...]"
    parser.add_argument(
        "-f",
        "--file",
        dest="files",
        action="append",
        default=[],
        metavar="FILE",
        help="an env file, on top of the caller's environment; can be repeated, later ones win",
    )
    parser.add_argument(
        "--loader",
        choices=LOADERS,
        metavar="NAME",
        help=f"read the files as this program does, {DEFAULT_LOADER} by default; one of {', '.join(LOADERS)}",
    )
    parser.add_argument(
        "--clean",
        action="store_true",
        help=f"start CMD with nothing of the caller's environment but {' and '.join(KEPT_WHEN_CLEAN)}",
    )
    parser.add_argument(
        "--fail-on",
        choices=("error", "warning"),
        default="error",
        help="the lowest severity that keeps CMD from being started",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing unless CMD is not started")
    add_settings_option(parser)
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="CMD", help="the command and its arguments")


def run(arguments: argparse.Namespace) -> int:
    """Become the command; return an exit status only if that can't be: 1 for what the check found."""
    callers = _callers_environment(KEPT_WHEN_CLEAN if arguments.clean else None)
    command = arguments.words[1:] if arguments.words[:1] == ["--"] else arguments.words
    if not command:
        message = "no command is given; write it after `--`"
        raise UnableError(message)
    if not command[0]:
        message = "the name of the command is empty"
        raise UnableError(message)
    references, project = chosen_settings(arguments)
    contracts = contracts_of(references, project)
    import_rules(project.rules, project.pythonpath)
    fail_on = Severity(arguments.fail_on)
    launch = prepare(contracts, arguments.files, arguments.loader, callers, project=project, fail_on=fail_on)
    passed = launch.report.status is Status.PASSED
    if not passed or (launch.report.diagnostics and not arguments.quiet):
        say(full.render(launch.report, Style(colored=False)))
    if passed:
        return _become(command, launch.environment)
    say(f"`{printable(command[0])}` was not started\n")
    return launch.report.status.exit_status


def _callers_environment(kept: Sequence[str] | None) -> dict[str, str]:
    """Return a copy of this process's environment, which importing the app's code could change."""
    found = {name: value for name, value in os.environ.items() if kept is None or name in kept}
    try:
        given = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return found
    if not any(entry.startswith(b"LC_CTYPE=") for entry in given):
        found.pop("LC_CTYPE", None)  # Python has set it for itself (PEP 538)
    return found


def _become(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Replace this process by `command`; return the status that shells give where that fails."""
    for name in _IGNORED_BY_PYTHON:
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execvpe(command[0], list(command), dict(environment))  # noqa: S606 - to start a command is the purpose
    except OSError as error:
        say(f"error: cannot start `{printable(command[0])}`: {error.strerror}\n")
        return _NOT_FOUND if error.errno in {errno.ENOENT, errno.ENOTDIR} else _CANNOT_BE_EXECUTED
    except ValueError:
        message = "the files set a variable that no environment can hold"
        raise UnableError(message) from None
