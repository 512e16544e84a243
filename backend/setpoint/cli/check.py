"""`check`: find everything that is wrong with env files or the environment."""

import argparse
from collections.abc import Sequence

from pydantic_settings import BaseSettings

from setpoint.application.check_files import check_files
from setpoint.application.check_start import check_start
from setpoint.application.importing import (
    UnusableRulesError,
    UnusableSettingsError,
    import_rules,
    import_settings_classes,
)
from setpoint.application.judging import Terms
from setpoint.check.checking import unable
from setpoint.check.diagnostic import Severity
from setpoint.check.report import Report
from setpoint.check.rules.file import unusable_rule, unusable_settings
from setpoint.check.several_classes import put_together
from setpoint.cli.report_options import add_report_options, chosen_selection, deliver
from setpoint.cli.secrets_dir_option import add_secrets_dir
from setpoint.cli.settings_option import NO_CLASS, add_settings_option, chosen_settings
from setpoint.cli.source_options import add_files
from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.loaders import LOADERS, PORTABLE
from setpoint.errors import UnableError
from setpoint.project import Project
from setpoint.sources.env_file import ProcessEnvironment


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    add_files(parser)
    add_settings_option(parser)
    parser.add_argument(
        "--schema",
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
    parser.add_argument("--environment", action="store_true", help="apply the process environment on top of the files")
    add_secrets_dir(parser)
    parser.add_argument("--deploy", action="store_true", help="also check what a deploy to production should not do")
    parser.add_argument(
        "--rules",
        action="append",
        metavar="MODULE",
        help="a module with the app's own rules; by default those that `[tool.setpoint]` names; can be repeated",
    )
    add_report_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check, print the report and return the exit status: 0 passed, 1 failed, 2 unable to look."""
    references, project = chosen_settings(arguments)
    report = _report(arguments, references, project)
    deliver(report, arguments)
    return report.status.exit_status


def _report(arguments: argparse.Namespace, references: Sequence[str], project: Project) -> Report:
    classes, unusable = _settings_classes(arguments, references, project)
    try:
        import_rules(arguments.rules or _rules_with_it(arguments, project), project.pythonpath)
    except UnusableRulesError as error:
        return unable(", ".join(references), unusable_rule, error)
    if not classes:
        return put_together(unusable)
    # Rules of the app's own can be chosen, too, and are known by now.
    terms = Terms(chosen_selection(arguments, project), Severity(arguments.fail_on), arguments.deploy)
    report = _checked(SettingsContract.of_all(classes), arguments, project, terms)
    return put_together([report, *unusable], terms.fail_on)


def _checked(
    contracts: Sequence[SettingsContract], arguments: argparse.Namespace, project: Project, terms: Terms
) -> Report:
    environment, directories = ProcessEnvironment.of_this_process(), arguments.secrets_dir
    if not arguments.files:
        insists = bool(arguments.select or arguments.ignore)
        variables = environment.variables
        return check_start(contracts, variables, project, terms, directories=directories, insists=insists)
    return check_files(
        contracts,
        arguments.files,
        project,
        terms,
        loaders=arguments.loader or (),
        environment=environment if arguments.environment else None,
        directories=directories,
    )


def _settings_classes(
    arguments: argparse.Namespace, references: Sequence[str], project: Project
) -> tuple[list[type[BaseSettings]], list[Report]]:
    """Return the settings classes to check against, and a report for each that can't be had."""
    if arguments.schema is not None:
        if arguments.settings is not None:
            message = "`--schema` replaces `--settings`; use one of them"
            raise UnableError(message)
        from setpoint.contract.document.exported import read_exported_contract  # noqa: PLC0415 - few need it

        return [read_exported_contract(arguments.schema)], []
    if not references:
        return [], [unable("", unusable_settings, UnusableSettingsError(*NO_CLASS))]
    classes: list[type[BaseSettings]] = []
    unusable: list[Report] = []
    for reference in references:
        try:
            classes += import_settings_classes(reference, project.pythonpath)
        except UnusableSettingsError as error:
            unusable.append(unable(reference, unusable_settings, error))
    return classes, unusable


def _rules_with_it(arguments: argparse.Namespace, project: Project) -> tuple[str, ...]:
    """Return the modules of rules that the project names; where its class can't be imported, they can't either."""
    return project.rules if arguments.schema is None else ()
