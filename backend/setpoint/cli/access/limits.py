"""`limits`: show what an app may use and has used, and set its own limits."""

import argparse
import re
from collections.abc import Sequence

from setpoint.cli.service.service_command import (
    add_action,
    add_actions,
    add_json,
    day_and_time,
    show,
    with_service,
    write_json,
)
from setpoint.client.answer import Json
from setpoint.client.service import Service
from setpoint.errors import UnableError
from setpoint.text.escape import printable

_LIMITS = {
    "revisions": "revisions an hour",
    "bytes": "bytes of variables and schemas stored an hour",
    "streams": "event streams open at the same time",
}
_USUAL = "default"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    actions = add_actions(parser)
    shown = add_action(actions, "show", "show what apps may use, what they have used, and when there is room again")
    shown.add_argument("app", nargs="?", metavar="APP", help="the app; by default, all apps")
    add_json(shown)
    changed = add_action(actions, "set", "set an app's own limits; needs `admin` everywhere")
    changed.add_argument("app", metavar="APP", help="the app")
    for name, what in _LIMITS.items():
        changed.add_argument(
            f"--{name}", type=_number, metavar=f"N|{_USUAL}", help=f"{what}; `{_USUAL}` for as many as other apps"
        )
    add_json(changed)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Run the command, and return the exit status."""
    if arguments.action == "show":
        _show(service.limits(arguments.app), arguments)
        return 0
    given = {name: getattr(arguments, name) for name in _LIMITS}
    wanted = {name: None if number == _USUAL else number for name, number in given.items() if number is not None}
    if not wanted:
        message = f"name a limit to set: {', '.join(f'`--{name}`' for name in _LIMITS)}"
        raise UnableError(message)
    answer = service.set_limits(arguments.app, wanted)
    if arguments.json:
        write_json(answer)
    else:
        _show([answer], arguments)
    return 0


def _show(apps: Sequence[Json], arguments: argparse.Namespace) -> None:
    if arguments.json:
        write_json({"apps": list(apps)})
        return
    rows = [_row(app, name) for app in apps for name in _LIMITS]
    columns = [
        ("app", lambda row: row.get("app")),
        ("limit", lambda row: row.get("limit")),
        ("used", lambda row: row.get("used")),
        ("of", lambda row: "any" if row.get("allowed") is None else row.get("allowed")),
        ("set for", lambda row: "this app" if row.get("is_own") else "all apps"),
        ("room again (UTC)", lambda row: day_and_time(row.get("free_at"))),
    ]
    show(rows, columns, arguments, "there are no apps")


def _row(app: Json, name: str) -> Json:
    usage = app.get(name)
    hourly = isinstance(usage, dict) and usage.get("within_seconds") is not None
    told = f"{name} an hour" if hourly else f"open {name}"
    return {**(usage if isinstance(usage, dict) else {}), "app": app.get("app"), "limit": told}


def _number(text: str) -> int | str:
    if text == _USUAL:
        return text
    if not re.fullmatch(r"[0-9]{1,15}", text):
        message = f"`{printable(text)}` is neither a number nor `{_USUAL}`"
        raise argparse.ArgumentTypeError(message)
    return int(text)
