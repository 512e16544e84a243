"""`check`: find everything that is wrong with env files or the environment."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from setpoint.check.outcome import Severity
from setpoint.check.report import Report
from setpoint.cli.deploy_options import add_deploy_options, add_service_options, wanted_deploys
from setpoint.cli.options import add_files, add_secrets_dir, add_settings_option, chosen_settings, given_path
from setpoint.cli.output import UnwritableOutputError, append_to_file, is_colored, say, write_file, write_result
from setpoint.envfile.loaders import LOADERS, PORTABLE
from setpoint.errors import UnableError
from setpoint.formats import registry
from setpoint.formats.for_people import Style, summary
from setpoint.project import Project
from setpoint.text.escape import printable

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
    _add_report_options(parser)


def _add_report_options(parser: argparse.ArgumentParser) -> None:
    """Add to `parser` the options for which problems to report, and how."""
    parser.add_argument("--format", choices=registry.FORMATS, default="full", help="the report format")
    parser.add_argument(
        "--output", type=given_path, metavar="FILE", help="where to write the report; by default standard output"
    )
    parser.add_argument(
        "--summary-file",
        metavar="FILE",
        help="append a Markdown summary, for a CI system's step summary",
    )
    rules = "rules by code, start of a code (`SP1`) or name, separated by commas"
    parser.add_argument("--select", action="append", metavar="CODE", help=f"report only these: {rules}")
    parser.add_argument("--ignore", action="append", metavar="CODE", help=f"don't report these: {rules}")
    parser.add_argument(
        "--fail-on", choices=("error", "warning"), default="error", help="the lowest severity that fails the check"
    )
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="colour the report")
    parser.add_argument("-q", "--quiet", action="store_true", help="print problems only, no summary")


def run(arguments: argparse.Namespace) -> int:
    """Check, print the report and return the exit status: 0 passed, 1 failed, 2 unable to check."""
    if arguments.schema is not None and arguments.settings is not None:
        message = "use either `--schema` or `--settings`"
        raise UnableError(message)
    references, project = chosen_settings(arguments)
    deploys = wanted_deploys(arguments, project)
    is_sure = bool(arguments.schema) and not deploys
    report = (_sure_pass(arguments, project) if is_sure else None) or _report(arguments, references, project, deploys)
    _deliver(report, arguments)
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


def _deliver(report: Report, arguments: argparse.Namespace) -> None:
    """Write `report` to where the user wants it.

    Raises:
        UnwritableOutputError: It could not be written completely.
    """
    checked = [*arguments.files, *(source.path for source in report.sources if source.path is not None)]
    for path in (arguments.output, arguments.summary_file):
        if path is not None:
            _refuse_to_overwrite(path, checked)
    if arguments.summary_file is not None:
        from setpoint.formats.step_summary import render

        append_to_file(arguments.summary_file, render(report))
    style = Style(colored=is_colored(arguments.color, arguments.output))
    text = registry.render(arguments.format, report, style, quiet=arguments.quiet)
    if arguments.output is None:
        write_result(text)
        return
    write_file(arguments.output, text)
    if not arguments.quiet:
        say(f"{summary(report)}\n")


def _refuse_to_overwrite(path: str, files: list[str]) -> None:
    if any(Path(path).exists() and Path(file).exists() and Path(path).samefile(file) for file in files):
        message = f"`{printable(path)}` is one of the files to check; write the report somewhere else"
        raise UnwritableOutputError(message)
