"""`environments`: list the environments of one app."""

import argparse

from setpoint.cli.service.service_command import add_json, day_and_time, show, with_service
from setpoint.client.place import parse_app
from setpoint.client.service import Service


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    parser.add_argument("app", metavar="APP", help="whose environments")
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Print a row an environment and return the exit status."""
    app = parse_app(arguments.app)
    columns = [
        ("environment", lambda row: row.get("name")),
        ("revision", lambda row: row.get("revision")),
        ("since", lambda row: day_and_time(row.get("updated_at"))),
        ("extends", lambda row: row.get("bases")),
        ("schema", lambda row: row.get("schema_digest")),
    ]
    nothing = f"`{app}` has no environments yet; `setpoint push {app}/ENVIRONMENT FILE` makes one"
    show(service.environments(app), columns, arguments, nothing)
    return 0
