"""`example`: write the .env.example of a settings class, or the block that it needs in a deploy file."""

import argparse

from setpoint.cli import generated_file
from setpoint.cli.deploy_options import KINDS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    generated_file.add_arguments(parser)
    parser.add_argument(
        "--format",
        choices=(generated_file.ENV_FILE, *KINDS),
        default=generated_file.ENV_FILE,
        help="what to write: an env file, or the block of a deploy file, with references to secrets",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the file, print it, or check it; return the exit status."""
    return generated_file.run(arguments)
