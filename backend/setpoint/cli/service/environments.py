"""`environments`: list the environments of an app, or protect one."""

import argparse

from setpoint.cli.output import write_result
from setpoint.cli.service.service_command import add_json, day_and_time, positive, show, with_service, write_json
from setpoint.client.place import parse_app, parse_place
from setpoint.client.service import Service
from setpoint.errors import UnableError
from setpoint.text.join import counted

_PROTECTIONS = ("protect", "unprotect")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "app",
        metavar="APP|protect|unprotect",
        help="the app whose environments to list, or what to do with one",
    )
    parser.add_argument(
        "place", nargs="?", metavar="APP/ENVIRONMENT", help="the environment, such as `billing/production`"
    )
    parser.add_argument(
        "--approvals", type=positive, metavar="N", help="how many other people must approve a change; 1 by default"
    )
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Print a row per environment, or protect one, and return the exit status."""
    if arguments.place is not None:
        return _protect(arguments, service)
    if arguments.approvals is not None:
        message = "`--approvals` is for `setpoint environments protect APP/ENVIRONMENT`"
        raise UnableError(message)
    app = parse_app(arguments.app)
    columns = [
        ("environment", lambda row: row.get("name")),
        ("revision", lambda row: row.get("revision")),
        ("since", lambda row: day_and_time(row.get("updated_at"))),
        ("extends", lambda row: row.get("bases")),
        ("approvals", lambda row: row.get("approvals")),
        ("schema", lambda row: row.get("schema_digest")),
    ]
    nothing = f"`{app}` has no environments yet; `setpoint push {app}/ENVIRONMENT FILE` makes one"
    show(service.environments(app), columns, arguments, nothing)
    return 0


def _protect(arguments: argparse.Namespace, service: Service) -> int:
    place, action = parse_place(arguments.place), arguments.app
    if action not in _PROTECTIONS or (action == "unprotect" and arguments.approvals is not None):
        message = f"write `setpoint environments protect {place}`, optionally with `--approvals N`, or `unprotect`"
        raise UnableError(message)
    approvals = (arguments.approvals or 1) if action == "protect" else None
    answer = service.proposals.protect(place, approvals)
    if arguments.json:
        write_json(answer)
    elif approvals:
        write_result(f"{place} is protected: a change needs {counted(approvals, 'approval')} by somebody else\n")
    else:
        write_result(f"{place} is no longer protected: a change needs no approval\n")
    return 0
