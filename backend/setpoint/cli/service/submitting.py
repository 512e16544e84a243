"""What the commands that write have in common if somebody else must approve the change first."""

import argparse
from collections.abc import Callable, Iterator

from setpoint.cli.output import say, write_result
from setpoint.cli.service.rollout import await_rollout
from setpoint.cli.service.service_command import REFUSED, day_and_time, positive, write_json
from setpoint.cli.service.written_revision import told
from setpoint.client.answer import Json
from setpoint.client.place import Place
from setpoint.client.proposals import Submission, wait_for_decision
from setpoint.client.service import Service
from setpoint.errors import UnableError
from setpoint.text.escape import printable
from setpoint.text.join import counted

_SHOWN_OF_DIGEST = 12


def add_submission(parser: argparse.ArgumentParser) -> None:
    """Add to `parser` the options for approvals."""
    parser.add_argument(
        "--propose",
        action="store_true",
        help="propose it, and exit with 0; in a protected environment it is proposed anyway, but the exit status is 1,"
        " because nothing is written yet",
    )
    parser.add_argument("--proposal", type=positive, metavar="N", help="propose it in place of your own proposal N")
    parser.add_argument(
        "--apply-once-approved", action="store_true", help="if it is proposed, apply it with its last approval"
    )
    parser.add_argument(
        "--break-glass",
        metavar="REASON",
        help="write it without the required approvals; the audit log keeps the reason",
    )


def submission_of(arguments: argparse.Namespace) -> Submission:
    """Return how the user wants to deal with approvals.

    Raises:
        UnableError: Two ways are chosen at once, or a reason is missing.
    """
    reason = arguments.break_glass
    if reason is not None and not reason.strip():
        message = "`--break-glass` needs a reason, which the audit log keeps"
        raise UnableError(message)
    proposes = arguments.propose or arguments.proposal is not None
    if proposes and reason is not None:
        message = "`--break-glass` writes without approvals, and `--propose` asks for them: use one of them"
        raise UnableError(message)
    if proposes and getattr(arguments, "dry_run", False):
        message = "`--dry-run` stores nothing, and `--propose` stores a proposal: use one of them"
        raise UnableError(message)
    return Submission(proposes, arguments.proposal, arguments.apply_once_approved, reason)


def tell_what_came_of_it(
    arguments: argparse.Namespace, service: Service, place: Place, answer: Json, more: Callable[[], None] = lambda: None
) -> int:
    """Print the revision or the proposal that a write has made, and return the exit status.

    Args:
        arguments: What the user wants.
        service: The service.
        place: The environment.
        answer: The answer of the service.
        more: Prints what else people should know.
    """
    is_proposal, wait = "proposal" in answer, getattr(arguments, "wait", None)
    if arguments.json:
        write_json(answer)
    elif is_proposal:
        write_result("".join(f"{printable(line)}\n" for line in _waiting(place, answer)))
        more()
    else:
        write_result(told(place, answer))
        more()
    if is_proposal:
        return _proposed(arguments, service, place, answer, wait)
    if wait is None or getattr(arguments, "dry_run", False):
        return 0
    return await_rollout(service, place, int(answer["revision"]), wait, is_json=arguments.json)


def short(digest: object) -> str:
    """Return the part of a digest that people compare and type."""
    return printable(str(digest)[:_SHOWN_OF_DIGEST])


def tell_ending(service: Service, place: Place, found: Json, wait: float | None, *, is_json: bool = False) -> int:
    """Print what became of a proposal, and return the exit status: 0 if it is applied."""
    (say if is_json else write_result)(f"{ending_of(place, found)}\n")
    ended = found.get("ended")
    revision = ended.get("revision") if isinstance(ended, dict) else None
    if found.get("state") != "applied" or not isinstance(revision, int):
        return REFUSED
    return 0 if wait is None else await_rollout(service, place, revision, wait, is_json=is_json)


def ending_of(place: Place, found: Json) -> str:
    """Return what became of a proposal, in one sentence."""
    ended = found["ended"] if isinstance(found.get("ended"), dict) else {}
    what = f"proposal {found.get('proposal')} of {place}"
    if found.get("state") == "applied":
        return printable(f"{what} is applied, as revision {ended.get('revision')}")
    if found.get("state") == "open":
        missing = found.get("approvals_missing")
        lacks = f"lacks {counted(missing, 'approval')}" if isinstance(missing, int) and missing else "can be applied"
        return printable(
            f"{what} is stale: the environment has changed since" if found.get("stale") else f"{what} {lacks}"
        )
    reason = f": {ended['reason']}" if ended.get("reason") else ""
    return printable(f"{what} is {found.get('state')}{reason}")


def _proposed(arguments: argparse.Namespace, service: Service, place: Place, answer: Json, wait: float | None) -> int:
    if wait is None:
        is_as_wanted = arguments.propose or arguments.proposal is not None
        return 0 if is_as_wanted else REFUSED
    say("waiting for its approvals\n")
    found = wait_for_decision(service.proposals, place, int(answer["proposal"]), wait)
    return tell_ending(service, place, found, wait, is_json=arguments.json)


def _waiting(place: Place, answer: Json) -> Iterator[str]:
    number, missing = answer.get("proposal"), answer.get("approvals_missing")
    takes = counted(missing, "approval") if isinstance(missing, int) else "approvals"
    until = day_and_time(answer.get("expires_at"))
    yield f"proposal {number} of {place} needs {takes} by somebody else until {until} (UTC)"
    yield f"`setpoint proposals show {place} {number}` says how to approve it"
    if answer.get("applies_itself"):
        yield "it will be applied with its last approval"
    else:
        yield f"`setpoint proposals apply {place} {number}` then applies it"
