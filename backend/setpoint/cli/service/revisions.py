"""`revisions destroy`: permanently remove the values of a leaked revision."""

import argparse

from setpoint.cli.output import write_result
from setpoint.cli.service.service_command import (
    add_action,
    add_actions,
    add_json,
    add_place,
    positive,
    with_service,
    write_json,
)
from setpoint.client.place import parse_place
from setpoint.client.service import Service


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    actions = add_actions(parser)
    what = "permanently remove the values of a revision; its number, author, hash and names are kept"
    destroy = add_action(actions, "destroy", what)
    add_place(destroy)
    destroy.add_argument("number", type=positive, metavar="N", help="the revision; not the current one")
    destroy.add_argument("--reason", required=True, help="why; it is kept in the history and the audit log")
    add_json(destroy)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Destroy the values and return the exit status."""
    place = parse_place(arguments.place)
    answer = service.destroy(place, arguments.number, arguments.reason)
    if arguments.json:
        write_json(answer)
    else:
        write_result(f"the values of revision {arguments.number} of {place} are permanently gone\n")
    return 0
