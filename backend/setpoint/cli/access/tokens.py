"""`token`: list, make, replace and revoke the tokens of the service."""

import argparse

from setpoint.cli.access.rights import add_rights, may, rights_wanted
from setpoint.cli.output import say, write_result
from setpoint.cli.service.service_command import (
    add_action,
    add_actions,
    add_json,
    day_and_time,
    seconds,
    show,
    with_service,
    write_json,
)
from setpoint.client.answer import Json
from setpoint.client.service import Service
from setpoint.text.escape import printable

_PREFIX = "sp_"
_HELP_OF_ID = "its public part, which `token list` shows; or all of it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    actions = add_actions(parser)
    add_json(add_action(actions, "list", "list the tokens, without their secrets"))
    create = add_action(actions, "create", "make a token, and print it this once")
    create.add_argument("name", metavar="NAME", help="who owns it: a person, or a machine such as `ci`")
    create.add_argument("--kind", choices=("machine", "person"), default="machine", help="what uses it")
    add_rights(create)
    create.add_argument(
        "--expires-in",
        type=seconds,
        metavar="TIME",
        help="how long it lasts, such as `90d`, `12h` or `30m`; by default it never expires",
    )
    add_json(create)
    rotate = add_action(actions, "rotate", "replace a token; the old one keeps working for a while")
    rotate.add_argument("id", metavar="ID", type=_public_part, help=_HELP_OF_ID)
    rotate.add_argument(
        "--grace",
        type=seconds,
        default=seconds("24h"),
        metavar="TIME",
        help="how long the old one keeps working; `24h` by default",
    )
    add_json(rotate)
    revoke = add_action(actions, "revoke", "revoke a token now")
    revoke.add_argument("id", metavar="ID", type=_public_part, help=_HELP_OF_ID)
    add_json(revoke)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Run the command, and return the exit status."""
    if arguments.action == "list":
        _list(service, arguments)
    elif arguments.action == "revoke":
        _tell_revoked(service.revoke_token(arguments.id), arguments)
    elif arguments.action == "rotate":
        _tell(service.rotate_token(arguments.id, arguments.grace), arguments)
    else:
        _tell(service.create_token(_wanted(arguments)), arguments)
    return 0


def _public_part(text: str) -> str:
    """Return the id in a token that is given as a whole: the secret part must not be in a path, which others log."""
    return text.removeprefix(_PREFIX).partition("_")[0] if text.startswith(_PREFIX) else text


def _wanted(arguments: argparse.Namespace) -> dict[str, object]:
    return {
        "name": arguments.name,
        "kind": arguments.kind,
        "expires_in": arguments.expires_in,
        **rights_wanted(arguments),
    }


def _tell(made: Json, arguments: argparse.Namespace) -> None:
    """Print only the token on standard output, so that it can be piped to where it is kept."""
    if arguments.json:
        write_json(made)
        return
    say(f"the token {printable(str(made['id']))} is shown only once:\n")
    write_result(f"{printable(str(made['token']))}\n")


def _tell_revoked(ended: Json, arguments: argparse.Namespace) -> None:
    if arguments.json:
        write_json(ended)
    else:
        write_result(f"the token {printable(str(ended['id']))} is revoked\n")


def _list(service: Service, arguments: argparse.Namespace) -> None:
    columns = [
        ("id", lambda row: row.get("id")),
        ("name", lambda row: row.get("label")),
        ("may", may),
        ("used (UTC)", lambda row: day_and_time(row.get("last_used_at"))),
        ("expires (UTC)", lambda row: day_and_time(row.get("expires_at"))),
        ("revoked (UTC)", lambda row: day_and_time(row.get("revoked_at"))),
    ]
    show(service.tokens(), columns, arguments, "there are no tokens")
