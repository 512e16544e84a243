"""`promote`: copy variables from one environment to another."""

import argparse

from setpoint.cli.output import say
from setpoint.cli.service.rollout import add_canary, add_wait, canary_query
from setpoint.cli.service.service_command import add_dangerous, add_json, add_write, with_service
from setpoint.cli.service.submitting import add_submission, submission_of, tell_what_came_of_it
from setpoint.client.answer import Json
from setpoint.client.place import Place, parse_place
from setpoint.client.proposals import submitted
from setpoint.client.service import Service, newest_or_named
from setpoint.text.escape import printable
from setpoint.text.join import counted, joined


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument("source", metavar="APP/ENVIRONMENT[@N]", help="where the variables are: `billing/staging`")
    parser.add_argument("target", metavar="APP/ENVIRONMENT", help="where to copy them: `billing/production`")
    parser.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NAME",
        help="only these variables; a secret is promoted only if named, and a named variable that the source lacks is"
        " removed from the target",
    )
    parser.add_argument("-m", "--message", default="", help="why; by default, where they are from")
    add_dangerous(parser)
    add_write(parser)
    add_canary(parser)
    add_submission(parser)
    add_wait(parser)
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Promote and return the exit status: 1 if the service refuses it."""
    source, target = parse_place(arguments.source, revisions=1), parse_place(arguments.target)
    based_on, how, canary = service.current_revision(target), submission_of(arguments), canary_query(arguments)
    wanted = {"only": arguments.only, "message": arguments.message}
    allowed = {"live": arguments.live, "allow_dangerous_names": arguments.allow_dangerous_names}
    query = {"dry_run": arguments.dry_run, **allowed, **canary}
    change = {"promote": {"from": newest_or_named(source), "only": arguments.only}}
    message = arguments.message or f"promoted from {newest_or_named(source)}"
    meant = {"message": message, **allowed, **canary, **how.query}
    answer = submitted(
        how,
        lambda reason: service.promote(source, target, based_on, wanted, {**query, "break_glass": reason}),
        lambda number: service.propose(target, change, based_on, meant, number),
    )
    return tell_what_came_of_it(arguments, service, target, answer, lambda: _tell_withheld(source, target, answer))


def _tell_withheld(source: Place, target: Place, answer: Json) -> None:
    names = answer.get("withheld")
    if not isinstance(names, list) or not names:
        return
    what = "a secret" if len(names) == 1 else counted(len(names), "secret")
    shown = printable(joined([f"`{name}`" for name in names]))
    say(f"note: {target} lacks {what} of {source}: {shown}; name it with `--only` to promote it\n")
