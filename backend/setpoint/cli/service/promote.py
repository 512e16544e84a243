"""`promote`: bring variables of one environment to another."""

import argparse
import sys

from setpoint.cli.output import write_result
from setpoint.cli.service.rollout import add_canary, add_wait, await_rollout, canary_query
from setpoint.cli.service.service_command import add_json, add_write, with_service, write_json
from setpoint.cli.service.written_revision import told
from setpoint.client.answer import Json
from setpoint.client.place import Place, parse_place
from setpoint.client.service import Service
from setpoint.text.escape import printable
from setpoint.text.join import counted, joined


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    parser.add_argument("source", metavar="APP/ENVIRONMENT[@N]", help="where the variables are: `billing/staging`")
    parser.add_argument("target", metavar="APP/ENVIRONMENT", help="where they go: `billing/production`")
    parser.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NAME",
        help="these variables alone; a secret is promoted only if it is named, and a name that the source lacks is"
        " removed from the target",
    )
    parser.add_argument("-m", "--message", default="", help="why; where they are from by default")
    add_write(parser)
    add_canary(parser)
    add_wait(parser)
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Promote and return the exit status: 1 where the service refuses it."""
    source, target = parse_place(arguments.source, revisions=1), parse_place(arguments.target)
    answer = service.promote(
        source,
        target,
        service.current_revision(target),
        {"only": arguments.only, "message": arguments.message},
        {"dry_run": arguments.dry_run, "live": arguments.live, **canary_query(arguments)},
    )
    if arguments.json:
        write_json(answer)
    else:
        write_result(told(target, answer))
        sys.stderr.write(_withheld(source, target, answer))
    if arguments.wait is None or arguments.dry_run or not answer.get("changed"):
        return 0
    return await_rollout(service, target, int(answer["revision"]), arguments.wait)


def _withheld(source: Place, target: Place, answer: Json) -> str:
    names = answer.get("withheld")
    if not isinstance(names, list) or not names:
        return ""
    what = "a secret" if len(names) == 1 else counted(len(names), "secret")
    shown = printable(joined([f"`{name}`" for name in names]))
    return f"note: {target} lacks {what} of {source}: {shown}; name it with `--only` to promote it\n"
