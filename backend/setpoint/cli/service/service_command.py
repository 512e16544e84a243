"""What the commands that talk to the service share: the login, and how answers are printed."""

import argparse
import functools
import json
import os
import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from setpoint.cli.output import say, write_result
from setpoint.cli.service.table import table
from setpoint.client.answer import Json, RefusedError
from setpoint.client.connection import Connection
from setpoint.client.login import Login, find_login
from setpoint.client.service import Service
from setpoint.text.escape import UNPRINTABLE, printable

REFUSED = 1
"""The exit status if the service refuses the request."""

_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}

Run = Callable[[argparse.Namespace], int]
RunWithService = Callable[[argparse.Namespace, Service], int]
Actions: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name
Column = tuple[str, Callable[[Json], object]]


def with_service(run: RunWithService) -> Run:
    """Make `run` a command: it gets the service that the user is logged in to, and refusals are reported."""

    @functools.wraps(run)
    def run_command(arguments: argparse.Namespace) -> int:
        login = find_login(os.environ)
        warn_of_readers(login)
        try:
            return run(arguments, Service(Connection(login)))
        except RefusedError as error:
            if getattr(arguments, "json", False):
                write_json(error.problem)
            else:
                say(_refusal(error))
            return REFUSED

    return run_command


def warn_of_readers(login: Login) -> None:
    """Warn if others can read the token on its way."""
    if login.is_readable_on_the_way:
        say(f"warning: the token goes to `{login.url}` unencrypted; others can read it on its way\n")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json` to `parser`."""
    parser.add_argument("--json", action="store_true", help="print the service's answer as JSON")


def positive(text: str) -> int:
    """Return `text` as a number from 1, for argparse.

    Raises:
        argparse.ArgumentTypeError: It is not one.
    """
    if not re.fullmatch(r"[1-9][0-9]{0,17}", text):
        message = f"`{printable(text)}` is not a number of 1 or more"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def seconds(text: str) -> int:
    """Return the seconds of `90d`, `12h` or `30m`, for argparse.

    Raises:
        argparse.ArgumentTypeError: It is not such a duration.
    """
    match = re.fullmatch(r"([0-9]{1,9})([mhd])", text)
    if match is None:
        message = f"`{printable(text)}` is not a duration such as `90d`, `12h` or `30m`"
        raise argparse.ArgumentTypeError(message)
    return int(match[1]) * _SECONDS[match[2]]


def add_write(parser: argparse.ArgumentParser) -> None:
    """Add to `parser` the options for how a write is checked, and `--dry-run`."""
    add_write_check(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and store nothing")


def add_dangerous(parser: argparse.ArgumentParser) -> None:
    """Add to `parser` the option that allows names that make programs run other code."""
    parser.add_argument(
        "--allow-dangerous-names",
        action="store_true",
        help="allow names that make programs run other code, such as `LD_PRELOAD`; the audit log records it",
    )


def add_write_check(parser: argparse.ArgumentParser) -> None:
    """Add to `parser` the options for how a write is checked."""
    parser.add_argument(
        "--live",
        choices=("check", "ignore"),
        default="check",
        help="whether to also check the schemas of running instances; `check` by default",
    )


def add_most(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the option for the number of rows to `parser`."""
    parser.add_argument("-n", "--most", type=positive, default=50, metavar="N", help=f"how many {what}; 50 by default")


def add_place(parser: argparse.ArgumentParser, *, revision: str = "") -> None:
    """Add `APP/ENVIRONMENT` to `parser`, followed by `revision`, the syntax for naming one."""
    parser.add_argument(
        "place", metavar=f"APP/ENVIRONMENT{revision}", help="which environment of which app: `billing/production`"
    )


def add_actions(parser: argparse.ArgumentParser) -> Actions:
    """Let `parser` accept one of several actions, and return where to add them."""
    return parser.add_subparsers(dest="action", metavar="ACTION", required=True, prog=parser.prog)


def add_action(actions: Actions, name: str, what: str) -> argparse.ArgumentParser:
    """Return the parser of one of the actions, which does `what`."""
    return actions.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.", allow_abbrev=False)


def show(rows: Sequence[Json], columns: Sequence[Column], arguments: argparse.Namespace, nothing: str) -> None:
    """Print `rows` as a table, or as JSON.

    Args:
        rows: What to print.
        columns: The heading of each column, and the part of a row that it shows.
        arguments: What the user wants.
        nothing: What to print if there are no rows.
    """
    if arguments.json:
        write_json(rows)
    elif rows:
        write_result(table([head for head, _ in columns], [[of(row) for _, of in columns] for row in rows]))
    else:
        say(f"{nothing}\n")


def write_json(content: object) -> None:
    """Print `content` as JSON, in which nothing controls a terminal."""
    text = json.dumps(content, ensure_ascii=False, indent=2)
    lines = (re.sub(UNPRINTABLE, lambda match: f"\\u{ord(match[0]):04x}", line) for line in text.split("\n"))
    write_result("".join(f"{line}\n" for line in lines))


def who(principal: object) -> object:
    """Return the name of a principal for people."""
    return (principal.get("name") or principal.get("subject")) if isinstance(principal, dict) else None


def day_and_time(moment: object) -> str | None:
    """Return an RFC 3339 time as tables show it: to the second, in UTC."""
    return str(moment)[:19].replace("T", " ") if moment else None


def _refusal(error: RefusedError) -> str:
    """Return why the service refuses, in lines like those of `check`."""
    lines = [f"error: {printable(error.detail)}"]
    for each in error.errors:
        lines.append(f"  {printable(_about(each))}")
        if each.get("hint"):
            lines.append(f"    = hint: {printable(str(each['hint']))}")
    return "".join(f"{line}\n" for line in lines)


def _about(problem: Json) -> str:
    """Return what is wrong, with the name of what it concerns."""
    name, message = problem.get("variable"), str(problem.get("message", ""))
    return message if name is None or f"`{name}`" in message else f"`{name}`: {message}"
