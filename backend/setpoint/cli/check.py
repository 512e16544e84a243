"""`check`: find everything that is wrong with env files or the environment."""

import argparse
from collections.abc import Sequence
from dataclasses import replace

from pydantic_settings import BaseSettings

from setpoint.application.gathering import beside_each_other, of_a_start, of_files
from setpoint.application.importing import (
    UnusableRulesError,
    UnusableSettingsError,
    import_rules,
    import_settings_classes,
)
from setpoint.application.loading import as_chosen
from setpoint.check.checking import check_together, unable
from setpoint.check.diagnostic import Severity
from setpoint.check.report import Report
from setpoint.check.rules.file import unusable_rule, unusable_settings
from setpoint.check.rules.names import unknown_variable
from setpoint.check.several_classes import put_together
from setpoint.cli.report_options import add_report_options, chosen_selection, deliver
from setpoint.cli.secrets_dir_option import add_secrets_dir
from setpoint.cli.settings_option import NO_CLASS, add_settings_option, chosen_settings
from setpoint.cli.source_options import add_files
from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.loaders import LOADERS, PORTABLE
from setpoint.errors import UnableError
from setpoint.project import Project
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile, ProcessEnvironment, read_as_each, read_env_file


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
    selection = chosen_selection(arguments, project)
    fail_on = Severity(arguments.fail_on)
    subjects = _subjects(SettingsContract.of_all(classes), arguments, project)
    joins_misspellings = selection.includes(unknown_variable.code)
    of_classes = [
        [replace(each, deploy=arguments.deploy, joins_misspellings=joins_misspellings) for each in as_read]
        for as_read in subjects
    ]
    report = put_together([*(check_together(each, fail_on) for each in of_classes), *unusable], fail_on)
    if arguments.files or arguments.select or arguments.ignore:
        return selection.of(report)
    # A start refuses what the class does not take, whatever the project ignores.
    return as_chosen(report, [as_read[0] for as_read in of_classes], project)


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


def _subjects(
    contracts: Sequence[SettingsContract], arguments: argparse.Namespace, project: Project
) -> list[list[Subject]]:
    """Return what to check, for each settings class: the sources as each program reads them that is to read them."""
    environment = ProcessEnvironment.of_this_process()
    if not arguments.files:
        directories = arguments.secrets_dir
        starts = (of_a_start(each, environment.variables, project, directories=directories) for each in contracts)
        return [[each] for each in beside_each_other(list(starts))]
    readings = _readings(arguments, project, environment)
    on_top = environment if arguments.environment else None
    as_read = (
        beside_each_other(
            [of_files(each, files, on_top, project, directories=arguments.secrets_dir) for each in contracts]
        )
        for files in readings
    )
    return [list(each) for each in zip(*as_read, strict=True)]


def _readings(
    arguments: argparse.Namespace, project: Project, environment: ProcessEnvironment
) -> list[tuple[EnvFile, ...]]:
    """Return the files as each program reads them that is to read them."""
    referable = environment.variables if arguments.environment else {}
    loaders = arguments.loader or project.loaders
    if not loaders:
        return [tuple(read_env_file(path, referable) for path in arguments.files)]
    readings = [read_as_each(path, referable, list(dict.fromkeys(loaders))) for path in arguments.files]
    return list(zip(*readings, strict=True))
