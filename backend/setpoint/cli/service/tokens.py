"""`token`: list, make, replace and end the tokens of the service."""

import argparse
import re
import sys

from setpoint.cli.output import write_result
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

_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}
_ROLES = "viewer, editor, approver, deployer, runtime or admin"
_SCOPES = "config:read config:reveal config:write config:approve schema:write session:write audit:read admin"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    actions = add_actions(parser)
    add_json(add_action(actions, "list", "list the tokens, without what is secret of them"))
    create = add_action(actions, "create", "make a token, which is printed this once")
    create.add_argument("name", metavar="NAME", help="whose it is: a person, or a machine such as `ci`")
    create.add_argument("--kind", choices=("machine", "person"), default="machine", help="what uses it")
    create.add_argument(
        "--role",
        action="append",
        default=[],
        metavar="ROLE[@APP/ENVIRONMENT]",
        help=f"what it may do, and where: `editor@billing/*` for instance; can be repeated; {_ROLES}",
    )
    create.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="SCOPE",
        help=f"what else it may do; can be repeated: {_SCOPES}",
    )
    create.add_argument(
        "--bound",
        action="append",
        metavar="APP/ENVIRONMENT",
        help="where each `--scope` holds, `billing/*` for instance; can be repeated; everywhere by default",
    )
    create.add_argument("--expires-in", type=_seconds, metavar="TIME", help="`90d`, `12h` or `30m`; never by default")
    add_json(create)
    rotate = add_action(actions, "rotate", "replace a token; the old one goes on for a while")
    rotate.add_argument("id", metavar="ID", help="its public part, which `token list` shows")
    rotate.add_argument(
        "--grace",
        type=_seconds,
        default=_seconds("24h"),
        metavar="TIME",
        help="how long the old one goes on; `24h` by default",
    )
    add_json(rotate)
    revoke = add_action(actions, "revoke", "end a token now")
    revoke.add_argument("id", metavar="ID", help="its public part, which `token list` shows")
    add_json(revoke)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Do it, and return the exit status."""
    if arguments.action == "list":
        _list(service, arguments)
    elif arguments.action == "revoke":
        _tell_revoked(service.revoke_token(arguments.id), arguments)
    elif arguments.action == "rotate":
        _tell(service.rotate_token(arguments.id, arguments.grace), arguments)
    else:
        _tell(service.create_token(_wanted(arguments)), arguments)
    return 0


def _seconds(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,9})([mhd])", text)
    if match is None:
        message = f"`{printable(text)}` is no time such as `90d`, `12h` or `30m`"
        raise argparse.ArgumentTypeError(message)
    return int(match[1]) * _SECONDS[match[2]]


def _wanted(arguments: argparse.Namespace) -> dict[str, object]:
    if not arguments.role and not arguments.scope:
        message = "what may it do? Say `--role viewer@billing/production`, or `--scope` for less than a role"
        raise UnableError(message)
    return {
        "name": arguments.name,
        "kind": arguments.kind,
        "roles": arguments.role,
        "scopes": arguments.scope,
        "bounds": arguments.bound or ["*/*"],
        "expires_in": arguments.expires_in,
    }


def _tell(made: Json, arguments: argparse.Namespace) -> None:
    """Print the token alone on standard output, so that it can go straight to where it is kept."""
    if arguments.json:
        write_json(made)
        return
    sys.stderr.write(f"the token {printable(str(made['id']))} is shown this once:\n")
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
        ("may", lambda row: [_may(each) for each in row.get("rights") or () if isinstance(each, dict)]),
        ("expires (UTC)", lambda row: day_and_time(row.get("expires_at"))),
        ("revoked (UTC)", lambda row: day_and_time(row.get("revoked_at"))),
    ]
    show(service.tokens(), columns, arguments, "there are no tokens")


def _may(right: Json) -> str:
    """Return a right as `--role` takes it, or as its scopes."""
    scopes = right.get("scopes")
    what = right.get("role") or (" ".join(map(str, scopes)) if isinstance(scopes, list) else "")
    return f"{what}@{right.get('bound')}"
