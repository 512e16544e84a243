"""`example`: write the .env.example of a settings class, or check it for drift."""

import argparse

from setpoint.cli import generated_file
from setpoint.generate.env_example import env_example

add_arguments = generated_file.add_arguments


def run(arguments: argparse.Namespace) -> int:
    """Write, print or check the file; return the exit status."""
    return generated_file.run(arguments, env_example, lambda project: project.example)
