"""`run`: start a command with checked variables: become it, or keep it running as revisions change."""

import argparse
import importlib
from urllib.parse import urlsplit

from setpoint.cli.options import add_settings_option, given_path
from setpoint.envfile.loaders import LOADERS
from setpoint.errors import UnableError
from setpoint.sources.env_file import DEFAULT_LOADER

_LARGEST_AMOUNT = 1_000_000
"""A week and a half in seconds, a century in hours."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.usage = """%(prog)s [options] [-f FILE ...] -- CMD [argument ...]
       %(prog)s [options] --app APP --environment ENVIRONMENT -- CMD [argument ...]"""
    parser.add_argument(
        "-f",
        "--file",
        dest="files",
        action="append",
        default=[],
        type=given_path,
        metavar="FILE",
        help="an env file, on top of the caller's environment; can be repeated, later ones win",
    )
    parser.add_argument(
        "--loader",
        choices=LOADERS,
        metavar="NAME",
        help=f"read or write files as this program does, {DEFAULT_LOADER} by default; one of {', '.join(LOADERS)}",
    )
    parser.add_argument(
        "--clean",
        action="store_true",
        help="start CMD without the caller's environment, except PATH",
    )
    parser.add_argument(
        "--fail-on",
        choices=("error", "warning"),
        default="error",
        help="the lowest severity that keeps CMD from being started",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing unless CMD is not started")
    add_settings_option(parser)
    _add_supervision(parser.add_argument_group("with the service"))
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="CMD", help="the command and its arguments")


def run(arguments: argparse.Namespace) -> int:
    """Start the command, and return an exit status if this process does not become it.

    The two ways share no code: one needs the settings class in this process, the other must stay small.
    """
    command = arguments.words[1:] if arguments.words[:1] == ["--"] else arguments.words
    if not command:
        message = "no command is given; write it after `--`"
        raise UnableError(message)
    if not command[0]:
        message = "the name of the command is empty"
        raise UnableError(message)
    if arguments.app is None and arguments.environment is None:
        return int(importlib.import_module("setpoint.cli.become").become(arguments, command))
    return int(importlib.import_module("setpoint.cli.supervise").supervise(arguments, command))


def _add_supervision(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--app", metavar="APP", help="follow an app: CMD gets each revision that its class accepts")
    group.add_argument("--environment", metavar="ENVIRONMENT", help="the environment of the app to follow")
    group.add_argument("--release", metavar="R", help="the release of the app; by default from git or pyproject.toml")
    group.add_argument("--settle", type=_amount, default=5.0, metavar="S", help="seconds that CMD must stay up; 5")
    group.add_argument(
        "--ready-url",
        type=_http_url,
        metavar="URL",
        help="a URL that answers with 2xx once CMD is up, instead of --settle",
    )
    group.add_argument("--grace", type=_amount, default=30.0, metavar="S", help="seconds that CMD may take to stop; 30")
    group.add_argument(
        "--reload-signal", metavar="NAME", help="the signal that makes CMD reread --env-out: HUP, USR1 …"
    )
    group.add_argument(
        "--env-out", type=given_path, metavar="FILE", help="the env file that CMD reads, in place of its environment"
    )
    group.add_argument("--cache", metavar="FOLDER", help="where to keep the last known good; the user's state folder")
    group.add_argument("--max-age", type=_amount, metavar="HOURS", help="refuse an older last known good")
    group.add_argument("--offline", action="store_true", help="start with the last known good, and ask no service")


def _amount(text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = -1.0
    if not 0 <= amount <= _LARGEST_AMOUNT:
        message = f"must be a number from 0 to {_LARGEST_AMOUNT:,}"
        raise argparse.ArgumentTypeError(message)
    return amount


def _http_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        message = "must be a URL such as `http://127.0.0.1:8000/readyz`"
        raise argparse.ArgumentTypeError(message)
    return text
