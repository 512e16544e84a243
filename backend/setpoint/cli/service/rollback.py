"""`rollback`: make a new revision with the variables of an older one."""

import argparse

from setpoint.cli.output import say
from setpoint.cli.service.rollout import add_wait
from setpoint.cli.service.service_command import REFUSED, add_json, add_place, add_write, positive, with_service
from setpoint.cli.service.submitting import add_submission, submission_of, tell_what_came_of_it
from setpoint.client.place import parse_place
from setpoint.client.proposals import submitted
from setpoint.client.service import Service


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    add_place(parser)
    parser.add_argument("--to", type=positive, required=True, metavar="N", help="the revision to go back to")
    parser.add_argument("-m", "--message", default="", help="why")
    add_write(parser)
    add_submission(parser)
    add_wait(parser)
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Roll back and return the exit status: 1 if the service refuses it, for example by today's schema."""
    place = parse_place(arguments.place)
    current = service.current_revision(place)
    if current is None:
        say(f"error: `{place}` has no revisions yet\n")
        return REFUSED
    how, meant = submission_of(arguments), {"message": arguments.message, "live": arguments.live}
    query = {"dry_run": arguments.dry_run, "live": arguments.live}
    answer = submitted(
        how,
        lambda reason: service.roll_back(
            place, arguments.to, current, arguments.message, {**query, "break_glass": reason}
        ),
        lambda number: service.propose(place, {"rollback_to": arguments.to}, current, {**meant, **how.query}, number),
    )
    return tell_what_came_of_it(arguments, service, place, answer)
