"""The option `--settings`, shared by the commands that need settings classes."""

import argparse
from pathlib import Path

from setpoint.project import Project, find_project

NO_CLASS = (
    "no settings class is named",
    'write `settings = "MODULE:CLASS"` under `[tool.setpoint]` in pyproject.toml, or use `--settings MODULE:CLASS`',
)
"""What is wrong where nobody names one, and what to do about it."""


def add_settings_option(parser: argparse.ArgumentParser) -> None:
    """Add `--settings` to `parser`."""
    parser.add_argument(
        "--settings",
        action="append",
        metavar="MODULE:CLASS",
        help="a settings class; can be repeated; by default those of `[tool.setpoint]` in pyproject.toml",
    )


def chosen_settings(arguments: argparse.Namespace) -> tuple[tuple[str, ...], Project]:
    """Return the references of the settings classes to use, none where nobody names one, and the project.

    Raises:
        InvalidProjectError: The project's own file can't be used.
    """
    project = find_project(Path.cwd())
    default = (arguments.default_settings,) if arguments.default_settings else project.settings
    return tuple(dict.fromkeys(arguments.settings or default)), project
