"""The command line: finds the command, and turns errors into a message and an exit status."""

import argparse
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any, NamedTuple

from setpoint._version import __version__
from setpoint.errors import UnableError
from setpoint.text.escape import printable

_UNABLE = 2
_MOST_CALLS = 5
_USUAL_WIDTH = 80
_STANDARD_INPUT = "-"


class Command(NamedTuple):
    """One command, imported when it is called.

    Attributes:
        module: The module that has `add_arguments(parser)` and `run(arguments) -> int`.
        summary: What it does, in one sentence without a full stop.
    """

    module: str
    summary: str


COMMANDS = {
    "check": Command("setpoint.cli.check", "Find everything that is wrong with env files or the environment"),
    "read": Command(
        "setpoint.cli.read", "Print what docker, systemd, a shell or another program would read from a file"
    ),
    "convert": Command("setpoint.cli.convert", "Write the values of an env file for another program"),
    "show": Command("setpoint.cli.show", "Print the values that a process would get and where each comes from"),
    "explain": Command(
        "setpoint.cli.explain", "Explain what a variable is for, what it takes and where its value comes from"
    ),
    "diff": Command(
        "setpoint.cli.diff", "Compare env files, the environment or revisions of the service as the settings class does"
    ),
    "rule": Command("setpoint.cli.rule", "Explain a rule: what it looks for, why, a bad and a good example"),
    "example": Command(
        "setpoint.cli.example",
        "Write the .env.example of a settings class or what a deploy file needs, or check it for drift",
    ),
    "docs": Command(
        "setpoint.cli.generated_file", "Write the reference of a settings class as Markdown, or check it for drift"
    ),
    "schema": Command(
        "setpoint.cli.schema", "Write the contract of a settings class as JSON Schema, check it for drift, or push it"
    ),
    "run": Command(
        "setpoint.cli.run", "Check env files, and start a command with exactly the values that were checked"
    ),
    "login": Command("setpoint.cli.access.login", "Store the address of a service and a token for it"),
    "apps": Command("setpoint.cli.service.apps", "List the apps of the service and their environments"),
    "environments": Command("setpoint.cli.service.environments", "List the environments of an app, or protect one"),
    "push": Command(
        "setpoint.cli.service.push", "Check env files, and store them as the next revision of an environment"
    ),
    "import": Command(
        "setpoint.cli.service.imports",
        "Import variables that Vault, Doppler, AWS SSM or another secret store has exported",
    ),
    "pull": Command(
        "setpoint.cli.service.pull",
        "Print the variables of an environment in the format of the program that will read them",
    ),
    "log": Command("setpoint.cli.service.log", "List the revisions of an environment"),
    "rollback": Command("setpoint.cli.service.rollback", "Make a new revision with the variables of an older one"),
    "extend": Command("setpoint.cli.service.extend", "Let an environment inherit the variables of others"),
    "promote": Command("setpoint.cli.service.promote", "Copy variables from one environment to another"),
    "proposals": Command(
        "setpoint.cli.service.proposals",
        "List changes that wait for approval, look at one, and decide on it",
    ),
    "rollout": Command("setpoint.cli.service.rollout", "Show how far a revision has been rolled out, or end its trial"),
    "sessions": Command(
        "setpoint.cli.service.sessions", "List the running instances of an environment and what each serves"
    ),
    "revisions": Command("setpoint.cli.service.revisions", "Permanently remove the values of a leaked revision"),
    "token": Command("setpoint.cli.access.tokens", "List, make, replace and revoke tokens of the service"),
    "trust": Command(
        "setpoint.cli.access.trust", "List, make and remove the rules that say whose tokens the service accepts"
    ),
    "webhooks": Command(
        "setpoint.cli.service.webhooks",
        "Send revisions, refusals and rollbacks to a URL, or let a URL roll back",
    ),
    "limits": Command("setpoint.cli.access.limits", "Show what an app may use and has used, or set its own limits"),
    "keys": Command(
        "setpoint.cli.access.keys", "Show which keys encrypt what the service stores, or change to the first one"
    ),
    "audit": Command("setpoint.cli.access.audit", "List what was done in the service, and by whom"),
}


WHERE_THE_SERVICE_RUNS = ("init", "backup", "restore", "doctor")
"""Commands for a service's own database and settings, which this program does not have."""


def main(
    argv: Sequence[str] | None = None,
    *,
    program: str = "setpoint",
    settings: str | None = None,
    more_commands: Mapping[str, Command] | None = None,
) -> int:
    """Run the command that `argv` names and return its exit status.

    Args:
        argv: The words after the program's name; those of this process by default.
        program: What the user typed to get here, for usage texts.
        settings: The settings class to use if the user names none.
        more_commands: Commands that an app adds to its own command line.
    """
    commands = {**COMMANDS, **(more_commands or {})}
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words, program, settings, commands)
    except UnableError as error:
        return _unable(str(error))
    except KeyboardInterrupt:
        return 130
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - Python would print its text, and end with the status of findings
        return _unable(_bug(error))


def _run(words: Sequence[str], program: str, settings: str | None, commands: Mapping[str, Command]) -> int:
    if words and words[0] in WHERE_THE_SERVICE_RUNS and words[0] not in commands:
        return _unable(f"`{words[0]}` works on the service itself; where that runs, type `python -m config {words[0]}`")
    if not words or words[0] not in commands:
        return _without_a_command(_overview(program, commands), words)
    name, command = words[0], commands[words[0]]
    module = importlib.import_module(command.module)
    parser = _parser(f"{program} {name}", f"{command.summary}.")
    module.add_arguments(parser)
    arguments, more = parser.parse_known_args(words[1:], argparse.Namespace(command=name))
    if more:
        _take_late_files(parser, arguments, more)
    if getattr(arguments, "files", []).count(_STANDARD_INPUT) > 1:
        parser.error("standard input can be read only once")
    arguments.default_settings = settings
    arguments.program = program
    from setpoint.cli.output import kept_from_the_app  # noqa: PLC0415 - `--version` and `--help` need nothing of it

    # A command that an app adds is its own code, and says what it likes.
    with kept_from_the_app() if name in COMMANDS else nullcontext():
        return int(module.run(arguments))


def _without_a_command(overview: argparse.ArgumentParser, words: Sequence[str]) -> int:
    """Answer `--help` and `--version`, or say what is wrong."""
    if words:
        overview.parse_args(words)
    overview.print_help(sys.stderr)
    return _UNABLE


def _bug(error: BaseException) -> str:
    """Return what failed and where; not what the error says, which may be a value."""
    from traceback import walk_tb  # noqa: PLC0415 - nobody needs it while all goes well

    calls = [f"{frame.f_code.co_filename}:{line}" for frame, line in walk_tb(error.__traceback__)]
    places = ", called at ".join(reversed(calls[-_MOST_CALLS:]))
    return f"this is a bug, please report it: {type(error).__name__} at {places} (its text may hold a value)"


def _unable(why: str) -> int:
    from setpoint.cli.output import say  # noqa: PLC0415 - nobody needs it while all goes well

    say(f"error: {printable(why)}\n")
    return _UNABLE


def _take_late_files(parser: argparse.ArgumentParser, arguments: argparse.Namespace, more: Sequence[str]) -> None:
    """Accept files that follow an option, which argparse rejects once it has seen other positional arguments."""
    options = [word for word in more if word.startswith("-") and word != _STANDARD_INPUT]
    if options or not hasattr(arguments, "files"):
        parser.error(f"unrecognized arguments: {' '.join(map(printable, options or more))}")
    arguments.files += more


def _columns() -> int:
    """Return the width of the terminal, as `shutil.get_terminal_size` finds it."""
    with suppress(ValueError):
        if (columns := int(os.environ.get("COLUMNS", ""))) > 0:
            return columns
    with suppress(AttributeError, ValueError, OSError):
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _USUAL_WIDTH  # type: ignore[union-attr]  # may be none
    return _USUAL_WIDTH


class _Parser(argparse.ArgumentParser):
    """Says what was probably meant by a choice that there is not, as argparse itself can from Python 3.14 on."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if isinstance(value, str) and action.choices and value not in action.choices:
            from setpoint.text.suggest import allowed_steps, nearest  # noqa: PLC0415 - few words are misspelt

            meant = nearest(value, map(str, action.choices), max(1, allowed_steps(value)))
            if meant:
                raise argparse.ArgumentError(action, f"there is no `{printable(value)}`; did you mean `{meant}`?")
        super()._check_value(action, value)


def _parser(program: str, description: str) -> argparse.ArgumentParser:
    # argparse makes a formatter for each argument, and imports archive modules to find the width.
    formatter = partial(argparse.HelpFormatter, width=_columns() - 2)
    return _Parser(prog=program, description=description, allow_abbrev=False, formatter_class=formatter)


def _overview(program: str, commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    """Return the parser of words that do not begin with a command, for which it lists the commands."""
    parser = _parser(program, "The typed settings class of an app as the contract for its configuration.")
    parser.add_argument("--version", action="version", version=f"setpoint {__version__}")
    # Without a name, argparse would work it out, and import archive modules for that.
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", prog=program)
    for name, command in commands.items():
        subparsers.add_parser(name, help=command.summary, add_help=False)
    return parser
