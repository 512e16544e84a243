"""The option `--settings`, shared by the commands that need a settings class."""

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
        metavar="MODULE:CLASS",
        help="the settings class; by default the one of `[tool.setpoint]` in pyproject.toml",
    )


def chosen_settings(arguments: argparse.Namespace) -> tuple[str | None, Project]:
    """Return the reference of the settings class to use, None where nobody names one, and the project.

    Raises:
        InvalidProjectError: The project's own file can't be used.
    """
    project = find_project(Path.cwd())
    return arguments.settings or arguments.default_settings or project.settings, project
