"""`extend`: have an environment take over the variables of others."""

import argparse

from setpoint.cli.output import write_result
from setpoint.cli.service.service_command import add_json, add_place, add_write, with_service, write_json
from setpoint.cli.service.written_revision import told
from setpoint.client.place import parse_place
from setpoint.client.service import Service
from setpoint.errors import UnableError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    add_place(parser)
    parser.add_argument(
        "bases",
        nargs="*",
        metavar="BASE",
        help="environments, also of other apps: later ones win over earlier ones, and its own variables over all",
    )
    parser.add_argument("--none", action="store_true", help="extend nothing from now on")
    parser.add_argument("-m", "--message", default="", help="why")
    add_write(parser)
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Change what the environment extends, and return the exit status: 1 where the service refuses it."""
    if bool(arguments.bases) is arguments.none:
        message = "name what to extend, `setpoint extend billing/production billing/base`, or say `--none`"
        raise UnableError(message)
    place, bases = parse_place(arguments.place), [parse_place(each) for each in arguments.bases]
    query = {"dry_run": arguments.dry_run, "live": arguments.live}
    answer = service.extend(place, bases, service.current_revision(place), arguments.message, query)
    if arguments.json:
        write_json(answer)
    else:
        write_result(told(place, answer))
    return 0
