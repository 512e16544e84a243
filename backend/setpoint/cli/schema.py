"""`schema`: write the contract of a settings class as JSON Schema, check it for drift, or store it in the service."""

import argparse

from setpoint.cli import generated_file
from setpoint.errors import UnableError

_PUSH = "push"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    generated_file.add_arguments(parser)
    service = parser.add_argument_group(
        "the service", "`schema push --app APP` stores the contract in the service instead of writing a file."
    )
    service.add_argument("--app", metavar="APP", help="for `schema push`: the app, such as `billing`")
    service.add_argument(
        "--release",
        metavar="RELEASE",
        help="the release of the app that it belongs to; by default from `git describe`, or the project's version",
    )
    service.add_argument(
        "--compatibility",
        choices=("full", "none"),
        default="full",
        help="`none` allows a contract that a current revision does not satisfy",
    )
    service.add_argument("--json", action="store_true", help="print the service's answer as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Write, print, check or push the manifest; return the exit status."""
    if arguments.file == _PUSH:
        if arguments.check:
            message = "`--check` is for a file, and `schema push` writes none"
            raise UnableError(message)
        from setpoint.cli.service import schema_push  # noqa: PLC0415 - it imports HTTP, which files don't need

        return schema_push.run(arguments)
    if arguments.app is not None or arguments.release is not None:
        message = "`--app` and `--release` are for `schema push`"
        raise UnableError(message)
    return generated_file.run(arguments)
