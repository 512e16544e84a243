"""`log`: list the revisions of an environment, the newest first."""

import argparse

from setpoint.cli.service.service_command import add_json, add_most, add_place, day_and_time, show, who, with_service
from setpoint.client.answer import Json
from setpoint.client.place import parse_place
from setpoint.client.service import Service

_STAGES = {"DEPLOYING": "(on trial)", "BAKING": "(on trial)", "ROLLED_BACK": "(rolled back)"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    add_place(parser)
    add_most(parser, "revisions")
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Print a row per revision and return the exit status."""
    place = parse_place(arguments.place)
    columns = [
        ("revision", lambda row: row.get("revision")),
        ("when (UTC)", lambda row: day_and_time(row.get("created_at"))),
        ("who", lambda row: who(row.get("principal"))),
        ("variables", lambda row: row.get("variables")),
        ("message", _message),
    ]
    show(list(service.revisions(place, arguments.most)), columns, arguments, f"`{place}` has no revisions yet")
    return 0


def _message(row: Json) -> str:
    """Return the author's message, and what else there is to know about the revision."""
    notes = [row.get("message")]
    if row.get("copied_from"):
        notes.append(f"(rollback to {row['copied_from']})")
    if (stage := str(row.get("stage"))) in _STAGES:
        notes.append(_STAGES[stage])
    if isinstance(gone := row.get("destroyed"), dict):
        notes.append(f"(values destroyed: {gone.get('reason')})")
    return " ".join(str(each) for each in notes if each)
