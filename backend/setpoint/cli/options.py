"""The options that several commands share."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from setpoint.envfile.loaders import LOADERS
from setpoint.errors import UnableError
from setpoint.project import Project, find_project
from setpoint.text.escape import printable

if TYPE_CHECKING:
    from setpoint.contract.settings_class import SettingsContract


def given_path(text: str) -> str:
    """Return `text`, the path of a file or a folder.

    Raises:
        argparse.ArgumentTypeError: It is empty, most often because of a variable of the shell that is not set.
    """
    if not text:
        message = "the path is empty"
        raise argparse.ArgumentTypeError(message)
    return text


def add_settings_option(parser: argparse.ArgumentParser) -> None:
    """Add `--settings` to `parser`."""
    parser.add_argument(
        "--settings",
        action="append",
        metavar="MODULE:CLASS",
        help="a settings class; can be repeated; by default those of `[tool.setpoint]` in pyproject.toml",
    )


def chosen_settings(arguments: argparse.Namespace) -> tuple[tuple[str, ...], Project]:
    """Return the references of the settings classes to use (none if none is named) and the project.

    Raises:
        InvalidProjectError: The project's pyproject.toml can't be used.
    """
    project = find_project(Path.cwd())
    default = (arguments.default_settings,) if arguments.default_settings else project.settings
    return tuple(dict.fromkeys(arguments.settings or default)), project


def judging_contracts(arguments: argparse.Namespace) -> "Sequence[SettingsContract]":
    """Return the contracts of the project's settings classes, if it has one.

    Only a settings class knows what is secret, and importing one costs more than everything else together.

    Raises:
        UnableError: One of them can't be used.
    """
    references, project = chosen_settings(arguments)
    if not references:
        return ()
    from setpoint.application.importing import UnusableSettingsError, contracts_of  # noqa: PLC0415 - as said above

    try:
        return contracts_of(references, project)
    except UnusableSettingsError as error:
        message = f"{error.message}; without the settings class, what is secret is not known: fix it, or use `--reveal`"
        raise UnableError(message) from None


def add_files(parser: argparse.ArgumentParser) -> None:
    """Add the env files to `parser`; there may be none."""
    parser.add_argument(
        "files",
        nargs="*",
        type=given_path,
        metavar="FILE",
        help="env files, later ones win; `-` is standard input; without any, what the process would read here",
    )


def add_view_options(parser: argparse.ArgumentParser, environment_help: str) -> None:
    """Add to `parser` the options for which values to look at, and how to print them."""
    add_settings_option(parser)
    parser.add_argument(
        "--loader",
        choices=LOADERS,
        metavar="NAME",
        help="the program that will read the files; by default the first of the project's `loaders`, or python-dotenv",
    )
    parser.add_argument("--environment", action="store_true", help=environment_help)
    add_secrets_dir(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="the output format")


def add_secrets_dir(parser: argparse.ArgumentParser) -> None:
    """Add `--secrets-dir` to `parser`."""
    parser.add_argument(
        "--secrets-dir",
        action="append",
        default=[],
        type=_directory,
        metavar="DIR",
        help="a directory with a file for each secret, which all other sources override; by default those of the class,"
        " unless FILEs are given; can be repeated",
    )


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Add to `parser` the one file to read, and `--set`."""
    parser.add_argument("file", type=given_path, metavar="FILE", help="the env file; `-` is standard input")
    add_set(parser)


def add_set(parser: argparse.ArgumentParser) -> None:
    """Add `--set` to `parser`."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=pair,
        metavar="NAME=value",
        help="a variable of the process environment that references may use; by default there are none",
    )


def _directory(path: str) -> str:
    if not Path(given_path(path)).is_dir():
        message = f"`{printable(path)}` is not a directory"
        raise argparse.ArgumentTypeError(message)
    return path


def pair(text: str) -> tuple[str, str]:
    """Return the name and the value that an argument sets; argparse reports what this raises."""
    name, equal_sign, value = text.partition("=")
    if not name or not equal_sign:
        message = "it is not `NAME=value`"
        raise argparse.ArgumentTypeError(message)
    return name, value
