"""`pull`: print the variables of an environment, in the format of the program that will read them."""

import argparse
from pathlib import Path

from setpoint.cli.output import is_terminal, say, write_bytes_as_they_are
from setpoint.cli.service.service_command import add_place, with_service, write_json
from setpoint.client.place import Place, parse_place
from setpoint.client.private_file import write_private_file
from setpoint.client.service import Service
from setpoint.envfile.loaders import LOADERS
from setpoint.errors import UnableError
from setpoint.project import find_project
from setpoint.sources.env_file import DEFAULT_LOADER
from setpoint.text.escape import printable

_TYPES = {"env": "text/plain", "json": "application/json", "kubernetes": "application/json"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    add_place(parser, revision="[@N]")
    parser.add_argument(
        "--loader",
        choices=LOADERS,
        metavar="NAME",
        help="the program that will read the file; by default the first of the project's `loaders`, or python-dotenv",
    )
    parser.add_argument(
        "--format", choices=_TYPES, default="env", help="an env file, JSON, or a Kubernetes ConfigMap and Secret"
    )
    parser.add_argument(
        "--output", metavar="FILE", help="where to write, readable only by you; by default standard output"
    )
    secrets = parser.add_mutually_exclusive_group()
    secrets.add_argument("--reveal", action="store_true", help="show secrets on a terminal as well")
    secrets.add_argument(
        "--redacted", action="store_true", help="leave out the values of secrets, wherever the output goes"
    )
    parser.add_argument("--reason", metavar="TEXT", help="why secrets are revealed, for the audit log")
    parser.add_argument("--json", action="store_const", const="json", dest="format", help="the same as `--format json`")


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Print or write the variables and return the exit status."""
    place = parse_place(arguments.place, revisions=1)
    reveal = _reveals(arguments)
    reason = arguments.reason if reveal else None
    query = {"format": arguments.format, "reveal": reveal, "loader": _loader(arguments), "reason": reason}
    answer = service.configuration(place, query)
    content, number = answer.of_type(_TYPES[arguments.format]), answer.revision
    if arguments.format != "env" and arguments.output is None:
        write_json(answer.json)
    elif arguments.output is None:
        write_bytes_as_they_are(content)
    else:
        _write(arguments.output, content)
    say(_told(place, number, arguments, reveal=reveal))
    return 0


def _reveals(arguments: argparse.Namespace) -> bool:
    """Return whether to include the values of secrets: what goes to a file or a program must be complete."""
    if arguments.reveal or arguments.redacted:
        return bool(arguments.reveal)
    return arguments.output is not None or not is_terminal()


def _loader(arguments: argparse.Namespace) -> str | None:
    if arguments.format != "env":
        if arguments.loader is not None:
            message = f"`--loader` says who reads an env file, and `--format {arguments.format}` is none: leave one out"
            raise UnableError(message)
        return None
    ours = find_project(Path.cwd()).loaders
    return arguments.loader or next((each for each in ours if each in LOADERS), DEFAULT_LOADER)


def _write(path: str, content: bytes) -> None:
    try:
        write_private_file(Path(path), content)
    except OSError as error:
        message = f"cannot write `{printable(path)}`: {error.strerror}"
        raise UnableError(message) from None


def _told(place: Place, number: int, arguments: argparse.Namespace, *, reveal: bool) -> str:
    where = f"`{printable(arguments.output)}` has " if arguments.output else ""
    secrets = "" if reveal else "; secrets are left out" + ("" if arguments.redacted else ", `--reveal` shows them")
    return f"{where}revision {number} of {place}{secrets}\n"
