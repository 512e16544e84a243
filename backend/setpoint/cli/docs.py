"""`docs`: write the reference of a settings class as Markdown, or check it for drift."""

import argparse

from setpoint.cli import generated_file
from setpoint.generate.settings_reference import settings_reference

add_arguments = generated_file.add_arguments


def run(arguments: argparse.Namespace) -> int:
    """Write, print or check the page; return the exit status."""
    return generated_file.run(arguments, settings_reference, lambda project: project.docs)
