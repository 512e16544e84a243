"""Checks files, or a start here, against settings classes, and reports everything that is wrong."""

from collections.abc import Mapping, Sequence

from pydantic_settings import BaseSettings

from setpoint.application.check_files import check_files, check_further
from setpoint.application.check_start import check_start
from setpoint.application.first_look import FirstLook
from setpoint.application.importing import UnusableRulesError, UnusableSettingsError, import_rules
from setpoint.application.judging import Terms, chosen_selection
from setpoint.application.wanted import Wanted
from setpoint.check.checking import put_together, unable
from setpoint.check.report import Report
from setpoint.check.rules.file import unusable_rule, unusable_settings
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from setpoint.sources.gathered import ProcessEnvironment


def check_classes(
    classes: Sequence[type[BaseSettings]],
    unusable: Mapping[str, UnusableSettingsError],
    wanted: Wanted,
    project: Project,
    look: FirstLook | None = None,
) -> Report:
    """Check what is `wanted` against `classes`; each of the `unusable` ones is reported as a finding.

    Args:
        classes: The settings classes.
        unusable: Why others can't be used, by how the user names them.
        wanted: What to check.
        project: The configuration of the app's project.
        look: The result of a first look, if there is one class and one file.

    Raises:
        UnableError: There is no such rule.
    """
    try:
        import_rules(wanted.rules_in(project), project.pythonpath)
    except UnusableRulesError as error:
        return unable(", ".join(wanted.references), unusable_rule, error)
    reports = [unable(reference, unusable_settings, error) for reference, error in unusable.items()]
    if not classes:
        return put_together(reports)
    # The app's own rules can be selected too, and have been registered by now.
    terms = Terms(chosen_selection(project, wanted.select, wanted.ignore), wanted.fail_on, wanted.deploy)
    if look is not None:
        return check_further(look, project, terms)
    return put_together([_checked(SettingsContract.of_all(classes), wanted, project, terms), *reports], terms.fail_on)


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
