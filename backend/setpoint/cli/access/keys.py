"""`keys`: say which keys encrypt what the service stores, or rewrap everything with the first one."""

import argparse

from setpoint.cli.output import say
from setpoint.cli.service.service_command import add_action, add_actions, add_json, show, with_service, write_json
from setpoint.client.answer import Answer, Json
from setpoint.client.service import Service
from setpoint.text.join import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    actions = add_actions(parser)
    for name, what in (
        ("status", "say which keys are in use"),
        (
            "rotate",
            "rewrap the keys of all apps with the first of `ENCRYPTION_KEYS`; run it again if it was interrupted",
        ),
    ):
        add_json(add_action(actions, name, what))


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Run the command, and return the exit status."""
    answer = _rotated(service) if arguments.action == "rotate" else service.keys()
    rows = answer.objects("keys")
    if arguments.json:
        write_json(answer.json)
        return 0
    current = answer.json.get("current")
    columns = [
        ("key", lambda row: row.get("id")),
        ("apps", lambda row: row.get("wrapped")),
        ("use", lambda row: _use(row, current)),
    ]
    show(rows, columns, arguments, "there are no keys")
    return 0


def _use(row: Json, current: object) -> str:
    if row.get("id") == current:
        return "encrypts new values"
    return "still needed: `setpoint keys rotate` frees it" if row.get("wrapped") else "no longer needed"


def _rotated(service: Service) -> Answer:
    """Rotate the apps in batches, and report the progress."""
    answer = service.rotate_keys()
    pending = answer.integer("pending")
    while pending:
        say(f"{counted(pending, 'app')} left\n")
        before, answer = pending, service.rotate_keys()
        pending = answer.integer("pending")
        if pending >= before:
            break
    return answer
