"""`rollout`: show how far the newest revision has been rolled out, and end its trial by hand."""

import argparse
import re
from collections.abc import Callable

from setpoint.cli.output import say, write_result
from setpoint.cli.service.service_command import (
    REFUSED,
    add_action,
    add_actions,
    add_json,
    add_place,
    with_service,
    write_json,
)
from setpoint.client.answer import Json
from setpoint.client.place import Place, parse_place
from setpoint.client.service import Service
from setpoint.client.waiting import Rollout, rollout_of, wait_for_answers
from setpoint.errors import UnableError
from setpoint.text.escape import printable

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(s|m|h)?")
_SIZE = re.compile(r"off|[1-9][0-9]{0,5}|(100|[1-9][0-9]?)%")
_SECONDS = {"s": 1, "m": 60, "h": 3_600}
_LONGEST_BAKE = 7 * 24 * 3_600
"""What the service accepts; its own refusal would read like one of a variable in the file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    actions = add_actions(parser)
    status = add_action(actions, "status", "show which instances serve the newest revision and which refused it")
    promote = add_action(actions, "promote", "offer the newest revision to all instances, whatever the canaries say")
    abort = add_action(actions, "abort", "end the trial: offer the canaries the previous revision again")
    plan = add_action(actions, "plan", "show or set how revisions are tried by default")
    for action in (status, promote, abort, plan):
        add_place(action)
        add_json(action)
    add_wait(status)
    abort.add_argument("-m", "--message", default="", help="why, for everyone to see")
    add_canary(plan)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Run the action and return the exit status.

    That of `status` is 1 if an instance refuses the revision or has not answered, or if it was rolled back.
    """
    place = parse_place(arguments.place)
    if arguments.action == "status":
        return _tell_status(arguments, service, place)
    if arguments.action == "plan":
        answer = _plan(arguments, service, place)
        told = _told(answer)
    else:
        content: Json = {"revision": service.rollout(place)["revision"]}
        if arguments.action == "abort":
            content["message"] = arguments.message
        answer = service.end_trial(place, arguments.action, content)
        told = printable(str(answer["summary"]))
    if arguments.json:
        write_json(answer)
    else:
        write_result(f"{told}\n")
    return 0


def _tell_status(arguments: argparse.Namespace, service: Service, place: Place) -> int:
    revision = rollout_of(service.rollout(place)).revision
    found = wait_for_answers(service, place, revision, arguments.wait or 0.0, _tell)
    if not arguments.json:
        return _tell_rollout(found, revision, write_result)
    write_json(found.answer)
    return _status(found, revision)


def _plan(arguments: argparse.Namespace, service: Service, place: Place) -> Json:
    query = canary_query(arguments)
    canary = query.get("canary")
    if canary is None:
        return service.rollout_plan(place)
    return service.set_rollout_plan(place, None if canary == "off" else canary, query.get("bake"))


def _told(plan: Json) -> str:
    if plan.get("canary") is None:
        return "a revision is offered to all instances at once"
    size = str(plan["canary"])
    who = "1 instance is" if size == "1" else f"{printable(size)} {'of the ' if '%' in size else ''}instances are"
    return f"{who} offered a revision first, and all others once it has been served for {plan.get('bake')} s"


def add_canary(parser: argparse.ArgumentParser) -> None:
    """Add to `parser` the options for how a revision is tried."""
    parser.add_argument(
        "--canary",
        type=_size,
        metavar="N|N%|off",
        help="offer it to this many instances first, to all once they have served it, and to no others if one fails",
    )
    parser.add_argument(
        "--bake",
        type=_seconds,
        metavar="TIME",
        help="how long these instances must serve it; `30s` by default",
    )


def canary_query(arguments: argparse.Namespace) -> dict[str, str | int]:
    """Return how a revision is tried, in the form that the service takes.

    Raises:
        UnableError: A bake time is given without canaries, or is too long.
    """
    canary, bake = arguments.canary, arguments.bake
    if bake is not None and canary in {None, "off"}:
        message = "`--bake` needs `--canary`: the instances that must serve the revision for that long"
        raise UnableError(message)
    if bake is not None and bake > _LONGEST_BAKE:
        message = "`--bake` may be a week at most, `168h`"
        raise UnableError(message)
    told = {"canary": canary, "bake": None if bake is None else round(bake)}
    return {name: value for name, value in told.items() if value is not None}


def add_wait(parser: argparse.ArgumentParser) -> None:
    """Add `--wait` to `parser`."""
    parser.add_argument(
        "--wait",
        type=_seconds,
        metavar="TIME",
        help="wait for an answer from every running instance, for at most `60s` or `5m`; exit with 1 if one refuses",
    )


def await_rollout(service: Service, place: Place, revision: int, seconds: float, *, is_json: bool = False) -> int:
    """Report how the instances answer to `revision`, and return the exit status; JSON comes without sentences."""
    found = wait_for_answers(service, place, revision, seconds, _tell)
    return _tell_rollout(found, revision, say if is_json else write_result)


def _tell_rollout(found: Rollout, revision: int, write: Callable[[str], object]) -> int:
    late = "" if found.revision == revision else f"revision {revision} is no longer the newest one: "
    write(f"{late}{printable(found.summary)}\n")
    return _status(found, revision)


def _status(found: Rollout, revision: int) -> int:
    is_good = found.revision == revision and found.settled and not found.refused and not found.is_rolled_back
    return 0 if is_good else REFUSED


def _tell(sentence: str) -> None:
    say(f"{printable(sentence)}\n")


def _seconds(text: str) -> float:
    match = _DURATION.fullmatch(text)
    if match is None:
        message = f"`{printable(text)}` is not a duration; write `30s`, `5m` or `1h`"
        raise argparse.ArgumentTypeError(message)
    return float(match[1]) * _SECONDS[match[2] or "s"]


def _size(text: str) -> str:
    if not _SIZE.fullmatch(text):
        message = f"`{printable(text)}` is not a number of instances; write `1`, `10%` or `off`"
        raise argparse.ArgumentTypeError(message)
    return text
