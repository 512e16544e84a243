"""`extend`: let an environment inherit the variables of others."""

import argparse

from setpoint.cli.service.service_command import add_json, add_place, add_write, with_service
from setpoint.cli.service.submitting import add_submission, submission_of, tell_what_came_of_it
from setpoint.client.place import parse_place
from setpoint.client.proposals import submitted
from setpoint.client.service import Service
from setpoint.errors import UnableError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    add_place(parser)
    parser.add_argument(
        "bases",
        nargs="*",
        metavar="BASE",
        help="environments, of other apps too: later ones override earlier ones, and its own variables override all",
    )
    parser.add_argument("--none", action="store_true", help="stop extending others")
    parser.add_argument("-m", "--message", default="", help="why")
    add_write(parser)
    add_submission(parser)
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Change what the environment extends, and return the exit status: 1 if the service refuses it."""
    if bool(arguments.bases) is arguments.none:
        message = "name what to extend, `setpoint extend billing/production billing/base`, or say `--none`"
        raise UnableError(message)
    place, bases = parse_place(arguments.place), [parse_place(each) for each in arguments.bases]
    based_on, how, message = service.current_revision(place), submission_of(arguments), arguments.message
    query = {"dry_run": arguments.dry_run, "live": arguments.live}
    meant = {"message": message, "live": arguments.live, **how.query}
    answer = submitted(
        how,
        lambda reason: service.extend(place, bases, based_on, message, {**query, "break_glass": reason}),
        lambda number: service.propose(place, {"bases": list(map(str, bases))}, based_on, meant, number),
    )
    return tell_what_came_of_it(arguments, service, place, answer)
