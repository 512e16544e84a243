"""`trust`: whose tokens the service accepts in exchange for its own."""

import argparse
from pathlib import Path

from setpoint.cli.access.rights import add_rights, may, rights_wanted
from setpoint.cli.output import write_result
from setpoint.cli.service.service_command import (
    add_action,
    add_actions,
    add_json,
    show,
    with_service,
    write_json,
)
from setpoint.client.answer import Json
from setpoint.client.service import Service
from setpoint.errors import UnableError
from setpoint.text.escape import printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    actions = add_actions(parser)
    add_json(add_action(actions, "list", "list the trust rules"))
    put = add_action(actions, "put", "trust the tokens of an issuer, or change a rule")
    put.add_argument("name", metavar="NAME", help="a name for the rule, such as `github-billing`")
    put.add_argument("--issuer", required=True, metavar="URL", help="who issues the tokens: their `iss`, exactly")
    put.add_argument(
        "--audience", required=True, metavar="TEXT", help="who they are issued for: one of their `aud`, exactly"
    )
    put.add_argument(
        "--subject",
        required=True,
        metavar="PATTERN",
        help="who they identify: a pattern for their `sub`, in which `*` matches any text",
    )
    put.add_argument(
        "--claim",
        action="append",
        default=[],
        metavar="NAME=PATTERN",
        help="another claim they must have; can be repeated",
    )
    keys = put.add_mutually_exclusive_group(required=True)
    keys.add_argument("--keys-url", metavar="URL", help="where the issuer publishes its keys (`jwks_uri`)")
    keys.add_argument("--keys", metavar="FILE", help="its keys as a JSON Web Key Set, if the service can't fetch them")
    keys.add_argument(
        "--sign-in",
        action="store_true",
        help="the rule is for people who sign in on the web pages, identified by the keys that the issuer publishes",
    )
    put.add_argument(
        "--reusable",
        action="store_true",
        help="let the same token be exchanged repeatedly, as a cluster renews its tokens only every hour",
    )
    add_rights(put)
    add_json(put)
    remove = add_action(actions, "remove", "stop trusting these tokens")
    remove.add_argument("name", metavar="NAME", help="the rule")
    add_json(remove)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Run the command, and return the exit status."""
    if arguments.action == "list":
        _list(service, arguments)
        return 0
    if arguments.action == "put":
        rule, done = service.put_trust_rule(arguments.name, _wanted(arguments)), "is in force"
    else:
        rule, done = service.remove_trust_rule(arguments.name), "is removed"
    if arguments.json:
        write_json(rule)
    else:
        write_result(f"the trust rule {printable(str(rule['name']))} {done}\n")
    return 0


def _list(service: Service, arguments: argparse.Namespace) -> None:
    columns = [
        ("name", lambda row: row.get("name")),
        ("issuer", lambda row: row.get("issuer")),
        ("subject", lambda row: row.get("subject")),
        ("may", may),
        ("by", lambda row: (row.get("principal") or {}).get("name")),
    ]
    show(service.trust_rules(), columns, arguments, "there are no trust rules")


def _wanted(arguments: argparse.Namespace) -> Json:
    return {
        "issuer": arguments.issuer,
        "audience": arguments.audience,
        "subject": arguments.subject,
        "claims": dict(map(_claim, arguments.claim)),
        "key_set": _content(arguments.keys) if arguments.keys else "",
        "key_set_url": arguments.keys_url or "",
        "once": not arguments.reusable,
        "sign_in": arguments.sign_in,
        **rights_wanted(arguments),
    }


def _claim(text: str) -> tuple[str, str]:
    name, equals, pattern = text.partition("=")
    if not (name and equals):
        message = f"`{printable(text)}` is not a claim; write `--claim NAME=PATTERN`"
        raise UnableError(message)
    return name, pattern


def _content(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        message = f"`{printable(path)}` can't be read: {reason}"
        raise UnableError(message) from None
