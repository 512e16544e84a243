"""How rights are given and shown on the command line: by role or scope, and where they apply."""

import argparse

from setpoint.client.answer import Json
from setpoint.errors import UnableError

_ROLES = "viewer, editor, approver, deployer, runtime or admin"
_SCOPES = (
    "config:read config:reveal config:write config:approve config:break-glass"
    " schema:write session:write audit:read admin"
)


def add_rights(parser: argparse.ArgumentParser) -> None:
    """Add the options for rights to `parser`."""
    parser.add_argument(
        "--role",
        action="append",
        default=[],
        metavar="ROLE[@APP/ENVIRONMENT]",
        help=f"what it may do, and where: `editor@billing/*` for instance; can be repeated; {_ROLES}",
    )
    parser.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="SCOPE",
        help=f"what else it may do; can be repeated: {_SCOPES}",
    )
    parser.add_argument(
        "--bound",
        action="append",
        metavar="APP/ENVIRONMENT",
        help="where each `--scope` holds, `billing/*` for instance; can be repeated; everywhere by default",
    )


def rights_wanted(arguments: argparse.Namespace) -> Json:
    """Return the rights, in the form that the service takes.

    Raises:
        UnableError: No right is given.
    """
    if not arguments.role and not arguments.scope:
        message = "name what it may do: `--role viewer@billing/production`, or `--scope` for less than a role"
        raise UnableError(message)
    return {"roles": arguments.role, "scopes": arguments.scope, "bounds": arguments.bound or ["*/*"]}


def may(row: Json) -> list[str]:
    """Return the rights of a token or a trust rule, each in the form of `--role`, or as its scopes."""
    rights = row.get("rights")
    return [_right(each) for each in rights if isinstance(each, dict)] if isinstance(rights, list) else []


def _right(right: Json) -> str:
    scopes = right.get("scopes")
    what = right.get("role") or (" ".join(map(str, scopes)) if isinstance(scopes, list) else "")
    return f"{what}@{right.get('bound')}"
