"""Checks an app: imports its settings classes, and checks its files, or a start here, against them."""

from pydantic_settings import BaseSettings

from setpoint.application.first_look import first_look
from setpoint.application.importing import NoSettingsClassError, UnusableSettingsError, import_settings_classes
from setpoint.application.wanted import Wanted
from setpoint.check.report import Report
from setpoint.project import Project


def check_app(wanted: Wanted, project: Project) -> Report:
    """Check what is `wanted` of an app; a class that can't be imported is reported like any other finding.

    Raises:
        UnableError: There is no such rule, or the exported contract can't be used.
    """
    classes, unusable = _classes(wanted, project)
    look = None
    if len(classes) == 1 and not unusable and _is_about_one_file(wanted, project):
        look = first_look(classes[0], wanted.paths[0])
        report = look.report(wanted.fail_on) if look else None
        if report is not None:
            return report
    from setpoint.application.check_classes import check_classes

    return check_classes(classes, unusable, wanted, project, look)


def _is_about_one_file(wanted: Wanted, project: Project) -> bool:
    """Return whether this is a check of one file, as the app reads it, with all rules except those for a deploy."""
    others = (wanted.schema, wanted.loaders, wanted.on_top, wanted.directories, wanted.deploy, wanted.rules)
    chosen = (wanted.select, wanted.ignore, project.selected, project.deselected, project.loaders, project.rules)
    return len(wanted.paths) == 1 and not any(others) and not any(chosen)


def _classes(wanted: Wanted, project: Project) -> tuple[list[type[BaseSettings]], dict[str, UnusableSettingsError]]:
    """Return the settings classes to check against, and why others can't be used, by how the user names those."""
    if wanted.schema is not None:
        from setpoint.contract.document.exported import read_exported_contract  # noqa: PLC0415 - few need it

        return [read_exported_contract(wanted.schema)], {}
    if not wanted.references:
        return [], {"": NoSettingsClassError()}
    classes: list[type[BaseSettings]] = []
    unusable: dict[str, UnusableSettingsError] = {}
    for reference in wanted.references:
        try:
            classes += import_settings_classes(reference, project.pythonpath)
        except UnusableSettingsError as error:
            unusable[reference] = error
    return classes, unusable
