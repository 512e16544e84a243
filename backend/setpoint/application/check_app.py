"""Checks an app: imports what it declares, and holds its files, or a start here, to that."""

from typing import NamedTuple

from pydantic_settings import BaseSettings

from setpoint.application.check_files import check_files
from setpoint.application.check_start import check_start
from setpoint.application.importing import (
    NoSettingsClassError,
    UnusableRulesError,
    UnusableSettingsError,
    import_rules,
    import_settings_classes,
)
from setpoint.application.judging import Terms, chosen_selection
from setpoint.check.checking import put_together, unable
from setpoint.check.diagnostic import Severity
from setpoint.check.report import Report
from setpoint.check.rules.file import unusable_rule, unusable_settings
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from setpoint.sources.env_file import ProcessEnvironment


class Wanted(NamedTuple):
    """What somebody wants to know.

    Attributes:
        references: The settings classes, each as `MODULE:CLASS`.
        schema: The exported contract that takes their place, if one does.
        rules: Modules with rules of the app's own; by default those that the project names.
        paths: Env files, later ones over earlier; without any, it is about a start here.
        loaders: The programs that are to read the files.
        on_top: Whether the process environment is laid over the files.
        directories: Secrets directories.
        select: The only rules to report, as somebody writes them; None for what the project says.
        ignore: The rules not to report, likewise.
        fail_on: The lowest severity that makes the check fail.
        deploy: Whether rules about a deploy to production are applied as well.
    """

    references: tuple[str, ...]
    schema: str | None = None
    rules: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    loaders: tuple[str, ...] = ()
    on_top: bool = False
    directories: tuple[str, ...] = ()
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    fail_on: Severity = Severity.ERROR
    deploy: bool = False


def check_app(wanted: Wanted, project: Project) -> Report:
    """Check what is `wanted` of an app; what can't be imported is a finding among others.

    Raises:
        UnableError: There is no such rule, or the exported contract can't be used.
    """
    classes, unusable = _classes(wanted, project)
    try:
        import_rules(_rules(wanted, project), project.pythonpath)
    except UnusableRulesError as error:
        return unable(", ".join(wanted.references), unusable_rule, error)
    if not classes:
        return put_together(unusable)
    # Rules of the app's own can be chosen, too, and are known by now.
    terms = Terms(chosen_selection(project, wanted.select, wanted.ignore), wanted.fail_on, wanted.deploy)
    return put_together([_checked(SettingsContract.of_all(classes), wanted, project, terms), *unusable], terms.fail_on)


def _classes(wanted: Wanted, project: Project) -> tuple[list[type[BaseSettings]], list[Report]]:
    """Return the settings classes to check against, and a report for each that can't be had."""
    if wanted.schema is not None:
        from setpoint.contract.document.exported import read_exported_contract  # noqa: PLC0415 - few need it

        return [read_exported_contract(wanted.schema)], []
    if not wanted.references:
        return [], [unable("", unusable_settings, NoSettingsClassError())]
    classes: list[type[BaseSettings]] = []
    unusable: list[Report] = []
    for reference in wanted.references:
        try:
            classes += import_settings_classes(reference, project.pythonpath)
        except UnusableSettingsError as error:
            unusable.append(unable(reference, unusable_settings, error))
    return classes, unusable


def _rules(wanted: Wanted, project: Project) -> tuple[str, ...]:
    """Return the modules with rules; where the app's class can't be imported, those of its project can't either."""
    return wanted.rules or (project.rules if wanted.schema is None else ())


def _checked(contracts: tuple[SettingsContract, ...], wanted: Wanted, project: Project, terms: Terms) -> Report:
    environment = ProcessEnvironment.of_this_process()
    if not wanted.paths:
        insists = bool(wanted.select or wanted.ignore)
        variables = environment.variables
        return check_start(contracts, variables, project, terms, directories=wanted.directories, insists=insists)
    return check_files(
        contracts,
        wanted.paths,
        project,
        terms,
        loaders=wanted.loaders,
        environment=environment if wanted.on_top else None,
        directories=wanted.directories,
    )
