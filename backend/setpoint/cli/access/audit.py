"""`audit`: list what was done: every write, every reveal, every token."""

import argparse
import json

from setpoint.cli.service.service_command import add_json, add_most, day_and_time, show, who, with_service
from setpoint.client.answer import Json
from setpoint.client.service import Service


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument("--app", metavar="APP", help="of this app only")
    parser.add_argument("--environment", metavar="NAME", help="of this environment only")
    add_most(parser, "rows")
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Print a row for each entry, and return the exit status."""
    columns = [
        ("when (UTC)", lambda row: day_and_time(row.get("at"))),
        ("who", lambda row: who(row.get("principal"))),
        ("did", lambda row: row.get("action")),
        ("where", lambda row: "/".join(str(row[key]) for key in ("app", "environment") if row.get(key))),
        ("details", _details),
    ]
    query = {"app": arguments.app, "environment": arguments.environment}
    show(list(service.audit(query, arguments.most)), columns, arguments, "nothing has been done yet")
    return 0


def _details(row: Json) -> str:
    details = row.get("details")
    if not isinstance(details, dict):
        return ""
    return " ".join(f"{key}={_word(value)}" for key, value in details.items())


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
