"""`push`: write env files as the next revision of an environment, or print everything that is wrong with them."""

import argparse
from pathlib import Path

from setpoint.check.outcome import Severity
from setpoint.check.report import Report
from setpoint.cli.output import is_colored, say, write_result
from setpoint.cli.service.rollout import add_canary, add_wait, canary_query
from setpoint.cli.service.service_command import (
    add_dangerous,
    add_json,
    add_place,
    add_write,
    positive,
    with_service,
)
from setpoint.cli.service.submitting import add_submission, submission_of, tell_what_came_of_it
from setpoint.client.place import parse_place
from setpoint.client.pushing import push
from setpoint.client.service import Service
from setpoint.envfile.loaders import LOADERS
from setpoint.formats import full, json_report
from setpoint.formats.for_people import Style
from setpoint.project import find_project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    add_place(parser)
    parser.add_argument("files", nargs="+", metavar="FILE", help="env files, later ones win; `-` is standard input")
    parser.add_argument("-m", "--message", default="", help="why the configuration changes")
    parser.add_argument(
        "--loader",
        choices=LOADERS,
        metavar="NAME",
        help="the program that will read the files; by default what the project says, or python-dotenv",
    )
    parser.add_argument(
        "--based-on",
        type=positive,
        metavar="N",
        help="the revision that the files are based on; fail if there is a newer one",
    )
    parser.add_argument(
        "--base",
        action="store_const",
        const=True,
        help="the environment exists to be extended: it may lack required variables, and its app may have no contract",
    )
    add_dangerous(parser)
    add_write(parser)
    add_canary(parser)
    add_submission(parser)
    add_wait(parser)
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Write the revision and return the exit status: 1 if it is refused, 2 if a file can't be read."""
    place = parse_place(arguments.place)
    query = {
        "message": arguments.message,
        "dry_run": arguments.dry_run,
        "allow_dangerous_names": arguments.allow_dangerous_names,
        "live": arguments.live,
        "base": arguments.base,
        **canary_query(arguments),
    }
    project = find_project(Path.cwd())
    pushed = push(
        service,
        place,
        arguments.files,
        project,
        query,
        loader=arguments.loader,
        based_on=arguments.based_on,
        how=submission_of(arguments),
    )
    if pushed.answer is None:
        _refuse(pushed.report, as_json=arguments.json)
        return pushed.report.status.exit_status
    if not arguments.json:
        say(full.render(_warnings(pushed.report), Style(colored=False), quiet=True))
    return tell_what_came_of_it(arguments, service, place, pushed.answer)


def _warnings(report: Report) -> Report:
    """Return the parts of `report` that people should see even though the revision was written."""
    worth_it = (each for each in report.diagnostics if each.severity is not Severity.INFO)
    return report._replace(diagnostics=tuple(worth_it))


def _refuse(report: Report, *, as_json: bool) -> None:
    """Print `report` as `check` does."""
    style = Style(colored=is_colored("auto", None))
    write_result(json_report.render(report) if as_json else full.render(report, style))
    say("nothing was stored\n")
