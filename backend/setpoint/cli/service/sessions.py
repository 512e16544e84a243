"""`sessions`: list the running instances that follow an environment, what each last tried and what it serves."""

import argparse

from setpoint.cli.service.service_command import add_json, add_most, add_place, day_and_time, show, with_service
from setpoint.client.answer import Json
from setpoint.client.place import parse_place
from setpoint.client.service import Service

_STATES = ("SYNCED", "STALE", "APPLYING", "FAILED", "EXPIRED")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    add_place(parser)
    parser.add_argument("--state", choices=_STATES, help="only instances in this state")
    add_most(parser, "instances")
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Print a row per instance and return the exit status."""
    place = parse_place(arguments.place)
    columns = [
        ("instance", _where),
        ("release", lambda row: row.get("release")),
        ("state", lambda row: row.get("state")),
        ("offered", lambda row: row.get("offered")),
        ("serves", _served),
        ("since (UTC)", lambda row: day_and_time(_part(row, "serves").get("since"))),
        ("why", _why),
    ]
    rows = list(service.sessions(place, arguments.state, arguments.most))
    show(rows, columns, arguments, f"no instance follows `{place}`")
    return 0


def _part(row: Json, name: str) -> Json:
    part = row.get(name)
    return part if isinstance(part, dict) else {}


def _where(row: Json) -> str:
    return f"{row.get('host')}:{row.get('pid')}"


def _served(row: Json) -> str | None:
    served = _part(row, "serves")
    if not served:
        return None
    return (
        f"{served.get('revision')} (its last known good)"
        if served.get("source") == "cache"
        else str(served["revision"])
    )


def _why(row: Json) -> str:
    if row.get("state") != "FAILED":
        return ""
    errors = _part(row, "attempted").get("errors")
    return "; ".join(str(each.get("message")) for each in errors or () if isinstance(each, dict))
