"""`rollout status`: say how far the newest revision of an environment has come with the running instances."""

import argparse
import re
import sys

from setpoint.cli.output import write_result
from setpoint.cli.service.service_command import (
    REFUSED,
    add_action,
    add_actions,
    add_json,
    add_place,
    with_service,
    write_json,
)
from setpoint.client.place import Place, parse_place
from setpoint.client.service import Service
from setpoint.client.waiting import Rollout, rollout_of, wait_for_answers
from setpoint.text.escape import printable

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(s|m|h)?")
_SECONDS = {"s": 1, "m": 60, "h": 3_600}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    status = add_action(add_actions(parser), "status", "say who serves the newest revision and who refused it")
    add_place(status)
    add_wait(status)
    add_json(status)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Print the sentence and return the exit status: 1 where an instance refuses the revision, or has not answered."""
    place = parse_place(arguments.place)
    answer = service.rollout(place)
    if arguments.json and arguments.wait is None:
        write_json(answer)
        return _status(rollout_of(answer))
    return await_rollout(service, place, rollout_of(answer).revision, arguments.wait or 0.0)


def add_wait(parser: argparse.ArgumentParser) -> None:
    """Add `--wait` to `parser`."""
    parser.add_argument(
        "--wait",
        type=_seconds,
        metavar="TIME",
        help="wait until every running instance has answered, `60s` or `5m` at most; exit with 1 if one refuses",
    )


def await_rollout(service: Service, place: Place, revision: int, seconds: float) -> int:
    """Tell how the instances answer to `revision`, and return the exit status."""
    found = wait_for_answers(service, place, revision, seconds, _tell)
    if found.revision != revision:
        write_result(f"revision {revision} is no longer the newest one: {printable(found.summary)}\n")
        return REFUSED
    write_result(f"{printable(found.summary)}\n")
    return _status(found)


def _status(found: Rollout) -> int:
    return 0 if found.settled and not found.refused else REFUSED


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{printable(sentence)}\n")


def _seconds(text: str) -> float:
    match = _DURATION.fullmatch(text)
    if match is None:
        message = f"`{printable(text)}` is not a time; write `30s`, `5m` or `1h`"
        raise argparse.ArgumentTypeError(message)
    return float(match[1]) * _SECONDS[match[2] or "s"]
