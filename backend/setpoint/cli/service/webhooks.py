"""`webhooks`: send events to a URL, see what was sent, and let others trigger a rollback."""

import argparse

from setpoint.cli.output import say, write_result
from setpoint.cli.service.service_command import (
    add_action,
    add_actions,
    add_json,
    add_most,
    add_place,
    day_and_time,
    seconds,
    show,
    with_service,
    write_json,
)
from setpoint.client.answer import Json
from setpoint.client.service import Service
from setpoint.text.escape import printable

_EVENTS = (
    "revision.created",
    "revision.refused",
    "revision.rolled_back",
    "revision.break_glass",
    "proposal.made",
    "proposal.ended",
)
_CHANGES = {
    "enable": "resume sending to a webhook that has answered 410",
    "ping": "send a test message to a webhook",
    "delete": "delete a webhook: nothing is sent to it or accepted from it any more",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    actions = add_actions(parser)
    add_json(add_action(actions, "list", "list the webhooks, without their secrets"))
    create = add_action(actions, "create", "make a webhook, and print its secret this once")
    create.add_argument("url", metavar="URL", help="where to send: `https://…`")
    create.add_argument(
        "--bound",
        default="*/*",
        metavar="APP/ENVIRONMENT",
        help="the environments that it hears about, such as `billing/*`; by default, all",
    )
    create.add_argument(
        "--event",
        action="append",
        choices=_EVENTS,
        default=[],
        metavar="EVENT",
        help=f"which events it gets; can be repeated; by default, all: {', '.join(_EVENTS)}",
    )
    add_json(create)
    accept = add_action(
        actions, "accept", "let somebody roll back the newest revision by webhook; the secret is printed only once"
    )
    add_place(accept)
    accept.add_argument(
        "--action",
        dest="reaction",
        required=True,
        choices=("abort", "rollback"),
        help="`abort` ends a trial; `rollback` does too, or else goes back to the previous revision",
    )
    add_json(accept)
    rotate = add_action(actions, "rotate", "replace the secret; the old one also signs for a while")
    _add_id(rotate)
    rotate.add_argument(
        "--grace",
        type=seconds,
        default=seconds("24h"),
        metavar="TIME",
        help="how long the old one also signs; `24h` by default",
    )
    add_json(rotate)
    for name, what in _CHANGES.items():
        changed = add_action(actions, name, what)
        _add_id(changed)
        add_json(changed)
    deliveries = add_action(actions, "deliveries", "list what was sent to a webhook, or will be, the newest first")
    _add_id(deliveries)
    add_most(deliveries, "deliveries")
    add_json(deliveries)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Run the command, and return the exit status."""
    match arguments.action:
        case "list":
            _list(service, arguments)
        case "deliveries":
            _list_deliveries(service, arguments)
        case "create":
            wanted = {"url": arguments.url, "bound": arguments.bound, "events": arguments.event}
            _tell_secret(service.create_webhook(wanted), arguments)
        case "accept":
            wanted = {"environment": arguments.place, "action": arguments.reaction}
            _tell_address(service.accept_webhook(wanted), arguments)
        case "rotate":
            _tell_secret(service.change_webhook(arguments.id, "rotate", {"grace": arguments.grace}), arguments)
        case "delete":
            _tell(service.delete_webhook(arguments.id), arguments, "is deleted")
        case "enable":
            _tell(service.change_webhook(arguments.id, "enable"), arguments, "gets messages again")
        case _:
            told = "gets a ping; `setpoint webhooks deliveries` shows whether it arrived"
            _tell(service.change_webhook(arguments.id, "ping"), arguments, told)
    return 0


def _add_id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="its id, from `webhooks list`")


def _tell_secret(made: Json, arguments: argparse.Namespace) -> None:
    """Print only the secret on standard output, so that it can be piped to where it is kept."""
    if arguments.json:
        write_json(made)
        return
    say(f"the secret of the webhook {printable(str(made.get('id')))} is shown only once:\n")
    write_result(f"{printable(str(made.get('secret')))}\n")


def _tell_address(made: Json, arguments: argparse.Namespace) -> None:
    if not arguments.json:
        say(f"requests go to {printable(str(made.get('path')))} at the URL of the service\n")
    _tell_secret(made, arguments)


def _tell(answer: Json, arguments: argparse.Namespace, what: str) -> None:
    if arguments.json:
        write_json(answer)
    else:
        write_result(f"the webhook {printable(arguments.id)} {what}\n")


def _list(service: Service, arguments: argparse.Namespace) -> None:
    columns = [
        ("id", lambda row: row.get("id")),
        ("url", lambda row: row.get("url") or row.get("path")),
        ("of", lambda row: row.get("bound") or row.get("environment")),
        ("events or action", lambda row: row.get("events") or row.get("action")),
        ("disabled (UTC)", lambda row: day_and_time(row.get("disabled_at"))),
    ]
    rows = [*service.webhooks(), *service.incoming_webhooks()]
    show(rows, columns, arguments, "there are no webhooks")


def _list_deliveries(service: Service, arguments: argparse.Namespace) -> None:
    columns = [
        ("id", lambda row: row.get("id")),
        ("event", lambda row: row.get("event")),
        ("of", _subject),
        ("state", lambda row: row.get("state")),
        ("attempts", lambda row: len(_attempts(row))),
        ("last answer", _last_answer),
        ("next (UTC)", lambda row: day_and_time(row.get("next_at"))),
    ]
    show(service.deliveries(arguments.id, arguments.most), columns, arguments, "nothing has been sent to it")


def _subject(row: Json) -> str | None:
    place, revision = row.get("environment"), row.get("revision")
    return f"{place}@{revision}" if place else None


def _attempts(row: Json) -> list[Json]:
    found = row.get("attempts")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _last_answer(row: Json) -> object:
    tried = _attempts(row)
    return (tried[-1].get("status") or tried[-1].get("error")) if tried else None
