"""`proposals`: list changes that wait for approval, look at one, and decide on it."""

import argparse

from setpoint.cli.output import write_result
from setpoint.cli.service.rollout import add_wait
from setpoint.cli.service.service_command import (
    REFUSED,
    add_action,
    add_actions,
    add_json,
    add_most,
    add_place,
    day_and_time,
    positive,
    show,
    who,
    with_service,
    write_json,
)
from setpoint.cli.service.service_diff import change_lines
from setpoint.cli.service.submitting import ending_of, short, tell_ending
from setpoint.client.answer import Json
from setpoint.client.place import Place, parse_place
from setpoint.client.service import Service
from setpoint.errors import UnableError
from setpoint.text.escape import printable

_SHORTEST_DIGEST = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    actions = add_actions(parser)
    listed = add_action(actions, "list", "list the proposals of an environment, the newest first")
    add_place(listed)
    listed.add_argument("--all", action="store_true", help="also those that have ended")
    add_most(listed, "proposals")
    add_json(listed)
    shown = add_action(actions, "show", "say what a proposal would change, and how to approve it")
    approve = add_action(actions, "approve", "approve the proposal exactly as `show` printed it")
    refuse = add_action(actions, "refuse", "refuse a proposal that you may approve; its values are destroyed")
    withdraw = add_action(actions, "withdraw", "withdraw your own proposal; its values are destroyed")
    apply = add_action(actions, "apply", "make a revision from a fully approved proposal")
    for action in (shown, approve, refuse, withdraw, apply):
        add_place(action)
        action.add_argument("number", type=positive, metavar="N", help="the number of the proposal, from `list`")
    approve.add_argument("digest", metavar="DIGEST", help="the digest of what you looked at, from `show`")
    for action in (refuse, withdraw):
        action.add_argument("-m", "--message", default="", help="why, for everyone to see")
    for action in (approve, apply):
        add_wait(action)
    for action in (shown, approve, refuse, withdraw, apply):
        add_json(action)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Run the command, and return the exit status: 1 if the service refuses it."""
    place = parse_place(arguments.place)
    match arguments.action:
        case "list":
            _list(arguments, service, place)
        case "show":
            _show(arguments, service.proposals.one(place, arguments.number), place)
        case "approve":
            return _approve(arguments, service, place)
        case "apply":
            found = service.proposals.apply(place, arguments.number)
            return _tell_applied(arguments, service, place, found)
        case how:
            _tell(arguments, place, service.proposals.end(place, arguments.number, how, arguments.message))
    return 0


def _list(arguments: argparse.Namespace, service: Service, place: Place) -> None:
    columns = [
        ("proposal", lambda row: row.get("proposal")),
        ("when (UTC)", lambda row: day_and_time(row.get("created_at"))),
        ("who", lambda row: who(row.get("principal"))),
        ("state", _state),
        ("approvals", _approvals),
        ("message", lambda row: row.get("message")),
    ]
    rows = list(service.proposals.page(place, "all" if arguments.all else "open", arguments.most))
    show(rows, columns, arguments, f"no proposals are waiting in `{place}`")


def _show(arguments: argparse.Namespace, found: Json, place: Place) -> None:
    if arguments.json:
        write_json(found)
        return
    number, message = found.get("proposal"), found.get("message")
    base = f"made from revision {found['base']}" if found.get("base") else "the first revision"
    lines = [
        f"proposal {number} of {place} by {who(found.get('principal'))}, {base}{f': {message}' if message else ''}"
    ]
    changes = found.get("changes")
    for change in changes if isinstance(changes, list) else ():
        lines += [f"  {line}" for line in change_lines(change)] if isinstance(change, dict) else []
    lines += (
        [f"extends {', '.join(map(str, bases))}"] if isinstance(bases := found.get("bases"), list) and bases else []
    )
    write_result("".join(f"{printable(line)}\n" for line in lines))
    write_result(f"{ending_of(place, found)}\n")
    if _state(found) == "open":
        digest = short(found.get("digest"))
        write_result(f"`setpoint proposals approve {place} {arguments.number} {digest}` approves exactly this\n")


def _approve(arguments: argparse.Namespace, service: Service, place: Place) -> int:
    digest = _whole_digest(service, place, arguments.number, arguments.digest)
    found = service.proposals.approve(place, arguments.number, digest)
    if found.get("state") == "applied":
        return _tell_applied(arguments, service, place, found)
    _tell(arguments, place, found)
    return 0


def _whole_digest(service: Service, place: Place, number: int, typed: str) -> str:
    """Return the digest that starts with what was typed; any other is left to the service to refuse.

    Raises:
        UnableError: Too little of it was typed to tell which one is meant.
    """
    if len(typed) < _SHORTEST_DIGEST:
        message = f"type {_SHORTEST_DIGEST} characters of the digest at least; `setpoint proposals show` prints them"
        raise UnableError(message)
    digest = str(service.proposals.one(place, number)["digest"])
    return digest if digest.startswith(typed) else typed


def _tell_applied(arguments: argparse.Namespace, service: Service, place: Place, found: Json) -> int:
    if arguments.json:
        write_json(found)
        return 0 if found.get("state") == "applied" else REFUSED
    return tell_ending(service, place, found, arguments.wait)


def _tell(arguments: argparse.Namespace, place: Place, found: Json) -> None:
    if arguments.json:
        write_json(found)
    else:
        write_result(f"{ending_of(place, found)}\n")


def _state(row: Json) -> object:
    if row.get("state") != "open":
        return row.get("state")
    if row.get("stale"):
        return "stale"
    return "open" if row.get("approvals_missing") else "approved"


def _approvals(row: Json) -> str:
    needed, missing = row.get("approvals_needed"), row.get("approvals_missing")
    if not isinstance(needed, int) or not isinstance(missing, int):
        return "-"
    return f"{needed - missing} of {needed}"
