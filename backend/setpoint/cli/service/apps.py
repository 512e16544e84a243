"""`apps`: list the apps of the service, with the current revision of each environment."""

import argparse

from setpoint.cli.service.service_command import add_json, day_and_time, show, with_service, write_json
from setpoint.client.service import Service


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Print a row per environment and return the exit status."""
    apps = service.apps()
    if arguments.json:
        write_json(apps)
        return 0
    rows = [{"app": app.get("name"), **each} for app in apps for each in app.get("environments") or [{}]]
    columns = [
        ("app", lambda row: row["app"]),
        ("environment", lambda row: row.get("name")),
        ("revision", lambda row: row.get("revision")),
        ("since", lambda row: day_and_time(row.get("updated_at"))),
    ]
    show(rows, columns, arguments, "there are no apps yet; `setpoint schema push --app APP` makes one")
    return 0
