"""`rollback`: make a new revision with the variables of an older one."""

import argparse
import sys

from setpoint.cli.output import write_result
from setpoint.cli.service.rollout import add_wait, await_rollout
from setpoint.cli.service.service_command import REFUSED, add_json, add_place, positive, with_service, write_json
from setpoint.cli.service.written_revision import told
from setpoint.client.place import parse_place
from setpoint.client.service import Service


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    add_place(parser)
    parser.add_argument(
        "--to", type=positive, required=True, metavar="N", help="the revision whose variables to take again"
    )
    parser.add_argument("-m", "--message", default="", help="why")
    add_wait(parser)
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Roll back and return the exit status: 1 where the service refuses it, as by today's schema."""
    place = parse_place(arguments.place)
    current = service.current_revision(place)
    if current is None:
        sys.stderr.write(f"error: `{place}` has no revisions yet\n")
        return REFUSED
    answer = service.roll_back(place, arguments.to, current, arguments.message)
    if arguments.json:
        write_json(answer)
    else:
        write_result(told(place, answer))
    return 0 if arguments.wait is None else await_rollout(service, place, int(answer["revision"]), arguments.wait)
