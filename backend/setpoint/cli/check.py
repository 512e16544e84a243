"""`check`: find everything that is wrong with env files or the environment."""

import argparse
from typing import TYPE_CHECKING

from setpoint.check.outcome import Severity
from setpoint.check.report import Report
from setpoint.cli.deploy_options import add_deploy_options, add_service_options, wanted_deploys
from setpoint.cli.options import add_files, add_secrets_dir, add_settings_option, chosen_settings, given_path
from setpoint.cli.report_options import add_report_options, deliver
from setpoint.envfile.loaders import LOADERS, PORTABLE
from setpoint.errors import UnableError
from setpoint.project import Project

if TYPE_CHECKING:
    from setpoint.application.deploys.services import WantedDeploy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    add_files(parser)
    add_settings_option(parser)
    parser.add_argument(
        "--schema",
        type=given_path,
        metavar="FILE",
        help="a contract exported by `setpoint schema`, instead of a settings class that cannot be imported here",
    )
    parser.add_argument(
        "--loader",
        action="append",
        choices=(*LOADERS, PORTABLE.name),
        metavar="NAME",
        help=f"a program that will read the files; can be repeated: {', '.join(LOADERS)}, or {PORTABLE.name}",
    )
    parser.add_argument("--environment", action="store_true", help="apply the process environment over the files")
    add_secrets_dir(parser)
    parser.add_argument("--deploy", action="store_true", help="also report what a production deploy should not do")
    parser.add_argument(
        "--rules",
        action="append",
        metavar="MODULE",
        help="a module with the app's own rules; by default those that `[tool.setpoint]` names; can be repeated",
    )
    add_service_options(parser)
    add_deploy_options(parser)
    add_report_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check, print the report and return the exit status: 0 passed, 1 failed, 2 unable to check."""
    if arguments.schema is not None and arguments.settings is not None:
        message = "use either `--schema` or `--settings`"
        raise UnableError(message)
    references, project = chosen_settings(arguments)
    deploys = wanted_deploys(arguments, project)
    is_sure = bool(arguments.schema) and not deploys
    report = (_sure_pass(arguments, project) if is_sure else None) or _report(arguments, references, project, deploys)
    deliver(report, arguments)
    return report.status.exit_status


def _sure_pass(arguments: argparse.Namespace, project: Project) -> Report | None:
    """Return the report if it is quickly clear that there is nothing to report, without a settings class."""
    from setpoint.application.sure_pass import sure_pass  # noqa: PLC0415 - what is with a class needs it not

    others = (arguments.loader, arguments.environment, arguments.secrets_dir, arguments.deploy, arguments.rules)
    chosen = (arguments.select, arguments.ignore, project.selected, project.deselected, project.loaders)
    if any(others) or any(chosen) or len(arguments.files) != 1:
        return None
    return sure_pass(arguments.schema, arguments.files[0], Severity(arguments.fail_on))


def _report(
    arguments: argparse.Namespace,
    references: tuple[str, ...],
    project: Project,
    deploys: "tuple[WantedDeploy, ...]",
) -> Report:
    from setpoint.application.wanted import Wanted  # noqa: PLC0415 - a quick pass needs nothing of it

    wanted = Wanted(
        references,
        arguments.schema,
        tuple(arguments.rules or ()),
        tuple(arguments.files),
        tuple(arguments.loader or ()),
        arguments.environment,
        tuple(arguments.secrets_dir),
        arguments.select and tuple(arguments.select),
        arguments.ignore and tuple(arguments.ignore),
        Severity(arguments.fail_on),
        arguments.deploy,
    )
    if deploys:
        from setpoint.application.deploys.checking import check_deploys  # noqa: PLC0415 - env files need nothing of it

        return check_deploys(wanted, deploys, project)
    from setpoint.application.check_app import check_app  # noqa: PLC0415 - it imports pydantic-settings

    return check_app(wanted, project)
